"""Who agreed to an order, or did not. One row per round and level, pending until somebody decides."""

from django.db import models
from django.db.models import F, Q

from tenants.models import Leased, TenantManager, TenantModel, TenantQuerySet
from workorder.states import Decision, Priority


class ApprovalQuerySet(TenantQuerySet):
    def pending(self):
        return self.filter(decision="")

    def of_round(self, order):
        """The decisions asked for since the order was last submitted."""
        return self.filter(work_order=order, round=order.round)


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

    class Meta(TenantModel.Meta):
        verbose_name_plural = "approval policies"
        constraints = [models.UniqueConstraint(fields=["organization"], name="approval_policy_once")]

    def __str__(self) -> str:
        return "Approval policy"


class ApprovalDeadline(Leased):
    """When a decision becomes overdue: due as any leased row is, so a restart forgets none and nobody scans."""

    approval = models.OneToOneField(Approval, on_delete=models.PROTECT, related_name="deadline")

    def __str__(self) -> str:
        return f"Deadline of {self.approval_id}"
