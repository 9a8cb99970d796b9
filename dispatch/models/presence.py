"""When presence changes by itself: an absence begins, or somebody has been in longer than anybody works."""

from django.db import models

from dispatch.models.people import Absence, Attendance
from tenants.models import Leased


class AbsenceStart(Leased):
    """When an absence granted ahead of time begins: due as any leased row is, so a restart forgets none."""

    absence = models.OneToOneField(Absence, on_delete=models.CASCADE, related_name="start")

    def __str__(self) -> str:
        return f"Begin of {self.absence_id}"


class StayEnd(Leased):
    """When somebody who came in, and has said nothing since, must have forgotten to go."""

    punch = models.OneToOneField(Attendance, on_delete=models.CASCADE, related_name="stay_end")

    def __str__(self) -> str:
        return f"End of the stay since {self.punch_id}"
