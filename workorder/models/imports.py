"""Orders that come as a file: looked through first, row by row, and written all together or not at all."""

from django.db import models
from django.db.models import Q

from tenants.models import Leased, TenantModel, TenantRow
from workorder.states import IMPORT, ImportStatus


class OrderImport(TenantModel):
    """A file of order lines on its way to orders. `rows_done` of `rows_total` is its progress, in each of its steps."""

    NOUN = "import"
    MOVES = IMPORT

    member = models.ForeignKey("tenants.Member", on_delete=models.PROTECT, related_name="+", editable=False)
    name = models.CharField(max_length=200, help_text="The file's name.")
    digest = models.CharField(max_length=64, editable=False)
    status = models.CharField(max_length=10, choices=ImportStatus, default=IMPORT.initial, editable=False)
    rows_total = models.PositiveIntegerField(default=0, editable=False)
    rows_done = models.PositiveIntegerField(default=0, editable=False)
    rows_wrong = models.PositiveIntegerField(default=0, editable=False)
    orders_total = models.PositiveIntegerField(default=0, editable=False)
    problem = models.CharField(max_length=500, blank=True, editable=False, help_text="Why the file as a whole failed.")

    class Meta(TenantModel.Meta):
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(rows_done__lte=models.F("rows_total")), name="import_done_at_most_total")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_running(self) -> bool:
        return self.status in (ImportStatus.CHECKING, ImportStatus.WRITING)


class ImportRow(TenantRow):
    """One row of the file as it was read, what is wrong with it, and the order it became part of."""

    NOUN = "import_row"

    order_import = models.ForeignKey(OrderImport, on_delete=models.PROTECT, related_name="rows")
    number = models.PositiveIntegerField(help_text="Its line in the file; the heading is line 1.")
    values = models.JSONField(default=dict)
    problems = models.JSONField(default=list)
    work_order = models.ForeignKey("workorder.WorkOrder", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta(TenantRow.Meta):
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "order_import", "number"], name="import_row_once")
        ]

    def __str__(self) -> str:
        return f"Row {self.number}"


class ImportStep(Leased):
    """A piece of work on an import, leased to whoever runs it: a worker that dies leaves it to the next one."""

    QUEUES = {"bulk": Q()}

    order_import = models.ForeignKey(OrderImport, on_delete=models.PROTECT, related_name="steps")
    verb = models.CharField(max_length=10, help_text="`check` or `write`.")

    class Meta(Leased.Meta):
        constraints = [
            *Leased.Meta.constraints,
            models.UniqueConstraint(fields=["organization", "order_import", "verb"], name="import_step_once"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.order_import_id}"
