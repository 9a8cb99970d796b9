"""Who agreed to an order, or did not. One row per round and level, pending until somebody decides."""

import datetime
from decimal import Decimal

from django.db import models
from django.db.models import F, Q

from tenants.models import Leased, TenantManager, TenantModel, TenantQuerySet
from tenants.states import Role
from workorder.states import Decision, Priority

LEVELS = {1: Role.PLANNER, 2: Role.ADMIN}
"""Who may decide at each level, at least."""


class ApprovalQuerySet(TenantQuerySet):
    def pending(self):
        return self.filter(decision="")

    def of_round(self, order):
        """The decisions asked for since the order was last submitted."""
        return self.filter(work_order=order, round=order.round)

    def with_people(self):
        """Together with whom the trail names, and when a decision becomes overdue."""
        return self.select_related("decided_by__user", "on_behalf_of__user", "deadline")


class Approval(TenantModel):
    NOUN = "approval"

    work_order = models.ForeignKey("workorder.WorkOrder", on_delete=models.PROTECT, related_name="approvals")
    round = models.PositiveSmallIntegerField()
    level = models.PositiveSmallIntegerField(default=1)
    decision = models.CharField(max_length=10, choices=Decision, blank=True)
    decided_by = models.ForeignKey("tenants.Member", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    on_behalf_of = models.ForeignKey(
        "tenants.Member", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    comment = models.TextField(blank=True)

    objects = TenantManager.from_queryset(ApprovalQuerySet)()

    class Meta(TenantModel.Meta):
        ordering = ["round", "level"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "work_order", "round", "level"], name="approval_once"),
            models.CheckConstraint(
                condition=Q(decision="", decided_by__isnull=True, decided_at__isnull=True)
                | Q(decision__in=Decision.values, decided_by__isnull=False, decided_at__isnull=False),
                name="approval_decided_by_somebody_sometime",
            ),
            models.CheckConstraint(
                condition=Q(on_behalf_of=None) | Q(decided_by__isnull=False) & ~Q(on_behalf_of=F("decided_by")),
                name="approval_on_behalf_of_somebody_else",
            ),
        ]

    def __str__(self) -> str:
        return f"Round {self.round}, level {self.level}: {self.get_decision_display() or 'pending'}"

    @property
    def overdue_at(self) -> datetime.datetime | None:
        """When a decision that is still waited for becomes overdue; None where nobody minds how long it takes."""
        deadline = getattr(self, "deadline", None)
        return deadline.first_due_at if deadline else None

    def is_overdue(self, moment: datetime.datetime) -> bool:
        return not self.decision and self.overdue_at is not None and self.overdue_at <= moment


class ApprovalPolicyQuerySet(TenantQuerySet):
    def current(self):
        """The organization's policy; where nobody has written one, what holds without."""
        return self.first() or self.model()


class ApprovalPolicy(TenantModel):
    """How an organization agrees to orders: when a second level is asked for, and how long a decision may take."""

    NOUN = "approval_policy"

    second_level_budget = models.DecimalField(
        max_digits=14, decimal_places=2, null=True, blank=True, help_text="Two levels from this budget on."
    )
    second_level_priority = models.CharField(
        max_length=10, choices=Priority, blank=True, help_text="Two levels from this priority on."
    )
    overdue_hours = models.PositiveSmallIntegerField(
        default=24, help_text="A decision waited for longer than this is said to be overdue. 0: never."
    )

    objects = TenantManager.from_queryset(ApprovalPolicyQuerySet)()

    class Meta(TenantModel.Meta):
        verbose_name_plural = "approval policies"
        constraints = [models.UniqueConstraint(fields=["organization"], name="approval_policy_once")]

    def __str__(self) -> str:
        return "Approval policy"

    def levels_for(self, *, budget: Decimal | None, priority: str) -> int:
        """How many people one after the other have to agree to an order of this budget and priority."""
        dear = self.second_level_budget is not None and budget is not None and budget >= self.second_level_budget
        urgent = self.second_level_priority and Priority(priority).rank >= Priority(self.second_level_priority).rank
        return 2 if dear or urgent else 1


class ApprovalDeadline(Leased):
    """When a decision becomes overdue: due as any leased row is, so a restart forgets none and nobody scans."""

    approval = models.OneToOneField(Approval, on_delete=models.PROTECT, related_name="deadline")

    def __str__(self) -> str:
        return f"Deadline of {self.approval_id}"
