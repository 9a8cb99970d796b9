"""Dispatch rules: which work goes to which department, and how somebody in it is chosen."""

from django.db import models
from django.db.models import F, Q

from dispatch.states import Strategy
from tenants.models import TenantManager, TenantModel, TenantQuerySet
from workorder.states import Priority


class AssignmentRuleQuerySet(TenantQuerySet):
    def in_force(self):
        """Rules that take part in decisions, the first to be asked first."""
        return self.filter(active=True).order_by("rank", "name", "id")


class AssignmentRule(TenantModel):
    """If every condition that is filled in holds, the task goes to `department` (none: where it is already).

    The matching rule with the lowest rank decides. A condition left empty always holds.
    """

    NOUN = "rule"

    name = models.CharField(max_length=120)
    rank = models.PositiveIntegerField(default=100, help_text="1 is asked before 2.")
    active = models.BooleanField(default=True)
    if_process = models.ForeignKey(
        "workorder.Process", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    if_department = models.ForeignKey(
        "tenants.Department", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    if_customer = models.ForeignKey(
        "workorder.Customer", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    if_priority = models.CharField(max_length=10, choices=Priority, blank=True)
    if_product = models.ForeignKey(
        "workorder.Product", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    if_tag = models.ForeignKey("workorder.Tag", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    if_quantity_from = models.DecimalField(max_digits=14, decimal_places=3, null=True, blank=True)
    if_quantity_to = models.DecimalField(max_digits=14, decimal_places=3, null=True, blank=True)
    active_from = models.DateTimeField(null=True, blank=True)
    active_until = models.DateTimeField(null=True, blank=True)
    department = models.ForeignKey(
        "tenants.Department", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    strategy = models.CharField(max_length=20, choices=Strategy, default=Strategy.LEAST_LOADED)

    objects = TenantManager.from_queryset(AssignmentRuleQuerySet)()

    class Meta(TenantModel.Meta):
        ordering = ["rank", "name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "name"], name="rule_name_once"),
            models.CheckConstraint(
                condition=Q(active_from=None) | Q(active_until=None) | Q(active_until__gt=F("active_from")),
                name="rule_active_until_later",
            ),
            models.CheckConstraint(
                condition=Q(if_quantity_from=None)
                | Q(if_quantity_to=None)
                | Q(if_quantity_to__gte=F("if_quantity_from")),
                name="rule_quantities_in_order",
            ),
        ]

    def __str__(self) -> str:
        return self.name
