"""Shapes of rules, decisions, loads and assignments."""

from rest_framework import serializers

from dispatch import models
from dispatch.states import AssignmentStatus, Strategy
from tenants.access import TenantRelatedField
from tenants.api.v1.fields import AllowedActions, Minutes, Moment, Named, Quantity, Rows, Text, Words
from tenants.api.v1.viewsets import Seen
from tenants.models import Department, Member
from workorder.models import Customer, Process
from workorder.states import Priority


class Rule(serializers.Serializer):
    """An empty condition always holds; without a `department` the task stays where it is."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    rank = serializers.IntegerField()
    active = serializers.BooleanField()
    if_process = serializers.UUIDField(source="if_process_id", allow_null=True)
    if_department = serializers.UUIDField(source="if_department_id", allow_null=True)
    if_customer = serializers.UUIDField(source="if_customer_id", allow_null=True)
    if_priority = serializers.ChoiceField(Priority.choices, allow_blank=True)
    department = serializers.UUIDField(source="department_id", allow_null=True)
    strategy = serializers.ChoiceField(Strategy.choices)
    version = serializers.IntegerField()


class RuleInput(Seen):
    name = serializers.CharField(max_length=120)
    rank = serializers.IntegerField(required=False, min_value=1, max_value=1_000_000)
    active = serializers.BooleanField(required=False)
    if_process = TenantRelatedField(to=Process, required=False, allow_null=True)
    if_department = TenantRelatedField(to=Department, required=False, allow_null=True)
    if_customer = TenantRelatedField(to=Customer, required=False, allow_null=True)
    if_priority = serializers.ChoiceField(Priority.choices, required=False, allow_blank=True)
    department = TenantRelatedField(to=Department, required=False, allow_null=True)
    strategy = serializers.ChoiceField(Strategy.choices, required=False)


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
    """`decision` is everything that was weighed: the rule, the candidates with their loads, who was refused and why."""

    decision = serializers.DictField()


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


class Candidate(NamedPlace):
    load_minutes = serializers.CharField()


class RefusalReason(serializers.Serializer):
    code = serializers.CharField()
    message = serializers.CharField()


class RefusedPerson(NamedPlace):
    reasons = RefusalReason(many=True)


class Decision(serializers.Serializer):
    task = serializers.UUIDField()
    why = serializers.CharField()
    rule = DecisionRule(allow_null=True)
    department = NamedPlace()
    chosen = Candidate(allow_null=True)
    candidates = Candidate(many=True)
    refused = RefusedPerson(many=True)


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


class Load(serializers.Serializer):
    departments = DepartmentLoad(many=True)
