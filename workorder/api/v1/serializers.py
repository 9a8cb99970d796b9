"""Shapes of work orders, their processes and tasks. What a body may say stands apart from what is shown."""

from rest_framework import serializers

from tenants.access import TenantRelatedField
from tenants.api.v1.fields import (
    AllowedActions,
    Minutes,
    Moment,
    Money,
    Named,
    NamesOf,
    Quantity,
    Rows,
    Text,
    Words,
    made,
)
from tenants.api.v1.viewsets import Seen
from workorder import models
from workorder.models.orders import late
from workorder.states import OrderStatus, Priority, ProcessStatus, Rest, TaskStatus

MOST_NOTES = 5000


class OrderLine(serializers.Serializer):
    product = serializers.UUIDField(source="product_id")
    quantity = Quantity()
    unit = serializers.CharField()


class OrderStep(serializers.Serializer):
    id = serializers.UUIDField()
    process = serializers.UUIDField(source="process_id")
    sequence = serializers.IntegerField()
    parallel_with_previous = serializers.BooleanField()
    quantity = Quantity()


class WorkOrder(serializers.Serializer):
    id = serializers.UUIDField()
    number = serializers.CharField()
    title = serializers.CharField()
    customer = serializers.UUIDField(source="customer_id")
    priority = serializers.ChoiceField(Priority.choices)
    due_at = Moment(allow_null=True)
    status = serializers.ChoiceField(OrderStatus.choices)
    progress = serializers.DecimalField(max_digits=5, decimal_places=2)
    estimate_minutes = Minutes()
    budget = serializers.DecimalField(max_digits=14, decimal_places=2, allow_null=True)
    customer_reference = serializers.CharField()
    notes = serializers.CharField()
    is_late = made(
        serializers.BooleanField(source="late_now", help_text="Open, and past its due date."), late, "status", "due_at"
    )
    tags = NamesOf("tag_links", "tag__name")
    created_at = Moment()
    released_at = Moment(allow_null=True)
    completed_at = Moment(allow_null=True)
    version = serializers.IntegerField()
    allowed_actions = AllowedActions(of=["status", "approval_level"])


class WorkOrderDetail(WorkOrder):
    customer_reference_url = made(
        serializers.CharField(source="reference_link", help_text="Empty where none is known."),
        lambda url, reference: models.Customer(reference_url=url).link_to(reference),
        "customer__reference_url",
        "customer_reference",
    )
    estimate_cost = Money()
    actual_minutes = Minutes()
    actual_cost = Money()
    approval_levels = serializers.IntegerField()
    approval_level = serializers.IntegerField()
    copied_from = serializers.UUIDField(source="copied_from_id", allow_null=True)
    products = OrderLine(source="lines.all", many=True)
    processes = OrderStep(source="processes.all", many=True)


class OrderLineInput(serializers.Serializer):
    class Meta:
        list_serializer_class = Rows

    product = Named(to=models.Product)
    quantity = Quantity()
    unit = Text(max_length=12)


class OrderStepInput(serializers.Serializer):
    class Meta:
        list_serializer_class = Rows

    process = Named(to=models.Process)
    quantity = Quantity()
    parallel_with_previous = serializers.BooleanField(required=False)


class WorkOrderEdit(Seen):
    """`products` bring the processes of their routings along; `processes` are added by hand after those."""

    customer = TenantRelatedField(to=models.Customer)
    title = serializers.CharField(max_length=200)
    priority = serializers.ChoiceField(Priority.choices, required=False)
    due_at = Moment(required=False, allow_null=True)
    budget = serializers.DecimalField(max_digits=14, decimal_places=2, required=False, allow_null=True)
    customer_reference = Text(max_length=80)
    notes = Text(max_length=MOST_NOTES, trim_whitespace=False)
    products = OrderLineInput(source="lines", many=True, required=False, max_length=100)
    processes = OrderStepInput(many=True, required=False, max_length=100)


