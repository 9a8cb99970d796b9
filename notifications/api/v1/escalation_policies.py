"""Escalation policies with their steps, what they would do, and the hours in which waiting counts."""

from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.response import Response

from notifications import access
from notifications.actions import escalation_policies
from notifications.kinds.watched import SUBJECTS, watched
from notifications.models import BusinessCalendar, EscalationPolicy
from notifications.pages.dry_runs import told
from notifications.problems.escalations import CHOSEN, MOST_MINUTES
from notifications.queries import dry_runs
from notifications.states import Audience, Transport, Trigger, Wanted
from tenants import context
from tenants.access import Later, TenantRelatedField
from tenants.api.v1.fields import Moment, Named, Rows, ZonedMoment
from tenants.api.v1.filters import Related, YesNo
from tenants.api.v1.history import Remembered
from tenants.api.v1.viewsets import Seen
from tenants.models import Department, Member
from workorder.states import Priority


class EscalationStepShown(serializers.Serializer):
    sequence = serializers.IntegerField()
    wait_minutes = serializers.IntegerField()
    audience = serializers.ChoiceField(Audience.choices)
    member = serializers.UUIDField(source="member_id", allow_null=True)
    transports = serializers.ListField(child=serializers.CharField())


class EscalationPolicyShown(serializers.Serializer):
    """Of several that fit, the one with the lowest `rank` decides. An empty condition always holds."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    trigger = serializers.ChoiceField(Trigger.choices)
    rank = serializers.IntegerField()
    if_department = serializers.UUIDField(source="if_department_id", allow_null=True)
    if_priority = serializers.ChoiceField(Priority.choices, allow_blank=True)
    calendar = serializers.UUIDField(source="calendar_id", allow_null=True)
    active = serializers.BooleanField()
    steps = EscalationStepShown(source="steps.all", many=True)
    version = serializers.IntegerField()


class StepFinding(serializers.Serializer):
    sequence = serializers.IntegerField()
    code = serializers.CharField()
    message = serializers.CharField()


class EscalationPolicyDetail(EscalationPolicyShown):
    """`findings` are steps that would reach nobody today."""

    findings = serializers.SerializerMethodField()

    @extend_schema_field(StepFinding(many=True))
    def get_findings(self, policy):
        return StepFinding(dry_runs.findings([policy]), many=True).data


class EscalationStepInput(serializers.Serializer):
    """Minutes after the step before, or after the beginning. Naming a `member` says the audience as well; without
    `transports` everybody is told as they prefer."""

    class Meta:
        list_serializer_class = Rows

    wait_minutes = serializers.IntegerField(min_value=0, max_value=MOST_MINUTES)
    audience = serializers.ChoiceField(Audience.choices, required=False)
    member = Named(to=Member, required=False, allow_null=True)
    transports = serializers.ListField(child=serializers.ChoiceField(CHOSEN), required=False, max_length=len(Transport))

    def validate(self, step):
        if "audience" not in step and step.get("member") is None:
            raise serializers.ValidationError({"audience": ["Say whom it tells."]}, "required")
        return {"audience": Audience.MEMBER, "member": None, "transports": []} | step


class EscalationPolicyInput(Seen):
    """`steps` are taken in their order; sent again, they replace all there were."""

    name = serializers.CharField(max_length=120)
    trigger = serializers.ChoiceField(Trigger.choices)
    rank = serializers.IntegerField(required=False, min_value=1, max_value=30_000)
    if_department = TenantRelatedField(to=Department, required=False, allow_null=True)
    if_priority = serializers.ChoiceField(Priority.choices, required=False, allow_blank=True)
    calendar = TenantRelatedField(to=BusinessCalendar, required=False, allow_null=True)
    active = serializers.BooleanField(required=False)
    steps = EscalationStepInput(many=True)


class Asked(serializers.Serializer):
    """`at`: when it would begin, now if it is left out. `subject`: what it would be about."""

    at = ZonedMoment(required=False)
    subject = serializers.UUIDField(required=False)


class RouteShown(serializers.Serializer):
    """`at` is when it would go; `held_because` why not at once, `suppressed_because` why not at all."""

    transport = serializers.ChoiceField(Transport.choices)
    wanted = serializers.ChoiceField(Wanted.choices)
    at = Moment(source="run_after")
    held_because = serializers.CharField()
    digest_at = Moment(allow_null=True)
    suppressed_because = serializers.CharField()


class ReachShown(serializers.Serializer):
    member = serializers.UUIDField(source="member.pk")
    name = serializers.CharField(source="member.name")
    why = serializers.CharField()
    routes = RouteShown(many=True)


class RungShown(serializers.Serializer):
    """`local` and `said` are for people. `depends`: on what it is about, which was not said; `falls_through`: nobody is
    there for it, so the next step is taken at once, and the last one goes to the admins."""

    sequence = serializers.IntegerField()
    due_at = Moment()
    local = serializers.CharField()
    said = serializers.CharField()
    audience = serializers.ChoiceField(Audience.choices, source="step.audience")
    reaches = ReachShown(many=True)
    nobody = serializers.BooleanField()
    depends = serializers.BooleanField()
    falls_through = serializers.BooleanField()


class EscalationDryRun(serializers.Serializer):
    at = Moment()
    steps = RungShown(many=True)


class EscalationPolicyFilter(filters.FilterSet):
    trigger = filters.MultipleChoiceFilter(choices=Trigger.choices)
    active = YesNo()
    if_department = Related(to=Department)
    calendar = Related(to=BusinessCalendar)


class EscalationPolicyViewSet(Remembered):
    """Who is told, and when, as long as nobody reacts. Everybody reads, planners write."""

    queryset = Later(EscalationPolicy)
    filterset_class = EscalationPolicyFilter
    search_fields = ["name"]
    ordering_fields = ("trigger", "rank", "name")
    ordering = ("trigger", "rank", "name")
    roles = {"create": access.POLICIES}
    editor = access.POLICIES
    shapes = {"create": EscalationPolicyInput, "partial_update": EscalationPolicyInput}

    def get_queryset(self):
        return EscalationPolicy.objects.prefetch_related("steps")

    def get_serializer_class(self):
        return EscalationPolicyShown if self.action == "list" else EscalationPolicyDetail

    def create(self, request):
        sent = self.sent()
        sent.pop("seen", None)
        return self.created(escalation_policies.create(by=self.member, **sent))

    def partial_update(self, request, pk):
        policy = self.thing()
        escalation_policies.edit(policy, by=self.member, **self.sent(partial=True))
        return self.changed(policy)

    def destroy(self, request, pk):
        escalation_policies.remove(self.thing(), by=self.member)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(
        responses=EscalationDryRun,
        parameters=[
            OpenApiParameter("at", OpenApiTypes.DATETIME, description="When it would begin; now if it is left out."),
            OpenApiParameter("subject", OpenApiTypes.UUID, description="The id of what it would be about."),
        ],
    )
    @action(detail=True, methods=["get"], filter_backends=[], pagination_class=None, url_path="dry-run")
    def dry_run(self, request, pk):
        """What would happen if nobody reacts: each step with the people and the ways. Writes nothing."""
        policy = self.get_object()
        asked = Asked(data=request.query_params)
        asked.is_valid(raise_exception=True)
        at, subject = asked.validated_data.get("at", context.now()), asked.validated_data.get("subject")
        thing = watched(policy.trigger, [subject]).get(subject) if subject else None
        if subject and thing is None:
            said = f"There is no such {SUBJECTS[Trigger(policy.trigger)]._meta.verbose_name}."
            raise serializers.ValidationError({"subject": [said]}, "does_not_exist")
        rungs = dry_runs.dry_run(policy, at=at, thing=thing)
        return Response(EscalationDryRun({"at": at, "steps": told(rungs, policy.organization.zone)}).data)
