"""Escalations: what waits for somebody to react, what was promised, and "I take care of it"."""

from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action

from notifications import access
from notifications.actions import escalations
from notifications.models import Escalation
from notifications.states import Audience, EscalationStatus, Trigger
from tenants.access import Later
from tenants.api.v1.fields import AllowedActions, Moment
from tenants.api.v1.history import Remembered
from tenants.api.v1.viewsets import Seen
from tenants.states import DeliveryState


class PromisedStep(serializers.Serializer):
    """One promised step: when it is due, what became of it, how many people it `reached`, and why it was dropped."""

    sequence = serializers.IntegerField()
    due_at = Moment()
    state = serializers.ChoiceField(DeliveryState.choices)
    done_at = Moment(allow_null=True)
    reached = serializers.IntegerField()
    error = serializers.CharField()


class FrozenStep(serializers.Serializer):
    """A step as it was when the escalation began."""

    sequence = serializers.IntegerField()
    wait_minutes = serializers.IntegerField()
    audience = serializers.ChoiceField(Audience.choices)
    member = serializers.UUIDField(allow_null=True)
    transports = serializers.ListField(child=serializers.CharField())
    due_at = Moment()


@extend_schema_field(FrozenStep(many=True))
class FrozenSteps(serializers.JSONField):
    """As they were written down: nothing is looked up."""


class EscalationShown(serializers.Serializer):
    """`steps` is what was promised when it began, `promised` what became of that so far."""

    id = serializers.UUIDField()
    policy = serializers.UUIDField(source="policy_id")
    name = serializers.CharField(source="policy.name")
    trigger = serializers.ChoiceField(Trigger.choices)
    subject_type = serializers.CharField()
    subject = serializers.UUIDField(source="subject_id")
    status = serializers.ChoiceField(EscalationStatus.choices)
    started_at = Moment()
    acknowledged_at = Moment(allow_null=True)
    acknowledged_by = serializers.UUIDField(source="acknowledged_by_id", allow_null=True)
    ended_because = serializers.CharField()
    steps = FrozenSteps()
    promised = PromisedStep(source="promised.all", many=True)
    version = serializers.IntegerField()
    allowed_actions = AllowedActions()


class EscalationFilter(filters.FilterSet):
    status = filters.MultipleChoiceFilter(choices=EscalationStatus.choices)
    trigger = filters.MultipleChoiceFilter(choices=Trigger.choices)
    subject = filters.UUIDFilter(field_name="subject_id")


class EscalationViewSet(Remembered):
    """What waits for somebody to react. Everybody sees it; whom it concerns or has been told may take care of it."""

    queryset = Later(Escalation)
    serializer_class = EscalationShown
    filterset_class = EscalationFilter
    ordering_fields = ("started_at",)
    ordering = ("-started_at",)
    shapes = {"acknowledge": Seen}

    def get_queryset(self):
        return Escalation.objects.select_related("policy").with_promises()

    def may(self, member, verb, obj):
        return access.may_acknowledge(member, obj)

    def allowed_actions(self, rows):
        if not rows or not isinstance(rows[0], Escalation):
            return {}
        return access.escalation_verbs(rows, self.member)

    @action(detail=True, methods=["post"])
    def acknowledge(self, request, pk):
        """Take care of it: nobody else is told."""
        return self.verb(escalations.acknowledge)
