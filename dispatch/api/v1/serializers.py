"""Shapes of rules, decisions, loads and assignments."""

from rest_framework import serializers

from dispatch import models
from dispatch.models.assignments import weighed
from dispatch.states import AssignmentStatus, Strategy
from tenants.access import TenantRelatedField
from tenants.api.v1.fields import AllowedActions, Minutes, Moment, Named, Quantity, Rows, Text, Words, made
from tenants.api.v1.viewsets import Seen
from tenants.models import Department, Member


class Assignment(serializers.Serializer):
    id = serializers.UUIDField()
    task = serializers.UUIDField(source="task_id")
    member = serializers.UUIDField(source="member_id")
    rule = serializers.UUIDField(source="rule_id", allow_null=True)
    why = serializers.CharField()
    status = serializers.ChoiceField(AssignmentStatus.choices)
    decline_reason = serializers.CharField()
    created_at = Moment()
    version = serializers.IntegerField()
    allowed_actions = AllowedActions(of=["status", "member_id", "task__assigned_department_id"])


class AssignmentDetail(Assignment):
    """`decision` is everything that was weighed: the rule, the candidates with their loads, who was refused and why.

    Of one made together with many others it holds the first six candidates; `explanation/` has more to say.
    """

    decision = made(serializers.DictField(source="weighed"), weighed, "decision")


class Swapped(serializers.Serializer):
    """The new assignments of the task of the first and of that of the second."""

    first = AssignmentDetail()
    second = AssignmentDetail()


class AssignTo(Seen):
    """Exactly one of the two: a member, or a department whose people may claim the task.

    `force` says in words why a member gets it who is away, off shift or has enough to do; it changes no other reason.
    """

    member = TenantRelatedField(to=Member, required=False)
    department = TenantRelatedField(to=Department, required=False)
    force = Text()


class Reassigning(Seen):
    """To whom it goes, and why; `force` is as in giving."""

    member = TenantRelatedField(to=Member)
    reason = Text()
    force = Text()


class Swapping(Seen):
    """Two open assignments of two people, of which each gets the other's task. `version` is of the first."""

    first = TenantRelatedField(to=models.Assignment)
    second = TenantRelatedField(to=models.Assignment)
    reason = Text()
    force = Text()


class PartInput(serializers.Serializer):
    """What is left out is as on the task. A part with a member goes to them, in their department if none is named."""

    class Meta:
        list_serializer_class = Rows

    quantity = Quantity()
    member = Named(to=Member, required=False, allow_null=True)
    department = Named(to=Department, required=False, allow_null=True)
    due_at = Moment(required=False, allow_null=True)


class Splitting(Seen):
    """Together less than what is not reported yet. Name the `version` you saw: a split said twice is two splits."""

    parts = PartInput(many=True, min_length=1, max_length=50)


class DeclineReason(Seen):
    reason = Words()


class NamedPlace(serializers.Serializer):
    id = serializers.UUIDField()
    name = serializers.CharField()


class DecisionRule(NamedPlace):
    rank = serializers.IntegerField()
    strategy = serializers.ChoiceField(Strategy.choices)
    version = serializers.IntegerField()


class Parts(serializers.Serializer):
    """What a strategy can look at: open work and how much there may be of it, `pace` (0.9 takes a tenth less than
    estimated), `level` in the skill it needs (0: needs none), `kept` if they did the process before, and how long ago a
    rule last chose them (null: never)."""

    load_minutes = serializers.CharField()
    room_minutes = serializers.CharField(allow_null=True)
    pace = serializers.CharField()
    level = serializers.IntegerField()
    kept = serializers.BooleanField()
    waited_minutes = serializers.CharField(allow_null=True)


class Candidate(NamedPlace):
    """`score` is what the strategy compared; the least is best."""

    load_minutes = serializers.CharField()
    score = serializers.CharField()
    parts = Parts()


class RefusalReason(serializers.Serializer):
    code = serializers.CharField()
    message = serializers.CharField()


class RefusedPerson(NamedPlace):
    reasons = RefusalReason(many=True)


class Decision(serializers.Serializer):
    """`could` is how many there are who can take it, `refusals` how many cannot for each reason."""

    task = serializers.UUIDField()
    why = serializers.CharField()
    rule = DecisionRule(allow_null=True)
    strategy = serializers.ChoiceField(Strategy.choices)
    department = NamedPlace()
    chosen = Candidate(allow_null=True)
    candidates = Candidate(many=True)
    could = serializers.IntegerField()
    refused = RefusedPerson(many=True)
    refusals = serializers.DictField(child=serializers.IntegerField())


class Decisions(serializers.Serializer):
    """The most urgent task first."""

    decisions = Decision(many=True)


class MemberLoad(serializers.Serializer):
    member = serializers.UUIDField(source="member.pk")
    name = serializers.CharField(source="member.name")
    load_minutes = Minutes()


class DepartmentLoad(serializers.Serializer):
    department = serializers.UUIDField(source="department.pk")
    name = serializers.CharField(source="department.name")
    queued_tasks = serializers.IntegerField()
    queued_minutes = Minutes()
    load_minutes = Minutes()
    members = MemberLoad(many=True)
