"""Tasks: one batch of an operation, given to somebody; and what was reported about them, row by row."""

from decimal import Decimal

from django.db import models
from django.db.models import Case, F, IntegerField, Q, Value, When

from tenants.models import TenantManager, TenantModel, TenantQuerySet
from workorder.models.orders import urgency
from workorder.states import TASK, TaskStatus

OPEN = sorted(TASK.open)
STARTED = [TaskStatus.IN_PROGRESS, TaskStatus.PAUSED, TaskStatus.COMPLETED]
NEAREST_TO_HAND = [TaskStatus.IN_PROGRESS, TaskStatus.PAUSED, TaskStatus.READY, TaskStatus.WAITING]
MOST_URGENT_FIRST = (urgency("work_order__priority").desc(), F("due_at").asc(nulls_last=True), "created_at", "id")


class WorkOrderTaskQuerySet(TenantQuerySet):
    def open(self):
        return self.filter(status__in=OPEN)

    def ready(self):
        return self.filter(status=TaskStatus.READY)

    def of_order(self, order):
        return self.filter(work_order=order)

    def of_process(self, process):
        return self.filter(process=process)

    def running(self):
        return self.filter(status=TaskStatus.IN_PROGRESS)

    def lock_all(self, ids):
        """Hold several at once, always in the order of their ids. Their order is held by the caller."""
        held = self.select_for_update(of=("self",), no_key=True)
        return list(held.filter(pk__in=list(ids)).order_by("pk"))

    def siblings_of(self, task):
        """The other tasks of its process."""
        return self.filter(process=task.process_id).exclude(pk=task.pk)

    def assigned_to(self, member):
        return self.filter(assigned_member=member)

    def unassigned(self):
        return self.filter(assigned_member=None)

    def in_department(self, department):
        return self.filter(assigned_department=department)

    def due_before(self, moment):
        return self.filter(due_at__lt=moment)

    def with_order(self):
        """Together with what a list of tasks shows: order, customer, operation, department and member."""
        return self.select_related(
            "work_order__customer", "process__process", "assigned_department", "assigned_member__user"
        )

    def most_urgent_first(self):
        return self.order_by(*MOST_URGENT_FIRST)

    def nearest_to_hand_first(self):
        """Running, then paused, ready and waiting; within each the most urgent first."""
        ranks = [When(status=status, then=Value(rank)) for rank, status in enumerate(NEAREST_TO_HAND)]
        hand = Case(*ranks, default=Value(len(ranks)), output_field=IntegerField())
        return self.order_by(hand, *MOST_URGENT_FIRST)


class WorkOrderTask(TenantModel):
    """Its reported quantities are sums of its reports, written under the order's lock and never typed over."""

    NOUN = "task"
    MOVES = TASK

    work_order = models.ForeignKey("workorder.WorkOrder", on_delete=models.PROTECT, related_name="tasks")
    process = models.ForeignKey("workorder.WorkOrderProcess", on_delete=models.PROTECT, related_name="tasks")
    title = models.CharField(max_length=255)
    quantity = models.DecimalField(max_digits=14, decimal_places=3)
    completed_quantity = models.DecimalField(max_digits=14, decimal_places=3, default=Decimal(0))
    defect_quantity = models.DecimalField(max_digits=14, decimal_places=3, default=Decimal(0))
    rework_quantity = models.DecimalField(max_digits=14, decimal_places=3, default=Decimal(0))
    reported_quantity = models.DecimalField(max_digits=14, decimal_places=3, default=Decimal(0))
    max_quantity = models.DecimalField(max_digits=14, decimal_places=3)
    estimate_minutes = models.DecimalField(max_digits=12, decimal_places=2, default=Decimal(0))
    actual_minutes = models.DecimalField(max_digits=12, decimal_places=2, default=Decimal(0))
    split_from = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="parts")
    status = models.CharField(max_length=12, choices=TaskStatus, default=TASK.initial, editable=False)
    assigned_department = models.ForeignKey("tenants.Department", on_delete=models.PROTECT, related_name="+")
    assigned_member = models.ForeignKey(
        "tenants.Member", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    due_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True, editable=False)
    completed_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = TenantManager.from_queryset(WorkOrderTaskQuerySet)()

    class Meta(TenantModel.Meta):
        ordering = ["created_at", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="task_quantity_positive"),
            # Two plain columns: SQLite's decimals are floats, and a sum of them in SQL would not be exact.
            models.CheckConstraint(
                condition=Q(reported_quantity__gte=0, reported_quantity__lte=F("max_quantity")),
                name="task_reported_at_most_max",
            ),
            models.CheckConstraint(
                condition=Q(status=TaskStatus.COMPLETED, completed_at__isnull=False)
                | ~Q(status=TaskStatus.COMPLETED) & Q(completed_at__isnull=True),
                name="task_completed_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=STARTED) | Q(started_at__isnull=False), name="task_started_has_time"
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "assigned_member", "status"], name="task_of_member"),
            models.Index(fields=["organization", "assigned_department", "status"], name="task_in_department"),
            models.Index(fields=["organization", "status", "due_at"], name="task_by_status"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        return self.status in TASK.open

    @property
    def missing_quantity(self) -> Decimal:
        return self.quantity - self.reported_quantity

    @property
    def minutes_left(self) -> Decimal:
        return self.share_left(self.estimate_minutes, self.quantity, self.reported_quantity)

    @staticmethod
    def share_left(estimate_minutes: Decimal, quantity: Decimal, reported: Decimal) -> Decimal:
        """The part of the estimate that belongs to what is not reported yet."""
        return (estimate_minutes * (quantity - reported) / quantity).quantize(Decimal("0.01"))
