"""Who was told of what, over what, and who was not and why. Admins' business alone, and nobody's to change."""

from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from notifications import models
from notifications.api.v1.notifications import A_NOUN, Subject, TimelineEntry
from notifications.queries import conservation, timelines
from notifications.states import Kind
from tenants.access import Later
from tenants.api.v1.fields import Moment, made
from tenants.api.v1.filters import Moment as MomentFilter
from tenants.api.v1.filters import Related, YesNo
from tenants.api.v1.viewsets import TenantViewSet
from tenants.models import Member
from tenants.states import Role


class Told(serializers.Serializer):
    """One decision to tell somebody. `hidden_because` says why it does not stand in their inbox; `decided` is how many
    messages were decided with it, what became of each is in its timeline."""

    id = serializers.UUIDField()
    recipient = serializers.UUIDField(source="recipient_id")
    kind = serializers.ChoiceField(Kind.choices)
    title = serializers.CharField()
    subject = made(
        Subject(allow_null=True),
        lambda noun, pk: {"type": noun, "id": pk} if pk else None,
        "subject_type",
        "subject_id",
    )
    why = serializers.CharField()
    hidden_because = serializers.CharField()
    is_urgent = serializers.BooleanField()
    occasions = serializers.IntegerField()
    decided = serializers.IntegerField()
    read_at = Moment(allow_null=True)
    archived_at = Moment(allow_null=True)
    created_at = Moment()


class ToldInFull(Told):
    timeline = serializers.SerializerMethodField()

    @extend_schema_field(TimelineEntry(many=True))
    def get_timeline(self, told) -> list[dict]:
        return TimelineEntry(timelines.timeline(told), many=True).data


class Messages(serializers.Serializer):
    """`missing` and `stranded` are nothing, or something is wrong."""

    created = serializers.IntegerField()
    delivered = serializers.IntegerField()
    pending = serializers.IntegerField()
    parked = serializers.IntegerField()
    dead = serializers.IntegerField()
    suppressed = serializers.IntegerField()
    missing = serializers.IntegerField()
    stranded = serializers.IntegerField()


class Entries(serializers.Serializer):
    created = serializers.IntegerField()
    shown = serializers.IntegerField()
    hidden = serializers.IntegerField()


class Deliveries(serializers.Serializer):
    created = serializers.IntegerField()
    delivered = serializers.IntegerField()
    pending = serializers.IntegerField()
    parked = serializers.IntegerField()
    dead = serializers.IntegerField()
    suppressed = serializers.IntegerField()


class Figures(serializers.Serializer):
    """One sample of everything: what was created is what was delivered, waits, is dead or was suppressed."""

    messages = Messages()
    entries = Entries()
    deliveries = Deliveries()


class ToldFilter(filters.FilterSet):
    recipient = Related(to=Member)
    kind = filters.MultipleChoiceFilter(choices=Kind.choices, distinct=False)
    subject_type = filters.CharFilter(validators=[A_NOUN])
    subject_id = filters.UUIDFilter()
    hidden = YesNo(method="that_are_hidden")
    created_after = MomentFilter(field_name="created_at", lookup_expr="gte")
    created_before = MomentFilter(field_name="created_at", lookup_expr="lt")

    def that_are_hidden(self, found, name, wanted):
        return found.exclude(hidden_because="") if wanted else found.filter(hidden_because="")


class ToldViewSet(TenantViewSet):
    """Everything that was decided about telling people, newest first."""

    queryset = Later(models.Notification)
    serializer_class = Told
    filterset_class = ToldFilter
    search_fields = ["title"]
    ordering_fields = ("created_at",)
    ordering = ("-created_at",)
    roles = {"list": Role.ADMIN, "figures": Role.ADMIN}

    def get_serializer_class(self):
        return ToldInFull if self.action == "retrieve" else Told

    def retrieve(self, request, pk):
        """One decision, and what became of it."""
        return Response(self.shown(self.thing()))

    @extend_schema(responses=Figures)
    @action(detail=False, methods=["get"], filter_backends=[], pagination_class=None)
    def figures(self, request):
        """Whether everything that was decided is accounted for."""
        return Response(Figures(conservation.figures()).data)
