"""Who could take a task, and why somebody has one."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from dispatch import queries
from dispatch.api.v1.serializers import Decision
from dispatch.models import Assignment
from tenants.api.v1.viewsets import TenantViewSet
from workorder.models import WorkOrderTask


class Change(serializers.Serializer):
    """`code` is stable: clock_in, give_by_hand, wait, ask_again, make_room, call_in, renew, send, let_work, teach,
    reactivate, move."""

    code = serializers.CharField()
    message = serializers.CharField()
    member = serializers.UUIDField(required=False)
    department = serializers.UUIDField(required=False)
    at = serializers.DateTimeField(required=False)
    minutes = serializers.CharField(required=False)


class Remedy(serializers.Serializer):
    """Changes that would, together, give the task somebody; those that ask least of people come first."""

    message = serializers.CharField()
    changes = Change(many=True)


class Candidates(Decision):
    """Everybody in the department it would go to: those who can in the order of preference, the others with reasons."""

    remedies = Remedy(many=True)


class Replay(serializers.Serializer):
    """`same` is null where there is nothing to decide again."""

    same = serializers.BooleanField(allow_null=True)
    differs = serializers.ListField(child=serializers.CharField())
    said = serializers.CharField()


class Today(serializers.Serializer):
    """What would be decided now if nobody had the task; `differs` is null when it has ended."""

    differs = serializers.BooleanField(allow_null=True)
    chosen = serializers.DictField(allow_null=True)
    said = serializers.CharField()
    changes = serializers.ListField(child=serializers.CharField())


class Explanation(serializers.Serializer):
    """`how` is rules, hand or plan. `next` are the five who came after whoever was chosen; of a decision made together
    with many others more were not kept. `forced` are the words with which `against` was set aside."""

    assignment = serializers.UUIDField()
    task = serializers.UUIDField()
    member = serializers.DictField()
    how = serializers.CharField()
    why = serializers.CharField()
    rule = serializers.DictField(allow_null=True)
    strategy = serializers.CharField()
    department = serializers.DictField(allow_null=True)
    chosen = serializers.DictField(allow_null=True)
    candidates = serializers.ListField()
    next = serializers.ListField()
    could = serializers.IntegerField()
    forced = serializers.CharField()
    against = serializers.ListField()
    refused = serializers.ListField()
    refusals = serializers.DictField()
    input_hash = serializers.CharField()
    replay = Replay()
    today = Today()


class CandidatesViewSet(TenantViewSet):
    """Weighing one task. The answer is written as it was weighed: for 500 people shapes would take longer than that."""

    filter_backends = []
    pagination_class = None

    def get_queryset(self):
        return WorkOrderTask.objects.all()

    @extend_schema(responses=Candidates, operation_id="tasks_candidates")
    def candidates(self, request, pk):
        """Whom it would go to and why, who else could take it, who could not, and what would help if nobody can."""
        task = self.get_object()
        weighed = queries.weigh(task)
        said = {"task": str(task.pk), "why": weighed.decision.why}
        remedies = [remedy.as_dict() for remedy in weighed.remedies]
        return Response(said | weighed.decision.as_dict() | {"remedies": remedies})


class ExplanationViewSet(TenantViewSet):
    """Why somebody has a task."""

    filter_backends = []
    pagination_class = None

    def get_queryset(self):
        return Assignment.objects.select_related("member__user")

    @extend_schema(responses=Explanation, operation_id="assignments_explanation")
    def explanation(self, request, pk):
        """What was weighed, whether that still comes out the same, and whether today's answer would differ and why."""
        return Response(queries.explain(self.get_object()).as_dict())
