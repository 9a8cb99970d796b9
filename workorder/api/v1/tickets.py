"""Tickets: what people tell the planners, before it is work."""

from django.db.models import F
from django_filters import rest_framework as filters
from rest_framework import serializers

from tenants.access import Later, TenantRelatedField
from tenants.api.v1.fields import AllowedActions, Text, Words
from tenants.api.v1.fields import Moment as MomentField
from tenants.api.v1.filters import Moment, Related, YesNo
from tenants.api.v1.viewsets import Seen
from tenants.models import Department, Member
from tenants.states import Role
from workorder import models
from workorder.actions import tickets
from workorder.api.v1.conversation import DISCUSSED, Discussed
from workorder.api.v1.views import FloorViewSet, verb
from workorder.models.orders import urgency
from workorder.pages import events_of
from workorder.problems import MAX_DESCRIPTION, MAX_WORDS
from workorder.states import TICKET_OPEN, Priority, TicketStatus


class Ticket(serializers.Serializer):
    id = serializers.UUIDField()
    title = serializers.CharField()
    description = serializers.CharField()
    priority = serializers.ChoiceField(Priority.choices)
    status = serializers.ChoiceField(TicketStatus.choices)
    customer = serializers.UUIDField(source="customer_id", allow_null=True)
    department = serializers.UUIDField(source="department_id", allow_null=True)
    reported_by = serializers.UUIDField(source="reported_by_id")
    assigned_member = serializers.UUIDField(source="assigned_member_id", allow_null=True)
    work_order = serializers.UUIDField(source="work_order_id", allow_null=True)
    resolution = serializers.CharField()
    resolved_at = MomentField(allow_null=True)
    created_at = MomentField()
    version = serializers.IntegerField()
    allowed_actions = AllowedActions()


class TicketEdit(Seen):
    title = serializers.CharField(max_length=200)
    description = Text(max_length=MAX_DESCRIPTION, trim_whitespace=False)
    priority = serializers.ChoiceField(Priority.choices, required=False)
    customer = TenantRelatedField(to=models.Customer, required=False, allow_null=True)
    department = TenantRelatedField(to=Department, required=False, allow_null=True)
    assigned_member = TenantRelatedField(to=Member, required=False, allow_null=True)
    work_order = TenantRelatedField(to=models.WorkOrder, required=False, allow_null=True)


class TicketInput(Seen):
    """With a `client_id` the same ticket may be sent again: it is written once. Who takes care of it is said later."""

    title = serializers.CharField(max_length=200)
    description = Text(max_length=MAX_DESCRIPTION, trim_whitespace=False)
    priority = serializers.ChoiceField(Priority.choices, required=False)
    customer = TenantRelatedField(to=models.Customer, required=False, allow_null=True)
    department = TenantRelatedField(to=Department, required=False, allow_null=True)
    work_order = TenantRelatedField(to=models.WorkOrder, required=False, allow_null=True)
    client_id = serializers.UUIDField(required=False)


class Triage(Seen):
    """What is not named stays as it is."""

    priority = serializers.ChoiceField(Priority.choices, required=False)
    department = TenantRelatedField(to=Department, required=False, allow_null=True)
    assigned_member = TenantRelatedField(to=Member, required=False, allow_null=True)


class Resolution(Seen):
    resolution = Words(max_length=MAX_WORDS)


class TicketReason(Seen):
    reason = Words()


class Conversion(Seen):
    """`customer` is needed where the ticket names none."""

    customer = TenantRelatedField(to=models.Customer, required=False)
    due_at = MomentField(required=False, allow_null=True)


class TicketFilter(filters.FilterSet):
    status = filters.MultipleChoiceFilter(choices=TicketStatus.choices)
    priority = filters.MultipleChoiceFilter(choices=Priority.choices)
    open = YesNo(method="that_are_open", label="Neither resolved nor closed nor converted.")
    customer = Related(to=models.Customer)
    department = Related(to=Department)
    reported_by = Related(to=Member)
    assigned_member = Related(to=Member)
    unassigned = YesNo(field_name="assigned_member", lookup_expr="isnull")
    work_order = Related(to=models.WorkOrder)
    created_after = Moment(field_name="created_at", lookup_expr="gte")
    created_before = Moment(field_name="created_at", lookup_expr="lt")

    def that_are_open(self, found, name, wanted):
        return found.filter(status__in=TICKET_OPEN) if wanted else found.exclude(status__in=TICKET_OPEN)


class TicketViewSet(Discussed, FloorViewSet):
    """What is wrong or wanted. Tickets are closed or converted, never deleted."""

    queryset = Later(models.Ticket)
    serializer_class = Ticket
    filterset_class = TicketFilter
    search_fields = ["title", "description"]
    ordering_fields = {
        "created_at": F("created_at"),
        "priority": urgency(),
        "title": F("title"),
        "resolved_at": F("resolved_at"),
    }
    ordering = ("-created_at",)
    roles = {"create": Role.OPERATOR}
    shapes = {
        **DISCUSSED,
        "create": TicketInput,
        "partial_update": TicketEdit,
        "triage": Triage,
        "start": Seen,
        "resolve": Resolution,
        "close": Seen,
        "reopen": TicketReason,
        "convert": Conversion,
    }

    def create(self, request):
        """Tell what is wrong or wanted."""
        sent = self.sent()
        sent.pop("seen", None)
        return self.created(tickets.open(by=self.member, **sent))

    def partial_update(self, request, pk):
        """Put it in other words, or hand it over, while it is open."""
        ticket = self.thing()
        tickets.edit(ticket, by=self.member, **self.sent(partial=True))
        return self.changed(ticket)

    @verb()
    def triage(self, request, pk):
        """Say how much it matters, where it belongs and who takes care of it."""
        return self.verb(tickets.triage)

    @verb()
    def start(self, request, pk):
        """Begin to take care of it."""
        return self.verb(tickets.start)

    @verb()
    def resolve(self, request, pk):
        """Say what was done about it."""
        return self.verb(tickets.resolve)

    @verb()
    def close(self, request, pk):
        """Put it away."""
        return self.verb(tickets.close)

    @verb()
    def reopen(self, request, pk):
        """It was not resolved after all."""
        return self.verb(tickets.reopen)

    @verb()
    def convert(self, request, pk):
        """Make a draft of a work order of it; `work_order` is the order."""
        return self.verb(tickets.convert)

    def history(self, ticket):
        return events_of(ticket)
