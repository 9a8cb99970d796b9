"""Work orders in v2: reading them, for now."""

from django_filters import rest_framework as filters

from tenants.access import Later
from tenants.api.v2.viewsets import TenantViewSet
from workorder import access
from workorder.api.v2 import serializers
from workorder.models import WorkOrder
from workorder.states import OrderStatus, Priority

BESIDES = {"edit"}  # said with PATCH, so it is no verb of its own here


class OrderFilter(filters.FilterSet):
    status = filters.MultipleChoiceFilter(choices=OrderStatus.choices)
    priority = filters.MultipleChoiceFilter(choices=Priority.choices)


class WorkOrderViewSet(TenantViewSet):
    """What customers get, the newest first."""

    queryset = Later(WorkOrder)
    filterset_class = OrderFilter
    cursor_field = "-number"
    tagged = True

    def get_queryset(self):
        found = WorkOrder.objects.all()
        return found if self.action == "list" else found.prefetch_related("lines", "processes")

    def get_serializer_class(self):
        return serializers.WorkOrder if self.action == "list" else serializers.WorkOrderDetail

    def etag(self, obj):
        """Progress moves without a version, and it is in the body."""
        return f'"{obj.version}.{obj.progress}"'

    def verbs(self, member, row):
        return [verb for verb in access.verbs(member, row) if verb not in BESIDES]
