"""What can be made and how: products, processes, and the routing that leads a product through processes."""

from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q

from tenants.models import TenantManager, TenantModel, TenantQuerySet

MINUTE = Decimal("0.01")


class CatalogueQuerySet(TenantQuerySet):
    def active(self):
        return self.filter(active=True)


class Product(TenantModel):
    NOUN = "product"

    code = models.CharField(max_length=20)
    name = models.CharField(max_length=120)
    unit = models.CharField(max_length=12, default="pcs")
    active = models.BooleanField(default=True)

    objects = TenantManager.from_queryset(CatalogueQuerySet)()

    class Meta(TenantModel.Meta):
        ordering = ["code"]
        constraints = [models.UniqueConstraint(fields=["organization", "code"], name="product_code_once")]

    def __str__(self) -> str:
        return self.name


class Process(TenantModel):
    """An operation as the catalogue knows it: where it is done and how long it takes. Orders copy what they need."""

    NOUN = "operation"  # `process` is the one on an order, which has a history

    code = models.CharField(max_length=20)
    name = models.CharField(max_length=120)
    department = models.ForeignKey("tenants.Department", on_delete=models.PROTECT, related_name="+")
    # Four places: a press makes thousands of sheets an hour, and 0.015 must not become 0.02.
    minutes_per_unit = models.DecimalField(
        max_digits=10, decimal_places=4, default=Decimal(0), validators=[MinValueValidator(0)]
    )
    setup_minutes = models.DecimalField(
        max_digits=10, decimal_places=2, default=Decimal(0), validators=[MinValueValidator(0)]
    )
    hourly_rate = models.DecimalField(
        max_digits=10,
        decimal_places=2,
        default=Decimal(0),
        validators=[MinValueValidator(0)],
        help_text="What an hour of it costs, in the organization's currency.",
    )
    batch_size = models.DecimalField(
        max_digits=14, decimal_places=3, null=True, blank=True, help_text="A release makes a task for every so many."
    )
    required_skill = models.CharField(max_length=60, blank=True)
    active = models.BooleanField(default=True)

    objects = TenantManager.from_queryset(CatalogueQuerySet)()

    class Meta(TenantModel.Meta):
        ordering = ["code"]
        verbose_name_plural = "processes"
        constraints = [
            models.UniqueConstraint(fields=["organization", "code"], name="process_code_once"),
            models.CheckConstraint(
                condition=Q(minutes_per_unit__gte=0, setup_minutes__gte=0), name="process_minutes_not_negative"
            ),
            models.CheckConstraint(condition=Q(hourly_rate__gte=0), name="process_rate_not_negative"),
            models.CheckConstraint(condition=Q(batch_size=None) | Q(batch_size__gt=0), name="process_batch_positive"),
        ]

    def __str__(self) -> str:
        return self.name

    def minutes_for(self, quantity: Decimal) -> Decimal:
        """Setup once and run time per unit: the estimate of one batch."""
        return (self.setup_minutes + self.minutes_per_unit * quantity).quantize(MINUTE)

    def batches_of(self, quantity: Decimal) -> int:
        """How many tasks a release makes for a quantity."""
        if self.batch_size is None:
            return 1
        whole, rest = divmod(quantity, self.batch_size)
        return int(whole) + bool(rest)

    def in_batches(self, quantity: Decimal) -> list[Decimal]:
        """The quantity batch by batch; the last one is what is left."""
        size, count = self.batch_size or quantity, self.batches_of(quantity)
        return [size] * (count - 1) + [quantity - size * (count - 1)]

    def minutes_in_batches(self, quantity: Decimal) -> Decimal:
        """The estimate of all of it, with a setup for every batch."""
        return (self.setup_minutes * self.batches_of(quantity) + self.minutes_per_unit * quantity).quantize(MINUTE)


class RoutingStepQuerySet(TenantQuerySet):
    def of_products(self, products):
        """The routings of several products, each in its sequence, with their processes."""
        return self.filter(product__in=products).select_related("process").order_by("product", "sequence")


class RoutingStep(TenantModel):
    """One operation on the way of a product; `parallel_with_previous` puts it beside the one before."""

    NOUN = "routing_step"

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="routing")
    process = models.ForeignKey(Process, on_delete=models.PROTECT, related_name="+")
    sequence = models.PositiveIntegerField()
    parallel_with_previous = models.BooleanField(default=False)

    objects = TenantManager.from_queryset(RoutingStepQuerySet)()

    class Meta(TenantModel.Meta):
        ordering = ["sequence"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "product", "sequence"], name="routing_sequence_once")
        ]

    def __str__(self) -> str:
        return f"Routing step {self.sequence}"
