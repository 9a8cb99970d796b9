"""Work orders, their processes and their tasks: look up, ask who may, call the verb, show what became of it."""

from django.db.models import F, prefetch_related_objects
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action

from tenants.access import Later
from tenants.api.v1.history import Remembered
from tenants.api.v1.viewsets import Seen
from tenants.states import Role
from workorder import access, models
from workorder.actions import orders, processes, tasks
from workorder.actions import tags as orders_tags
from workorder.api.v1 import filters, ledger, serializers
from workorder.api.v1.approval import Approval
from workorder.api.v1.conversation import DISCUSSED, Discussed, Tags
from workorder.models import WorkOrder, WorkOrderProcess, WorkOrderTask
from workorder.models.orders import urgency
from workorder.pages import events_of
from workorder.queries import orders_ever

HANGING = ("lines", "processes", "tag_links__tag")  # what is shown of an order besides its own columns
BESIDES = {"edit"}  # said with PATCH, so it is no verb of its own here


class FloorViewSet(Remembered):
    """Things with a machine: every verb of it that people say has an address."""

    def may(self, member, verb, obj):
        return access.may(member, verb, obj)

    def verbs(self, member, row):
        return [verb for verb in access.verbs(member, row) if verb not in BESIDES]


def verb(**options):
    return action(detail=True, methods=["post"], filter_backends=[], pagination_class=None, **options)


def nested(**options):
    return action(detail=True, methods=["get"], filter_backends=[], **options)


class WorkOrderViewSet(Discussed, FloorViewSet):
    """What customers get, from the request to the last box. Orders are cancelled, never deleted."""

    queryset = Later(WorkOrder)
    filterset_class = filters.OrderFilter
    search_fields = ["number", "title", "customer__name", "customer_reference"]
    ordering_fields = {
        "number": F("number"),
        "title": F("title"),
        "priority": urgency(),
        "due_at": F("due_at"),
        "progress": F("progress"),
        "created_at": F("created_at"),
    }
    ordering = ("-number",)
    roles = {"create": Role.PLANNER}
    shapes = {
        **DISCUSSED,
        "set_tags": Tags,
        "create": serializers.WorkOrderInput,
        "partial_update": serializers.WorkOrderEdit,
        "copy": serializers.OrderCopy,
        "submit": Seen,
        "approve": serializers.Comment,
        "reject": serializers.NeededComment,
        "revise": Seen,
        "release": Seen,
        "hold": serializers.NeededReason,
        "resume": Seen,
        "cancel": serializers.NeededReason,
        "close": Seen,
        "reopen": serializers.Reopening,
        "reschedule": serializers.Rescheduling,
        "prioritize": serializers.Prioritizing,
    }

    def get_queryset(self):
        found = WorkOrder.objects.all()
        is_shown = self.action == "retrieve" or self.request.method != "GET"  # rather than what lies below it
        return found.select_related("customer").prefetch_related(*HANGING) if is_shown else found

    def written(self, order):
        prefetch_related_objects([order], *HANGING)
        return order

    def get_serializer_class(self):
        return serializers.WorkOrder if self.action == "list" else serializers.WorkOrderDetail

    def total(self, rows):
        return orders_ever() if rows.model is WorkOrder and rows.is_whole else super().total(rows)

    @extend_schema(responses={200: serializers.WorkOrderDetail, 201: serializers.WorkOrderDetail})
    def create(self, request):
        """Write down what a customer wants, as a draft."""
        sent = self.sent()
        sent.pop("seen", None)
        if found := orders.sent_before(sent.get("client_id")):
            return self.changed(found)
        return self.created(orders.create(by=self.member, **sent))

    def partial_update(self, request, pk):
        """Change a draft. `products` and `processes` replace all products, or all processes added by hand."""
        order = self.thing()
        orders.edit(order, by=self.member, **self.sent(partial=True))
        return self.changed(order)

    @extend_schema(responses={200: serializers.WorkOrderDetail, 201: serializers.WorkOrderDetail})
    @verb()
    def copy(self, request, pk):
        """Write a new draft of what it was for, in whatever state it is: its products with today's routings."""
        order, sent = self.thing(), self.sent()
        if found := orders.sent_before(sent.get("client_id")):
            return self.changed(found)
        return self.created(orders.copy(order, by=self.member, **sent), at="v1:work-order-detail")

    @verb()
    def submit(self, request, pk):
        """Ask for approval."""
        return self.verb(orders.submit)

    @verb()
    def approve(self, request, pk):
        """Agree to the order."""
        return self.verb(orders.approve)

    @verb()
    def reject(self, request, pk):
        """Send it back with a comment."""
        return self.verb(orders.reject)

    @verb()
    def revise(self, request, pk):
        """Make a rejected order a draft again."""
        return self.verb(orders.revise)

    @verb()
    def release(self, request, pk):
        """Put it on the floor: its tasks are made, and the first step is ready."""
        return self.verb(orders.release)

    @verb()
    def hold(self, request, pk):
        """Stop it on purpose."""
        return self.verb(orders.hold)

    @verb()
    def resume(self, request, pk):
        """Let it go on where it was held."""
        return self.verb(orders.resume)

    @verb()
    def cancel(self, request, pk):
        """Stop it for good, with everything of it that is open."""
        return self.verb(orders.cancel)

    @verb()
    def close(self, request, pk):
        """Put a completed order away."""
        return self.verb(orders.close)

    @verb()
    def reopen(self, request, pk):
        """Take a completed order up again, with a process of rework."""
        return self.verb(orders.reopen)

    @verb()
    def reschedule(self, request, pk):
        """Move the due date; its open tasks follow where they had the same."""
        return self.verb(orders.reschedule)

    @verb()
    def prioritize(self, request, pk):
        """Make it matter more or less."""
        return self.verb(orders.prioritize)

    @action(detail=True, methods=["put"], url_path="tags", filter_backends=[], pagination_class=None)
    def set_tags(self, request, pk):
        """Let it have these tags and no others."""
        return self.verb(_set_tags)

    @extend_schema(responses=Approval(many=True))
    @nested(url_path="approvals")
    def approvals(self, request, pk):
        """Who agreed to it, or did not, in every round and at every level."""
        return self.listed(self.get_object().approvals.select_related("deadline"), Approval)

    @extend_schema(responses=serializers.OrderProcess(many=True))
    @nested(url_path="processes")
    def processes(self, request, pk):
        """Its processes in their sequence."""
        return self.listed(WorkOrderProcess.objects.of_order(self.get_object()), serializers.OrderProcess)

    @extend_schema(responses=serializers.Task(many=True))
    @nested(url_path="tasks")
    def tasks(self, request, pk):
        """Its tasks, in the sequence of their processes."""
        found = WorkOrderTask.objects.of_order(self.get_object()).select_related("work_order")
        return self.listed(found.order_by("process__sequence", "created_at", "pk"), serializers.Task)

    def history(self, order):
        """Its own, and that of its processes and tasks, of what was said and brought, and of who was asked."""
        return events_of(order)


