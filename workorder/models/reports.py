"""What was made, by whom, and what stopped the work: rows that are added and never changed."""

import datetime
from decimal import Decimal

from django.db import models
from django.db.models import DateTimeField, F, Q, Value
from django.db.models.functions import Greatest

from tenants import context
from tenants.models import TenantManager, TenantModel, TenantQuerySet, TenantRow
from workorder.states import ReasonKind


class ReasonCodeQuerySet(TenantQuerySet):
    def active(self):
        return self.filter(active=True)

    def of_kind(self, kind):
        return self.filter(kind=kind)


class ReasonCode(TenantModel):
    """Why pieces were defect, or why work stood still, in the words of the house: what cannot be counted is not mended.

    `planned` tells a break or a setup from a breakdown.
    """

    NOUN = "reason_code"

    kind = models.CharField(max_length=10, choices=ReasonKind)
    code = models.CharField(max_length=20)
    name = models.CharField(max_length=120)
    planned = models.BooleanField(default=False)
    active = models.BooleanField(default=True)

    objects = TenantManager.from_queryset(ReasonCodeQuerySet)()

    class Meta(TenantModel.Meta):
        ordering = ["kind", "code"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "kind", "code"], name="reason_code_once"),
            models.CheckConstraint(
                condition=Q(kind=ReasonKind.DOWNTIME) | Q(planned=False), name="reason_only_downtime_is_planned"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class TaskReportQuerySet(TenantQuerySet):
    def of_task(self, task):
        return self.filter(task=task)


class TaskReport(TenantRow):
    """What somebody made at a time. Never changed: a wrong one is taken back by a row with its amounts negated.

    `good` and `defect` are what is done with; `rework` went round again and counts as neither.
    """

    NOUN = "report"
    APPEND_ONLY = True

    task = models.ForeignKey("workorder.WorkOrderTask", on_delete=models.PROTECT, related_name="reports")
    member = models.ForeignKey("tenants.Member", on_delete=models.PROTECT, related_name="+")
    good = models.DecimalField(max_digits=14, decimal_places=3)
    defect = models.DecimalField(max_digits=14, decimal_places=3, default=Decimal(0))
    rework = models.DecimalField(max_digits=14, decimal_places=3, default=Decimal(0))
    minutes = models.DecimalField(max_digits=10, decimal_places=2, default=Decimal(0))
    reason = models.ForeignKey(ReasonCode, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    note = models.CharField(max_length=500, blank=True)
    reverses = models.OneToOneField("self", on_delete=models.PROTECT, null=True, blank=True, related_name="reversal")
    client_id = models.UUIDField(null=True, blank=True, help_text="The device's own id: sent twice, it is one report.")
    created_at = models.DateTimeField(default=context.now, editable=False)

    objects = TenantManager.from_queryset(TaskReportQuerySet)()

    class Meta(TenantRow.Meta):
        ordering = ["created_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "client_id"], name="report_client_id_once"),
            models.CheckConstraint(
                condition=Q(reverses=None, good__gte=0, defect__gte=0, rework__gte=0, minutes__gte=0)
                & (Q(good__gt=0) | Q(defect__gt=0) | Q(rework__gt=0))
                | Q(reverses__isnull=False, good__lte=0, defect__lte=0, rework__lte=0, minutes__lte=0)
                & (Q(good__lt=0) | Q(defect__lt=0) | Q(rework__lt=0)),
                name="report_says_something",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.good.normalize():f} good, {self.defect.normalize():f} defect"


class DowntimeQuerySet(TenantQuerySet):
    def of_task(self, task):
        return self.filter(task=task)

    def of_order(self, order):
        return self.filter(task__work_order=order)

    def running(self):
        """Those that have not ended."""
        return self.filter(ended_at=None)

    def planned(self):
        return self.filter(reason__planned=True)

    def unplanned(self):
        """What nobody foresaw, or nobody gave a reason for."""
        return self.exclude(reason__planned=True)

    def close(self, moment):
        """End those that run; none ends before it began, whatever a device's clock says."""
        return self.running().update(ended_at=Greatest(F("started_at"), Value(moment, DateTimeField())))


class Downtime(TenantRow):
    """A time a task stood still, from its pause to its going on or ending."""

    NOUN = "downtime"

    task = models.ForeignKey("workorder.WorkOrderTask", on_delete=models.PROTECT, related_name="downtimes")
    member = models.ForeignKey("tenants.Member", on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.ForeignKey(ReasonCode, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    note = models.CharField(max_length=500, blank=True)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = TenantManager.from_queryset(DowntimeQuerySet)()

    class Meta(TenantRow.Meta):
        ordering = ["started_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "task"], condition=Q(ended_at=None), name="downtime_open_once_per_task"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("started_at")), name="downtime_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return f"Downtime of {self.task_id}"

    @property
    def planned(self) -> bool:
        return self.reason is not None and self.reason.planned

    @property
    def length_minutes(self) -> Decimal | None:
        """None while it lasts."""
        return self.minutes(self.ended_at) if self.ended_at else None

    def minutes(self, moment: datetime.datetime) -> Decimal:
        """How long it was, or has been by `moment` while it lasts; never below zero, whatever clocks say."""
        seconds = Decimal(str(((self.ended_at or moment) - self.started_at).total_seconds()))
        return max(seconds / 60, Decimal(0)).quantize(Decimal("0.01"))
