"""Assignments: who was offered a task, what came of it, and why it was them."""

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q

from dispatch.models.rules import AssignmentRule
from dispatch.states import ASSIGNMENT, LONGEST_REASON, AssignmentStatus
from tenants.models import TenantManager, TenantModel, TenantQuerySet

OPEN = sorted(ASSIGNMENT.open)
ORIGIN = ("input", "input_of")  # of a decision's record: what it was made from, or which assignment keeps that


def weighed(decision):
    """The record of a decision without what it was made from, which only a replay looks at."""
    return {name: value for name, value in decision.items() if name not in ORIGIN}


class AssignmentQuerySet(TenantQuerySet):
    def open(self):
        return self.filter(status__in=OPEN)

    def of_task(self, task):
        return self.filter(task=task)

    def declined(self):
        return self.filter(status=AssignmentStatus.DECLINED)


class Assignment(TenantModel):
    """A task offered to one member. `why` is the decision in words, `decision` everything that was weighed."""

    NOUN = "assignment"
    MOVES = ASSIGNMENT

    task = models.ForeignKey("workorder.WorkOrderTask", on_delete=models.PROTECT, related_name="assignments")
    member = models.ForeignKey("tenants.Member", on_delete=models.PROTECT, related_name="assignments")
    # The decision keeps the rule's name and rank, so a rule may go without taking the reasons along.
    rule = models.ForeignKey(AssignmentRule, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    why = models.TextField()
    decision = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    rule_version = models.PositiveIntegerField(null=True, blank=True)
    input_hash = models.CharField(max_length=64, blank=True, help_text="SHA-256 of what the decision was made from.")
    plan = models.ForeignKey("dispatch.Plan", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    pinned = models.BooleanField(default=False, help_text="Plans leave it where it is.")
    starts_at = models.DateTimeField(null=True, blank=True, help_text="When a plan wants it begun.")
    ends_at = models.DateTimeField(null=True, blank=True)
    status = models.CharField(max_length=10, choices=AssignmentStatus, default=ASSIGNMENT.initial)
    decline_reason = models.CharField(max_length=LONGEST_REASON, blank=True)

    objects = TenantManager.from_queryset(AssignmentQuerySet)()

    class Meta(TenantModel.Meta):
        ordering = ["created_at", "id"]
        constraints = [
            # Locks make the refusal friendly; this makes a second assignment impossible, also on SQLite.
            models.UniqueConstraint(
                fields=["organization", "task"], condition=Q(status__in=OPEN), name="assignment_one_open_per_task"
            ),
            models.CheckConstraint(
                condition=Q(status=AssignmentStatus.DECLINED) | Q(decline_reason=""),
                name="assignment_reason_if_declined",
            ),
            models.CheckConstraint(
                condition=Q(starts_at=None, ends_at=None) | Q(starts_at__isnull=False, ends_at__gte=F("starts_at")),
                name="assignment_slot_in_order",
            ),
        ]
        indexes = [models.Index(fields=["organization", "member", "status"], name="assignment_of_member")]

    def __str__(self) -> str:
        return f"{self.get_status_display()}: {self.why}"

    @property
    def weighed(self):
        return weighed(self.decision)

    @property
    def is_open(self) -> bool:
        return self.status in ASSIGNMENT.open
