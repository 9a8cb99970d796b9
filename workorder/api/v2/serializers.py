"""Shapes of work orders in v2. What the entity tag does not cover is not in here: it would change unnoticed."""

import datetime

from rest_framework import serializers

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


class Moment(serializers.DateTimeField):
    """Always said in UTC."""

    def to_representation(self, value):
        return value.astimezone(datetime.UTC).isoformat().replace("+00:00", "Z") if value else None


class AllowedActions(serializers.ListField):
    """Computed for the whole list at once; they wait in the context."""

    child = serializers.CharField()

    def to_representation(self, obj):
        return self.context["allowed_actions"][obj.pk]


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
    allowed_actions = AllowedActions(source="*", read_only=True)


class WorkOrderDetail(WorkOrder):
    products = OrderLine(source="lines.all", many=True)
    processes = OrderStep(source="processes.all", many=True)
