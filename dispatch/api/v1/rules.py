"""Rules of dispatch, what each would catch today, and what about one is hardly meant."""

from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.response import Response

from dispatch import queries
from dispatch.actions import rules
from dispatch.models import AssignmentRule
from dispatch.states import Strategy
from tenants.access import Later, TenantRelatedField
from tenants.api.v1.fields import Moment, Quantity, ZonedMoment
from tenants.api.v1.filters import Related, YesNo
from tenants.api.v1.history import Remembered
from tenants.api.v1.viewsets import Seen
from tenants.models import Department
from tenants.states import Role
from workorder.models import Customer, Process, Product, Tag
from workorder.states import Priority


class Rule(serializers.Serializer):
    """An empty condition always holds; without a `department` the task stays where it is."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    rank = serializers.IntegerField()
    active = serializers.BooleanField()
    active_from = Moment(allow_null=True)
    active_until = Moment(allow_null=True)
    if_process = serializers.UUIDField(source="if_process_id", allow_null=True)
    if_department = serializers.UUIDField(source="if_department_id", allow_null=True)
    if_customer = serializers.UUIDField(source="if_customer_id", allow_null=True)
    if_product = serializers.UUIDField(source="if_product_id", allow_null=True)
    if_tag = serializers.UUIDField(source="if_tag_id", allow_null=True)
    if_priority = serializers.ChoiceField(Priority.choices, allow_blank=True)
    if_quantity_from = Quantity(allow_null=True)
    if_quantity_to = Quantity(allow_null=True)
    department = serializers.UUIDField(source="department_id", allow_null=True)
    strategy = serializers.ChoiceField(Strategy.choices)
    version = serializers.IntegerField()


class RuleWarning(serializers.Serializer):
    code = serializers.CharField()
    message = serializers.CharField()
    field = serializers.CharField(required=False)


class RuleDetail(Rule):
    """`warnings` are about what is allowed and hardly meant: a rule that is never asked, say."""

    warnings = serializers.SerializerMethodField()

    @extend_schema_field(RuleWarning(many=True))
    def get_warnings(self, rule):
        return [problem.as_dict() for problem in queries.warnings_of([rule])[rule.pk]]


class RuleInput(Seen):
    """A window is from `active_from` until before `active_until`, quantities are of a task, both ends included."""

    name = serializers.CharField(max_length=120)
    rank = serializers.IntegerField(required=False, min_value=1, max_value=1_000_000)
    active = serializers.BooleanField(required=False)
    active_from = ZonedMoment(required=False, allow_null=True)
    active_until = ZonedMoment(required=False, allow_null=True)
    if_process = TenantRelatedField(to=Process, required=False, allow_null=True)
    if_department = TenantRelatedField(to=Department, required=False, allow_null=True)
    if_customer = TenantRelatedField(to=Customer, required=False, allow_null=True)
    if_product = TenantRelatedField(to=Product, required=False, allow_null=True)
    if_tag = TenantRelatedField(to=Tag, required=False, allow_null=True)
    if_priority = serializers.ChoiceField(Priority.choices, required=False, allow_blank=True)
    if_quantity_from = Quantity(required=False, allow_null=True, min_value=0)
    if_quantity_to = Quantity(required=False, allow_null=True, min_value=0)
    department = TenantRelatedField(to=Department, required=False, allow_null=True)
    strategy = serializers.ChoiceField(Strategy.choices, required=False)


class Whither(serializers.Serializer):
    """Where a task would go, and to whom: `member` is null where it would wait in the queue."""

    department = serializers.UUIDField(source="place.id")
    department_name = serializers.CharField(source="place.name")
    member = serializers.UUIDField(source="chosen.id", default=None, allow_null=True)
    name = serializers.CharField(source="chosen.name", default=None, allow_null=True)
    rule = serializers.UUIDField(source="rule.id", default=None, allow_null=True)
    why = serializers.CharField()


class CaughtTask(serializers.Serializer):
    """`now` is without the rule, `then` with it; `changes` whether that makes a difference."""

    task = serializers.UUIDField(source="task.pk")
    title = serializers.CharField(source="task.title")
    work_order = serializers.UUIDField(source="task.work_order_id")
    number = serializers.CharField(source="task.work_order.number")
    now = Whither()
    then = Whither()
    changes = serializers.BooleanField(source="is_change")


class Catch(serializers.Serializer):
    """`count` is of all tasks that nobody has and of which this is the first rule that matches; the most urgent are
    listed. Without `in_force` it is how it will be when the rule is asked."""

    count = serializers.IntegerField(source="total")
    in_force = serializers.BooleanField()
    tasks = CaughtTask(source="shown", many=True)


class RuleFilter(filters.FilterSet):
    active = YesNo()
    strategy = filters.MultipleChoiceFilter(choices=Strategy.choices)
    department = Related(to=Department)


class RuleViewSet(Remembered):
    """Dispatch rules, the one asked first on top. Everybody may read them: they explain who got what."""

    queryset = Later(AssignmentRule)
    filterset_class = RuleFilter
    search_fields = ["name"]
    ordering_fields = ("rank", "name")
    ordering = ("rank", "name")
    roles = {"create": Role.PLANNER}
    editor = Role.PLANNER
    shapes = {"create": RuleInput, "partial_update": RuleInput}

    def get_serializer_class(self):
        return Rule if self.action == "list" else RuleDetail

    def create(self, request):
        sent = self.sent()
        sent.pop("seen", None)
        return self.created(rules.create(by=self.member, **sent))

    def partial_update(self, request, pk):
        rule = self.thing()
        rules.edit(rule, by=self.member, **self.sent(partial=True))
        return self.changed(rule)

    def destroy(self, request, pk):
        rules.remove(self.thing(), by=self.member)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(responses=Catch)
    @action(detail=True, methods=["get"], filter_backends=[], pagination_class=None)
    def catches(self, request, pk):
        """Which tasks that nobody has it would decide about, and what it changes. Writes nothing."""
        return Response(Catch(queries.catch_of(self.get_object(), against="none")).data)
