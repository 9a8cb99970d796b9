"""Work orders: what a customer gets, from the request to the last box. Orders are cancelled, never deleted."""

from decimal import Decimal

from django.db import models
from django.db.models import Case, Exists, IntegerField, OuterRef, Q, Value, When

from tenants import context
from tenants.models import TenantManager, TenantModel, TenantQuerySet, TenantRow
from workorder.models.conversation import WorkOrderTag, folded
from workorder.states import ORDER, ORDER_ON_FLOOR, ORDER_OPEN, OrderStatus, Priority

DONE = [OrderStatus.COMPLETED, OrderStatus.CLOSED]


def urgency(path: str = "priority") -> Case:
    """An expression that sorts by priority; `path` leads from the row to it."""
    ranks = [When(**{path: priority}, then=Value(priority.rank)) for priority in Priority]
    return Case(*ranks, output_field=IntegerField())


def late(status, due_at) -> bool:
    """Whether an order with these is late now: still open, and past its due date."""
    return status in ORDER_OPEN and due_at is not None and due_at < context.now()


class WorkOrderQuerySet(TenantQuerySet):
    def open(self):
        """Orders somebody still waits for: neither completed nor closed nor cancelled."""
        return self.filter(status__in=ORDER_OPEN)

    def on_the_floor(self):
        """Released and not completed (WIP), held ones included."""
        return self.filter(status__in=ORDER_ON_FLOOR)

    def waiting_for_approval(self):
        return self.filter(status=OrderStatus.SUBMITTED)

    def due_before(self, moment):
        return self.filter(due_at__lt=moment)

    def late(self, moment):
        return self.open().due_before(moment)

    def of_customer(self, customer):
        return self.filter(customer=customer)

    def tagged(self, name):
        """Orders with a tag, however it is spelled."""
        return self.filter(Exists(WorkOrderTag.objects.filter(work_order=OuterRef("pk"), tag__folded=folded(name))))

    def with_tags(self):
        """Their tags come along, in one query."""
        return self.prefetch_related(models.Prefetch("tag_links", WorkOrderTag.objects.select_related("tag")))

    def with_customer(self):
        return self.select_related("customer")

    def most_urgent_first(self):
        """By priority, then by due date; without one comes last."""
        return self.order_by(urgency().desc(), models.F("due_at").asc(nulls_last=True), "number")


class WorkOrder(TenantModel):
    """`held_from` remembers where a hold came from.

    `progress`, `actual_minutes` and `actual_cost` are rolled up from the reports and raise no version.
    """

    NOUN = "workorder"
    MOVES = ORDER
    KEY = "number"

    number = models.CharField(max_length=20, editable=False)
    customer = models.ForeignKey("workorder.Customer", on_delete=models.PROTECT, related_name="work_orders")
    title = models.CharField(max_length=200)
    priority = models.CharField(max_length=10, choices=Priority, default=Priority.NORMAL)
    due_at = models.DateTimeField(null=True, blank=True)
    status = models.CharField(max_length=12, choices=OrderStatus, default=ORDER.initial, editable=False)
    held_from = models.CharField(max_length=12, choices=OrderStatus, blank=True, editable=False)
    progress = models.DecimalField(max_digits=5, decimal_places=2, default=Decimal(0), editable=False)
    estimate_minutes = models.DecimalField(max_digits=12, decimal_places=2, default=Decimal(0), editable=False)
    estimate_cost = models.DecimalField(max_digits=14, decimal_places=2, default=Decimal(0), editable=False)
    actual_minutes = models.DecimalField(max_digits=12, decimal_places=2, default=Decimal(0), editable=False)
    actual_cost = models.DecimalField(max_digits=14, decimal_places=2, default=Decimal(0), editable=False)
    budget = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    customer_reference = models.CharField(max_length=80, blank=True)
    notes = models.TextField(blank=True)
    submitted_by = models.ForeignKey(
        "tenants.Member", on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    round = models.PositiveSmallIntegerField(default=0, editable=False, help_text="How often it was submitted.")
    approval_levels = models.PositiveSmallIntegerField(default=0, editable=False, help_text="Asked for in this round.")
    approval_level = models.PositiveSmallIntegerField(default=0, editable=False, help_text="The one waited for, or 0.")
    client_id = models.UUIDField(null=True, blank=True, editable=False, help_text="The device's own id for it.")
    copied_from = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    released_at = models.DateTimeField(null=True, blank=True, editable=False)
    completed_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = TenantManager.from_queryset(WorkOrderQuerySet)()

    class Meta(TenantModel.Meta):
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "number"], name="order_number_once"),
            models.UniqueConstraint(fields=["organization", "client_id"], name="order_client_id_once"),
            models.CheckConstraint(
                condition=Q(status=OrderStatus.SUBMITTED, approval_level__gte=1)
                | ~Q(status=OrderStatus.SUBMITTED) & Q(approval_level=0),
                name="order_submitted_waits_for_level",
            ),
            models.CheckConstraint(
                condition=Q(status=OrderStatus.ON_HOLD, held_from__in=["released", "in_progress"])
                | ~Q(status=OrderStatus.ON_HOLD) & Q(held_from=""),
                name="order_held_from_somewhere",
            ),
            models.CheckConstraint(
                condition=Q(status__in=DONE, completed_at__isnull=False)
                | ~Q(status__in=DONE) & Q(completed_at__isnull=True),
                name="order_completed_has_time",
            ),
            models.CheckConstraint(condition=Q(progress__gte=0, progress__lte=100), name="order_progress_percent"),
            models.CheckConstraint(condition=Q(budget=None) | Q(budget__gte=0), name="order_budget_not_negative"),
        ]
        indexes = [
            models.Index(fields=["organization", "status", "due_at"], name="order_by_status"),
            models.Index(fields=["organization", "status", "number", "priority"], name="order_list_by_status"),
            models.Index(fields=["organization", "customer"], name="order_by_customer"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def is_open(self) -> bool:
        return self.status in ORDER_OPEN

    @property
    def is_on_floor(self) -> bool:
        return self.status in ORDER_ON_FLOOR

    @property
    def is_held(self) -> bool:
        return self.status == OrderStatus.ON_HOLD

    def is_late(self, moment) -> bool:
        return self.is_open and self.due_at is not None and self.due_at < moment

    @property
    def reference_link(self) -> str:
        """Where the customer's own order is found."""
        return self.customer.link_to(self.customer_reference)

    @property
    def late_now(self) -> bool:
        return late(self.status, self.due_at)


class WorkOrderProduct(TenantModel):
    """A line: how much of which product, in the unit it was ordered in."""

    NOUN = "line"

    work_order = models.ForeignKey(WorkOrder, on_delete=models.PROTECT, related_name="lines")
    product = models.ForeignKey("workorder.Product", on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField()
    quantity = models.DecimalField(max_digits=14, decimal_places=3)
    unit = models.CharField(max_length=12)

    class Meta(TenantModel.Meta):
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "work_order", "position"], name="line_position_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="line_quantity_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.quantity.normalize():f} {self.unit}"


class NumberSeries(TenantRow):
    """The last number given in a year. Its row is locked while an order is being made, so numbers have no gaps."""

    NOUN = "number_series"

    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta(TenantRow.Meta):
        ordering = ["year"]
        constraints = [models.UniqueConstraint(fields=["organization", "year"], name="number_series_once")]

    def __str__(self) -> str:
        return f"{self.year}: {self.last}"