class WorkOrderInput(WorkOrderEdit):
    """With a `client_id` the same order may be sent again: it is written once, and answered with 200 from then on."""

    client_id = serializers.UUIDField(required=False)


class OrderCopy(Seen):
    """What is to be different from the old order; its own due date is never taken over."""

    due_at = Moment(required=False, allow_null=True)
    title = serializers.CharField(required=False, max_length=200)
    client_id = serializers.UUIDField(required=False)


class Comment(Seen):
    comment = Text()


class NeededComment(Seen):
    comment = Words()


class Reason(Seen):
    reason = Text()


class NeededReason(Seen):
    reason = Words()


class Reopening(NeededReason):
    """Without a `process` it is the order's last one again; without a `quantity` its defects, or else all of it."""

    process = TenantRelatedField(to=models.Process, required=False)
    quantity = Quantity(required=False)


class Rescheduling(Reason):
    due_at = Moment()


class Prioritizing(Reason):
    priority = serializers.ChoiceField(Priority.choices)


class OrderProcess(serializers.Serializer):
    id = serializers.UUIDField()
    work_order = serializers.UUIDField(source="work_order_id")
    process = serializers.UUIDField(source="process_id")
    department = serializers.UUIDField(source="department_id")
    sequence = serializers.IntegerField()
    parallel_with_previous = serializers.BooleanField()
    is_rework = serializers.BooleanField()
    quantity = Quantity()
    estimate_minutes = Minutes()
    status = serializers.ChoiceField(ProcessStatus.choices)
    skip_reason = serializers.CharField()
    version = serializers.IntegerField()
    allowed_actions = AllowedActions(of=["status", "department_id"])


class Task(serializers.Serializer):
    id = serializers.UUIDField()
    work_order = serializers.UUIDField(source="work_order_id")
    process = serializers.UUIDField(source="process_id")
    title = serializers.CharField()
    quantity = Quantity()
    completed_quantity = Quantity()
    defect_quantity = Quantity()
    rework_quantity = Quantity()
    reported_quantity = Quantity()
    estimate_minutes = Minutes()
    actual_minutes = Minutes()
    split_from = serializers.UUIDField(source="split_from_id", allow_null=True)
    status = serializers.ChoiceField(TaskStatus.choices)
    assigned_department = serializers.UUIDField(source="assigned_department_id")
    assigned_member = serializers.UUIDField(source="assigned_member_id", allow_null=True)
    due_at = Moment(allow_null=True)
    started_at = Moment(allow_null=True)
    completed_at = Moment(allow_null=True)
    version = serializers.IntegerField()
    allowed_actions = AllowedActions(
        of=["status", "assigned_department_id", "assigned_member_id", "quantity", "reported_quantity"]
    )


class Pause(Reason):
    """`reason` in one's own words, `code` one of the reason codes for downtime; both may be left out."""

    code = TenantRelatedField(to=models.ReasonCode, required=False, allow_null=True)


class Completion(Seen):
    """`rest` says what becomes of pieces that are not reported; without it all of them have to be."""

    rest = serializers.ChoiceField(Rest.choices, required=False)


class MergedInput(serializers.Serializer):
    class Meta:
        list_serializer_class = Rows

    task = Named(to=models.WorkOrderTask)


class Merging(Seen):
    """The other tasks of the process, which give their pieces and are cancelled."""

    parts = MergedInput(many=True, min_length=1, max_length=50)


class Report(Seen):
    """What was made. With a `client_id` the same report may be sent again: it is written once.

    `rework` are pieces that go round again: they stay to be made. `reason` says why pieces were defect, and is needed
    for those as soon as the organization keeps a reason code for it.
    """

    good = Quantity(required=False, default=0)
    defect = Quantity(required=False, default=0)
    rework = Quantity(required=False, default=0)
    minutes = Minutes(required=False, default=0)
    reason = TenantRelatedField(to=models.ReasonCode, required=False, allow_null=True)
    note = Text()
    client_id = serializers.UUIDField(required=False)
