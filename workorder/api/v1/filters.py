"""What lists of orders, processes and tasks can be narrowed by."""

from django.db.models import Exists, OuterRef
from django_filters import rest_framework as filters

from tenants import context
from tenants.api.v1.filters import Moment, Related, YesNo
from tenants.models import Department, Member
from workorder import queries
from workorder.models import Customer, Process, Product, WorkOrder, WorkOrderProcess, WorkOrderProduct, WorkOrderTask
from workorder.problems import MAX_TAG
from workorder.states import OrderStatus, Priority, ProcessStatus, TaskStatus


class Code(filters.CharFilter):
    """A code of the catalogue, whole, as it is written there."""

    def __init__(self, **options):
        super().__init__(max_length=20, label="Its code in the catalogue.", **options)


class OrderFilter(filters.FilterSet):
    status = filters.MultipleChoiceFilter(choices=OrderStatus.choices)
    priority = filters.MultipleChoiceFilter(choices=Priority.choices)
    customer = Related(to=Customer)
    department = Related(to=Department, method="with_work_in", label="Has a process there.")
    assigned_member = Related(to=Member, method="with_task_of", label="Has a task of theirs.")
    due_after = Moment(field_name="due_at", lookup_expr="gte")
    due_before = Moment(field_name="due_at", lookup_expr="lt")
    created_after = Moment(field_name="created_at", lookup_expr="gte")
    created_before = Moment(field_name="created_at", lookup_expr="lt")
    late = YesNo(method="that_are_late", label="Open and past their due date.")
    product = Related(to=Product, method="with_line_of", label="Has a line of it.")
    tag = filters.CharFilter(method="with_tag", max_length=MAX_TAG, label="Has this tag, however it is spelled.")
    operation = Related(to=Process, method="with_operation", label="Has this process of the catalogue.")
    waiting_for_me = YesNo(method="that_wait_for_me", label="Submitted, and the caller may approve them now.")

    def with_work_in(self, orders, name, department):
        return orders.filter(Exists(WorkOrderProcess.objects.filter(work_order=OuterRef("pk"), department=department)))

    def with_tag(self, orders, name, tag):
        return orders.tagged(tag)

    def with_task_of(self, orders, name, member):
        return orders.filter(Exists(WorkOrderTask.objects.filter(work_order=OuterRef("pk"), assigned_member=member)))

    def with_line_of(self, orders, name, product):
        return orders.filter(Exists(WorkOrderProduct.objects.filter(work_order=OuterRef("pk"), product=product)))

    def with_operation(self, orders, name, process):
        return orders.filter(Exists(WorkOrderProcess.objects.filter(work_order=OuterRef("pk"), process=process)))

    def that_wait_for_me(self, orders, name, wanted):
        mine = queries.waiting_for(self.request._request.member)
        return orders.filter(pk__in=mine.values("pk")) if wanted else orders.exclude(pk__in=mine.values("pk"))

    def that_are_late(self, orders, name, wanted):
        late = WorkOrder.objects.late(context.now())
        return orders.filter(pk__in=late.values("pk")) if wanted else orders.exclude(pk__in=late.values("pk"))


class OrderProcessFilter(filters.FilterSet):
    status = filters.MultipleChoiceFilter(choices=ProcessStatus.choices)
    work_order = Related(to=WorkOrder)
    department = Related(to=Department)
    operation = Related(to=Process, field_name="process", label="The process of the catalogue.")
    process_code = Code(field_name="process__code")
    customer = Related(to=Customer, field_name="work_order__customer")
    priority = filters.MultipleChoiceFilter(field_name="work_order__priority", choices=Priority.choices)
    is_rework = YesNo()


class TaskFilter(filters.FilterSet):
    status = filters.MultipleChoiceFilter(choices=TaskStatus.choices)
    work_order = Related(to=WorkOrder)
    process = Related(to=WorkOrderProcess)
    split_from = Related(to=WorkOrderTask)
    assigned_department = Related(to=Department)
    assigned_member = Related(to=Member)
    unassigned = YesNo(field_name="assigned_member", lookup_expr="isnull")
    due_after = Moment(field_name="due_at", lookup_expr="gte")
    due_before = Moment(field_name="due_at", lookup_expr="lt")
    late = YesNo(method="that_are_late", label="Open and past their due date.")
    operation = Related(to=Process, field_name="process__process", label="The process of the catalogue.")
    process_code = Code(field_name="process__process__code")
    customer = Related(to=Customer, field_name="work_order__customer")
    priority = filters.MultipleChoiceFilter(field_name="work_order__priority", choices=Priority.choices)

    def that_are_late(self, tasks, name, wanted):
        late = WorkOrderTask.objects.open().due_before(context.now())
        return tasks.filter(pk__in=late.values("pk")) if wanted else tasks.exclude(pk__in=late.values("pk"))
