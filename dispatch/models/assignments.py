"""Assignments: who was offered a task, what came of it, and why it was them."""

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q

from dispatch.models.rules import AssignmentRule
from dispatch.states import ASSIGNMENT, LONGEST_REASON, AssignmentStatus
from tenants.models import TenantManager, TenantModel, TenantQuerySet

OPEN = sorted(ASSIGNMENT.open)


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
        ]
        indexes = [models.Index(fields=["organization", "member", "status"], name="assignment_of_member")]

    def __str__(self) -> str:
        return f"{self.get_status_display()}: {self.why}"

    @property
    def is_open(self) -> bool:
        return self.status in ASSIGNMENT.open
