"""Something is wrong, or wanted: what somebody tells the planners, before it is work."""

from django.db import models
from django.db.models import Case, IntegerField, Q, Value, When

from tenants.models import TenantManager, TenantModel, TenantQuerySet
from workorder.states import TICKET, TICKET_OPEN, Priority, TicketStatus


class TicketQuerySet(TenantQuerySet):
    def open(self):
        return self.filter(status__in=TICKET_OPEN)

    def most_urgent_first(self):
        ranks = [When(priority=priority, then=Value(priority.rank)) for priority in Priority]
        return self.order_by(Case(*ranks, output_field=IntegerField()).desc(), "created_at", "id")


class Ticket(TenantModel):
    """`work_order` is the one it became, or the one it is about."""

    NOUN = "ticket"
    MOVES = TICKET

    title = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    priority = models.CharField(max_length=10, choices=Priority, default=Priority.NORMAL)
    status = models.CharField(max_length=12, choices=TicketStatus, default=TICKET.initial, editable=False)
    customer = models.ForeignKey(
        "workorder.Customer", on_delete=models.PROTECT, null=True, blank=True, related_name="tickets"
    )
    department = models.ForeignKey(
        "tenants.Department", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reported_by = models.ForeignKey("tenants.Member", on_delete=models.PROTECT, related_name="+", editable=False)
    assigned_member = models.ForeignKey(
        "tenants.Member", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    work_order = models.ForeignKey(
        "workorder.WorkOrder", on_delete=models.PROTECT, null=True, blank=True, related_name="tickets"
    )
    resolution = models.TextField(blank=True, editable=False)
    resolved_at = models.DateTimeField(null=True, blank=True, editable=False)
    client_id = models.UUIDField(null=True, blank=True, editable=False)

    objects = TenantManager.from_queryset(TicketQuerySet)()

    class Meta(TenantModel.Meta):
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "client_id"], name="ticket_client_id_once"),
            models.CheckConstraint(
                condition=~Q(status=TicketStatus.CONVERTED) | Q(work_order__isnull=False),
                name="ticket_converted_to_order",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["resolved", "closed"], resolved_at__isnull=False)
                | ~Q(status__in=["resolved", "closed"]) & Q(resolved_at=None),
                name="ticket_resolved_has_time",
            ),
        ]
        indexes = [models.Index(fields=["organization", "status"], name="ticket_by_status")]

    def __str__(self) -> str:
        return self.title
