"""Shapes of work orders in v2. What the entity tag does not cover is not in here: it would change unnoticed."""

from rest_framework import serializers

from tenants.api.v2.fields import AllowedActions, Moment
from workorder.states import OrderStatus, Priority


class OrderLine(serializers.Serializer):
    product = serializers.UUIDField(source="product_id")
    quantity = serializers.DecimalField(max_digits=14, decimal_places=3)
    unit = serializers.CharField()


class OrderStep(serializers.Serializer):
    id = serializers.UUIDField()
    process = serializers.UUIDField(source="process_id")
    sequence = serializers.IntegerField()
    parallel_with_previous = serializers.BooleanField()
    quantity = serializers.DecimalField(max_digits=14, decimal_places=3)


class WorkOrder(serializers.Serializer):
    id = serializers.UUIDField()
    number = serializers.CharField()
    title = serializers.CharField()
    customer = serializers.UUIDField(source="customer_id")
    priority = serializers.ChoiceField(Priority.choices)
    due_at = Moment(allow_null=True)
    status = serializers.ChoiceField(OrderStatus.choices)
    progress = serializers.DecimalField(max_digits=5, decimal_places=2)
    estimate_minutes = serializers.DecimalField(max_digits=12, decimal_places=2)
    budget = serializers.DecimalField(max_digits=14, decimal_places=2, allow_null=True)
    customer_reference = serializers.CharField()
    notes = serializers.CharField()
    created_at = Moment()
    released_at = Moment(allow_null=True)
    completed_at = Moment(allow_null=True)
    version = serializers.IntegerField()
    allowed_actions = AllowedActions(of=["status", "approval_level"])


class WorkOrderDetail(WorkOrder):
    products = OrderLine(source="lines.all", many=True)
    processes = OrderStep(source="processes.all", many=True)