class OrderProcessViewSet(FloorViewSet):
    """The operations of orders."""

    queryset = Later(WorkOrderProcess)
    serializer_class = serializers.OrderProcess
    filterset_class = filters.OrderProcessFilter
    search_fields = ["process__name", "work_order__number"]
    ordering_fields = ("created_at", "sequence")
    ordering = ("created_at", "sequence")
    shapes = {"skip": serializers.NeededReason}

    @verb()
    def skip(self, request, pk):
        """Leave out what is not needed; its tasks are cancelled."""
        return self.verb(processes.skip)


class TaskViewSet(Discussed, FloorViewSet):
    """What people work on: one batch of an operation each."""

    queryset = Later(WorkOrderTask)
    serializer_class = serializers.Task
    filterset_class = filters.TaskFilter
    search_fields = ["title", "work_order__number"]
    ordering_fields = {
        "created_at": F("created_at"),
        "due_at": F("due_at"),
        "priority": urgency("work_order__priority"),
    }
    ordering = ("created_at",)
    shapes = {
        **DISCUSSED,
        "start": Seen,
        "pause": serializers.Pause,
        "resume": Seen,
        "report": serializers.Report,
        "complete": serializers.Completion,
        "cancel": serializers.NeededReason,
        "merge": serializers.Merging,
    }

    def get_queryset(self):
        return WorkOrderTask.objects.select_related("work_order")  # what can be done depends on its order's state

    @verb()
    def start(self, request, pk):
        """Begin the work."""
        return self.verb(tasks.start)

    @verb()
    def pause(self, request, pk):
        """Interrupt it."""
        return self.verb(tasks.pause)

    @verb()
    def resume(self, request, pk):
        """Go on."""
        return self.verb(tasks.resume)

    @verb()
    def report(self, request, pk):
        """Add what was made."""
        return self.verb(tasks.report)

    @verb()
    def complete(self, request, pk):
        """End it when all of it is reported, or with what is there and the rest in a new task."""
        return self.verb(tasks.complete)

    @verb()
    def merge(self, request, pk):
        """Take the pieces of other tasks of its process, on which nothing has been reported; those are cancelled."""
        return self.verb(_merge)

    def history(self, task):
        return events_of(task)

    @extend_schema(responses=ledger.TaskReport(many=True))
    @nested(url_path="reports")
    def reports(self, request, pk):
        """What was reported on it, the newest first."""
        found = ledger.shown_reports(self.get_object().reports.order_by("-created_at", "-pk"))
        return self.listed(found, ledger.TaskReport)

    @extend_schema(responses=ledger.Downtime(many=True))
    @nested(url_path="downtimes")
    def downtimes(self, request, pk):
        """When it stood still, the newest first."""
        found = self.get_object().downtimes.select_related("reason").order_by("-started_at", "-pk")
        return self.listed(found, ledger.Downtime)

    def allowed_actions(self, rows):
        if rows and rows[0].NOUN == models.TaskReport.NOUN:
            return ledger.allowed_on_reports(self.member, rows)
        return super().allowed_actions(rows)

    @verb()
    def cancel(self, request, pk):
        """Give it up."""
        return self.verb(tasks.cancel)


def _set_tags(order, *, by, tags, **seen):
    return orders_tags.set_tags(order, by=by, names=tags, **seen)


def _merge(task, *, by, parts, **seen):
    return tasks.merge(task, by=by, parts=[part["task"] for part in parts], **seen)
