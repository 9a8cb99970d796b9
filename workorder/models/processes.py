"""The operations of one order, in steps: a process and those after it marked parallel are one step."""

from collections.abc import Iterable
from decimal import Decimal

from django.db import models
from django.db.models import Q

from tenants.models import TenantManager, TenantModel, TenantQuerySet
from workorder.states import PROCESS, ProcessStatus

OPEN = sorted(PROCESS.open)


def steps_of(processes: Iterable["WorkOrderProcess"]) -> list[list["WorkOrderProcess"]]:
    """Group the processes of one order into its steps, first step first."""
    steps: list[list[WorkOrderProcess]] = []
    for process in sorted(processes, key=lambda process: process.sequence):
        if steps and process.parallel_with_previous:
            steps[-1].append(process)
        else:
            steps.append([process])
    return steps


class WorkOrderProcessQuerySet(TenantQuerySet):
    def open(self):
        return self.filter(status__in=OPEN)

    def of_order(self, order):
        return self.filter(work_order=order).order_by("sequence")

    def in_department(self, department):
        return self.filter(department=department)


class WorkOrderProcess(TenantModel):
    """One operation of an order, made for a line of it or, with no line, added by hand."""

    NOUN = "process"
    MOVES = PROCESS

    work_order = models.ForeignKey("workorder.WorkOrder", on_delete=models.PROTECT, related_name="processes")
    process = models.ForeignKey("workorder.Process", on_delete=models.PROTECT, related_name="+")
    department = models.ForeignKey("tenants.Department", on_delete=models.PROTECT, related_name="+")
    line = models.ForeignKey(
        "workorder.WorkOrderProduct", on_delete=models.PROTECT, null=True, blank=True, related_name="processes"
    )
    sequence = models.PositiveIntegerField()
    parallel_with_previous = models.BooleanField(default=False)
    is_rework = models.BooleanField(default=False)
    quantity = models.DecimalField(max_digits=14, decimal_places=3)
    estimate_minutes = models.DecimalField(max_digits=12, decimal_places=2, default=Decimal(0))
    hourly_rate = models.DecimalField(max_digits=10, decimal_places=2, default=Decimal(0))
    status = models.CharField(max_length=12, choices=ProcessStatus, default=PROCESS.initial, editable=False)
    skip_reason = models.CharField(max_length=500, blank=True)

    objects = TenantManager.from_queryset(WorkOrderProcessQuerySet)()

    class Meta(TenantModel.Meta):
        ordering = ["sequence"]
        verbose_name_plural = "work order processes"
        constraints = [
            models.UniqueConstraint(fields=["organization", "work_order", "sequence"], name="process_sequence_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="process_quantity_positive"),
            models.CheckConstraint(
                condition=Q(status=ProcessStatus.SKIPPED) & ~Q(skip_reason="")
                | ~Q(status=ProcessStatus.SKIPPED) & Q(skip_reason=""),
                name="process_skipped_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"Process {self.sequence}"

    @property
    def has_ended(self) -> bool:
        return self.status in PROCESS.ended

    @property
    def step(self) -> int:
        """Its step's number, from 1. Asks the order for all its processes, so have them prefetched in a list."""
        steps = steps_of(self.work_order.processes.all())
        return next(number for number, step in enumerate(steps, start=1) if self in step)
