"""Giving tasks to people: previews and runs, and the answers of those who were asked."""

from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.response import Response

from dispatch import access, queries
from dispatch.actions import assignments, parts
from dispatch.api.v1 import serializers
from dispatch.models import Assignment
from dispatch.states import AssignmentStatus
from tenants.access import Later
from tenants.api.v1.filters import Related
from tenants.api.v1.history import Remembered
from tenants.api.v1.viewsets import Nothing, Seen, TenantViewSet
from tenants.models import Member
from tenants.states import Role
from workorder.api.v1.views import TaskViewSet
from workorder.models import WorkOrderTask


class DispatchViewSet(TenantViewSet):
    """Deciding who does what is waiting."""

    filter_backends = []
    pagination_class = None
    roles = {"run": Role.PLANNER}
    shapes = {"run": Nothing}

    @extend_schema(responses=serializers.Decisions, operation_id="dispatch_preview")
    def preview(self, request):
        """What a run would decide now, and why. Changes nothing."""
        return self._decisions(queries.preview(list(queries.queued())))

    @extend_schema(request=None, responses=serializers.Decisions, operation_id="dispatch_run")
    def run(self, request):
        """Decide every task that waits in a queue."""
        self.sent()
        return self._decisions(assignments.run(by=self.member))

    def _decisions(self, decisions):
        found = [{"task": decision.job, "why": decision.why} | decision.as_dict() for decision in decisions]
        return Response(serializers.Decisions({"decisions": found}).data)


class TaskGivingViewSet(TaskViewSet):
    """The verbs of a task that concern people rather than work."""

    shapes = {"assign": serializers.AssignTo, "claim": Seen, "split": serializers.Splitting}

    def may(self, member, verb, obj):
        return access.may(member, verb, obj)

    @extend_schema(operation_id="tasks_assign")
    def assign(self, request, pk):
        """Give it to a member, or to a department whose people may claim it."""
        return self.verb(assignments.assign)

    @extend_schema(operation_id="tasks_claim")
    def claim(self, request, pk):
        """Take it from the queue for oneself."""
        return self.verb(assignments.claim)

    @extend_schema(operation_id="tasks_split")
    def split(self, request, pk):
        """Take pieces off it, into tasks for other people or days. The new ones name it in `split_from`."""
        return self.verb(parts.split)


class AssignmentFilter(filters.FilterSet):
    status = filters.MultipleChoiceFilter(choices=AssignmentStatus.choices)
    task = Related(to=WorkOrderTask)
    member = Related(to=Member)


class AssignmentViewSet(Remembered):
    """Tasks offered to people, each with the reason in words."""

    queryset = Later(Assignment)
    filterset_class = AssignmentFilter
    search_fields = ["task__title", "member__user__name"]
    ordering_fields = ("created_at",)
    ordering = ("-created_at",)
    roles = {"swap": Role.SUPERVISOR}
    shapes = {
        "accept": Seen,
        "decline": serializers.DeclineReason,
        "withdraw": Seen,
        "reassign": serializers.Reassigning,
        "swap": serializers.Swapping,
    }

    def get_queryset(self):
        return Assignment.objects.select_related("task")

    def get_serializer_class(self):
        return serializers.Assignment if self.action == "list" else serializers.AssignmentDetail

    def may(self, member, verb, obj):
        return access.may(member, verb, obj)

    def verbs(self, member, row):
        return access.verbs(member, row)

    @action(detail=True, methods=["post"])
    def accept(self, request, pk):
        """Agree to do it."""
        return self.verb(assignments.accept)

    @action(detail=True, methods=["post"])
    def decline(self, request, pk):
        """Hand it back with a reason; the next best is asked at once."""
        return self.verb(assignments.decline)

    @action(detail=True, methods=["post"])
    def withdraw(self, request, pk):
        """Take it back from somebody who has not begun."""
        return self.verb(assignments.withdraw)

    @action(detail=True, methods=["post"])
    def reassign(self, request, pk):
        """Give it to somebody else in one step; answers the new assignment."""
        return self.changed(assignments.reassign(self.thing(), by=self.member, **self.sent()))

    @extend_schema(responses=serializers.Swapped)
    @action(detail=False, methods=["post"])
    def swap(self, request):
        """Exchange what two people have, all of it or nothing."""
        sent = self.sent()
        if not all(self.may(self.member, "swap", sent[name]) for name in ("first", "second")):
            raise PermissionDenied("Your role does not allow this.")
        made = assignments.swap(by=self.member, **sent)
        rows = {row.pk: row for row in self.get_queryset().filter(pk__in=[one.pk for one in made])}
        first, second = self.shown([rows[one.pk] for one in made], many=True)
        return Response({"first": first, "second": second})
