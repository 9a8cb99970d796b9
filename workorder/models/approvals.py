"""Who agreed to an order, or did not. One row per round and level, pending until somebody decides."""

from django.db import models
from django.db.models import Q

from tenants.models import TenantManager, TenantModel, TenantQuerySet
from workorder.states import Decision


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
        ]

    def __str__(self) -> str:
        return f"Round {self.round}, level {self.level}: {self.get_decision_display() or 'pending'}"
