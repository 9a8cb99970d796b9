"""What lists of orders, processes and tasks can be narrowed by."""

from django.db.models import Exists, OuterRef
from django_filters import rest_framework as filters

from tenants import context
from tenants.api.v1.filters import Moment, Related, YesNo
from tenants.models import Department, Member
from workorder.models import Customer, WorkOrder, WorkOrderProcess, WorkOrderTask
from workorder.states import OrderStatus, Priority, ProcessStatus, TaskStatus


class OrderFilter(filters.FilterSet):
    status = filters.MultipleChoiceFilter(choices=OrderStatus.choices)
    priority = filters.MultipleChoiceFilter(choices=Priority.choices)
    customer = Related(to=Customer)
    department = Related(to=Department, method="with_work_in", label="Has a process there.")
    assigned_member = Related(to=Member, method="with_task_of", label="Has a task of theirs.")
    due_after = Moment(field_name="due_at", lookup_expr="gte")
    due_before = Moment(field_name="due_at", lookup_expr="lt")
    late = YesNo(method="that_are_late", label="Open and past their due date.")

    def with_work_in(self, orders, name, department):
        return orders.filter(Exists(WorkOrderProcess.objects.filter(work_order=OuterRef("pk"), department=department)))

    def with_task_of(self, orders, name, member):
        return orders.filter(Exists(WorkOrderTask.objects.filter(work_order=OuterRef("pk"), assigned_member=member)))

    def that_are_late(self, orders, name, wanted):
        late = WorkOrder.objects.late(context.now())
        return orders.filter(pk__in=late.values("pk")) if wanted else orders.exclude(pk__in=late.values("pk"))


class OrderProcessFilter(filters.FilterSet):
    status = filters.MultipleChoiceFilter(choices=ProcessStatus.choices)
    work_order = Related(to=WorkOrder)
    department = Related(to=Department)


class TaskFilter(filters.FilterSet):
    status = filters.MultipleChoiceFilter(choices=TaskStatus.choices)
    work_order = Related(to=WorkOrder)
    process = Related(to=WorkOrderProcess)
    assigned_department = Related(to=Department)
    assigned_member = Related(to=Member)
    unassigned = YesNo(field_name="assigned_member", lookup_expr="isnull")
    due_after = Moment(field_name="due_at", lookup_expr="gte")
    due_before = Moment(field_name="due_at", lookup_expr="lt")
