"""Plans: asked for, computed in the background, looked at, changed by hand, published and undone."""

from django.db.models import F
from django.http import Http404
from django_filters import rest_framework as filters
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.response import Response

from dispatch import access
from dispatch.actions import plans
from dispatch.models import Plan, PlanItem
from dispatch.problems.plans import MOST_PENALTY, MOST_WEIGHT
from dispatch.queries.plans import FEWEST_COMPARED, MOST_COMPARED, compared, gains_of, plans_named
from dispatch.states import PlanStatus
from tenants.access import Later, TenantRelatedField
from tenants.api.v1.fields import AllowedActions, Moment, Text, Words
from tenants.api.v1.filters import Related, YesNo
from tenants.api.v1.history import Remembered
from tenants.api.v1.viewsets import Seen
from tenants.models import Department, Member
from tenants.states import Role
from workorder.models import WorkOrderTask


class PlanShown(serializers.Serializer):
    """`tasks_done` of `tasks_total` is how far it has been computed, `phase` what is being done."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    member = serializers.UUIDField(source="member_id")
    department = serializers.UUIDField(source="department_id", allow_null=True)
    move_penalty = serializers.IntegerField()
    balance_weight = serializers.IntegerField()
    status = serializers.ChoiceField(PlanStatus.choices)
    phase = serializers.CharField()
    tasks_total = serializers.IntegerField()
    tasks_done = serializers.IntegerField()
    tasks_moved = serializers.IntegerField()
    problem = serializers.CharField()
    approved_by = serializers.UUIDField(source="approved_by_id", allow_null=True)
    published_at = Moment(allow_null=True)
    undo_until = Moment(allow_null=True)
    created_at = Moment()
    version = serializers.IntegerField()
    allowed_actions = AllowedActions(of=["status", "department_id"])


class PlanDetail(PlanShown):
    """`before` and `after` are the figures of the floor as it was and as it would be."""

    method = serializers.CharField()
    seconds = serializers.FloatField(allow_null=True)
    input_hash = serializers.CharField()
    before = serializers.DictField()
    after = serializers.DictField()


class PlanWish(serializers.Serializer):
    """What is left out is as the organization has it. `move_penalty` is in minutes, `balance_weight` in per cent."""

    name = Words(max_length=120)
    department = TenantRelatedField(to=Department, required=False, allow_null=True)
    move_penalty = serializers.IntegerField(required=False, min_value=0, max_value=MOST_PENALTY)
    balance_weight = serializers.IntegerField(required=False, min_value=0, max_value=MOST_WEIGHT)


class PlanTask(Seen):
    task = TenantRelatedField(to=WorkOrderTask)


class PlanMove(PlanTask):
    """`member` null leaves it to the queue. `force` is a reason for giving somebody more than there is room for."""

    member = TenantRelatedField(to=Member, allow_null=True)
    force = Text()


class Publishing(Seen):
    """With `skip_stale` what has changed since it was computed is left out; without it nothing is published then."""

    skip_stale = serializers.BooleanField(required=False)


class ReturnComment(Seen):
    comment = Words()


class PlanItemShown(serializers.Serializer):
    """One task: who has it, who would, and when. `problem` is why it was not published, or not undone."""

    task = serializers.UUIDField(source="task_id")
    title = serializers.CharField(source="task.title")
    member = serializers.UUIDField(source="member_id", allow_null=True)
    member_before = serializers.UUIDField(source="member_before_id", allow_null=True)
    starts_at = Moment(allow_null=True)
    ends_at = Moment(allow_null=True)
    pinned = serializers.BooleanField()
    parts = serializers.DictField()
    assignment = serializers.UUIDField(source="assignment_id", allow_null=True)
    problem = serializers.CharField()


class PlanMember(serializers.Serializer):
    """What a plan means for one member: tasks and minutes of open work, as it is and as it would be."""

    member = serializers.UUIDField()
    name = serializers.CharField()
    tasks_before = serializers.IntegerField()
    tasks_after = serializers.IntegerField()
    gained = serializers.IntegerField()
    lost = serializers.IntegerField()
    minutes_before = serializers.IntegerField()
    minutes_after = serializers.IntegerField()


class PlanMembers(serializers.Serializer):
    members = PlanMember(many=True)


class Comparison(serializers.Serializer):
    plans = PlanDetail(many=True)


class PlanFilter(filters.FilterSet):
    status = filters.MultipleChoiceFilter(choices=PlanStatus.choices)
    department = Related(to=Department)


class ItemFilter(filters.FilterSet):
    member = Related(to=Member)
    member_before = Related(to=Member)
    changes = YesNo(method="that_change", label="Goes to somebody else.")
    unassigned = YesNo(method="that_nobody_takes", label="Nobody would have it.")

    def that_change(self, rows, name, wanted):
        changing = rows.that_change_something()
        return changing if wanted else rows.exclude(pk__in=changing.values("pk"))

    def that_nobody_takes(self, rows, name, wanted):
        return rows.filter(member__isnull=wanted)


def verb(**options):
    return action(detail=True, methods=["post"], filter_backends=[], pagination_class=None, **options)


class PlanViewSet(Remembered):
    """Who would do what. Planners make and publish plans, supervisors those of their department, everybody looks."""

    queryset = Later(Plan)
    filterset_class = PlanFilter
    search_fields = ["name"]
    ordering_fields = ("created_at", "name", "published_at")
    ordering = ("-created_at",)
    roles = {"create": Role.SUPERVISOR}
    shapes = {
        "create": PlanWish,
        "moves": PlanMove,
        "pin": PlanTask,
        "unpin": PlanTask,
        "submit": Seen,
        "send_back": ReturnComment,
        "publish": Publishing,
        "undo": Seen,
        "discard": Seen,
    }

    def get_serializer_class(self):
        return PlanShown if self.action == "list" else PlanDetail

    def may(self, member, verb, obj):
        return access.may_plan(member, verb, obj)

    def verbs(self, member, row):
        return access.plan_verbs(member, row)

    def create(self, request):
        """Have one computed, in the background: `status` is `computing` until it is `ready`, or `failed`."""
        if not access.may_make_plans(self.member):
            raise PermissionDenied("A supervisor without a department plans for none.")
        sent = self.sent()
        if not access.may_plan(self.member, "create", Plan(department=sent.get("department"))):
            raise PermissionDenied("A supervisor plans for the own department: name it.")
        return self.created(plans.create(by=self.member, **sent))

    @extend_schema(responses=PlanItemShown(many=True))
    @action(detail=True, methods=["get"], filter_backends=[DjangoFilterBackend], filterset_class=ItemFilter)
    def items(self, request, pk):
        """Its tasks, those that begin first on top."""
        rows = PlanItem.objects.filter(plan=self.get_object()).order_by(F("starts_at").asc(nulls_last=True), "id")
        return self.listed(self.filter_queryset(rows), PlanItemShown)

    @extend_schema(responses=PlanMembers)
    @action(detail=True, methods=["get"], filter_backends=[], pagination_class=None)
    def members(self, request, pk):
        """Who gains and who loses what."""
        return Response(PlanMembers({"members": gains_of(self.get_object())}).data)

    @extend_schema(
        responses=Comparison,
        parameters=[OpenApiParameter("plan", OpenApiTypes.UUID, many=True, description="Two to four of them.")],
    )
    @action(detail=False, methods=["get"], filter_backends=[], pagination_class=None)
    def compare(self, request):
        """The figures of two to four plans side by side: `?plan=…&plan=…`. Without any there is nothing to compare."""
        found = plans_named(request.query_params.getlist("plan"))
        if found != [] and (found is None or not FEWEST_COMPARED <= len(found) <= MOST_COMPARED):
            raise ValidationError({"plan": [f"Name {FEWEST_COMPARED} to {MOST_COMPARED} plans."]}, code="invalid")
        try:
            rows = compared(found)
        except Plan.DoesNotExist as error:
            raise Http404 from error
        return Response({"plans": self.shown(rows, PlanDetail, many=True)})

    @verb(url_path="moves")
    def moves(self, request, pk):
        """Give one of its tasks to somebody else, or to nobody."""
        return self.verb(plans.move)

    @verb()
    def pin(self, request, pk):
        """Leave a task with whom the plan gives it to; once published, other plans leave it there too."""
        return self.verb(plans.pin)

    @verb()
    def unpin(self, request, pk):
        """Let other plans move it again."""
        return self.verb(plans.unpin)

    @verb()
    def submit(self, request, pk):
        """Ask somebody else to agree to it."""
        return self.verb(plans.submit)

    @verb(url_path="return")
    def send_back(self, request, pk):
        """Send a submitted one back with a comment."""
        return self.verb(plans.return_)

    @extend_schema(responses={200: PlanDetail, 202: PlanDetail})
    @verb()
    def publish(self, request, pk):
        """Give everybody what it says, all at once; 409 names each task that has changed meanwhile.

        A large plan is published in the background: 202, and `status` is `publishing` until it is `published`, or what
        it was before, with a `problem`, if something has changed.
        """
        answer = self.verb(plans.publish)
        if answer.data["status"] == PlanStatus.PUBLISHING:
            answer.status_code = status.HTTP_202_ACCEPTED
        return answer

    @verb()
    def undo(self, request, pk):
        """Give back what nobody has begun, within the organization's time for it."""
        return self.verb(plans.undo)

    @verb()
    def discard(self, request, pk):
        """Drop it: nobody's work changes."""
        return self.verb(plans.discard)
