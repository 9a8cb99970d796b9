"""What the clock asks for, and who gave a dead row another life."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from tenants.models.base import TenantModel
from tenants.models.ledger import Leased


class ScheduledRun(Leased):
    """One schedule at one due time. Unique, so that three schedulers neither miss nor double it; its outcome can be
    read."""

    NOUN = "scheduled_run"
    version: ClassVar[int] = 1  # nobody edits one: what it has to say in the ledger is one event, however often it ran
    QUEUES = {"reports": Q()}

    schedule = models.CharField(max_length=40)
    due_at = models.DateTimeField()
    outcome = models.JSONField(default=dict)

    class Meta(Leased.Meta):
        constraints = [
            *Leased.Meta.constraints,
            models.UniqueConstraint(fields=["organization", "schedule", "due_at"], name="scheduled_run_once"),
        ]
        indexes = [
            *Leased.Meta.indexes,
            models.Index(fields=["organization", "-due_at", "-id"], name="scheduled_run_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.schedule} at {self.due_at:%Y-%m-%d %H:%M}"


class Replay(TenantModel):
    """A dead row was given another life: which, why it had died, and by whom (its event says)."""

    NOUN = "replay"

    label = models.CharField(max_length=60, help_text="The kind of row, such as notifications.message.")
    row_id = models.UUIDField()
    error = models.TextField(blank=True)

    class Meta(TenantModel.Meta):
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return f"{self.label} {self.row_id}"
