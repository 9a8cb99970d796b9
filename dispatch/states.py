"""How a rule chooses, and the machine of an assignment: a task offered to a member."""

from django.db.models import TextChoices

from tenants.states import checked

LONGEST_REASON = 500  # characters


class Strategy(TextChoices):
    LEAST_LOADED = "least_loaded", "Least loaded"
    QUEUE_ONLY = "queue_only", "Queue only"


class AssignmentStatus(TextChoices):
    OFFERED = "offered", "Offered"
    ACCEPTED = "accepted", "Accepted"
    DECLINED = "declined", "Declined"
    WITHDRAWN = "withdrawn", "Withdrawn"
    FINISHED = "finished", "Finished"


S = AssignmentStatus

ASSIGNMENT = checked(
    "assignment",
    S,
    {
        "accept": ({S.OFFERED}, S.ACCEPTED, "accepted"),
        "decline": ({S.OFFERED}, S.DECLINED, "declined"),
        "withdraw": ({S.OFFERED, S.ACCEPTED}, S.WITHDRAWN, "withdrawn"),
        "finish": ({S.ACCEPTED}, S.FINISHED, "finished"),
    },
    initial=S.OFFERED,
)
