"""Endpoints of other programs, and the log of what was sent to them. Admins' business alone."""

from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.response import Response

from notifications.actions import webhooks
from notifications.models import Webhook, WebhookCall
from tenants.access import Later
from tenants.api.v1.fields import Moment, Words
from tenants.api.v1.filters import Moment as MomentFilter
from tenants.api.v1.filters import Related, YesNo
from tenants.api.v1.history import Remembered
from tenants.api.v1.viewsets import Nothing, Seen, TenantViewSet
from tenants.states import DeliveryState, Role


class WebhookShown(serializers.Serializer):
    """`silent_until`: it failed so often that it is left alone until then. `previous_until`: until then the secret
    before the present one signs as well."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    url = serializers.CharField()
    kinds = serializers.ListField(child=serializers.CharField())
    active = serializers.BooleanField()
    failures_in_a_row = serializers.IntegerField()
    silent_until = Moment(allow_null=True)
    succeeded_at = Moment(allow_null=True)
    previous_until = Moment(allow_null=True)
    created_at = Moment()
    version = serializers.IntegerField()


class WebhookMade(WebhookShown):
    """The secret is shown this once."""

    secret = serializers.CharField()


class WebhookInput(Seen):
    """Without `kinds` it is told of every kind of event."""

    name = Words(max_length=120)
    url = serializers.CharField(max_length=500)
    kinds = serializers.ListField(child=serializers.CharField(max_length=60), required=False, max_length=200)
    active = serializers.BooleanField(required=False)


class WebhookFilter(filters.FilterSet):
    active = YesNo()


class Try(serializers.Serializer):
    """One try. `answer` is the first kilobyte of what came back."""

    tried_at = Moment()
    http_status = serializers.IntegerField(allow_null=True)
    milliseconds = serializers.IntegerField()
    error = serializers.CharField()
    answer = serializers.CharField()


class DeliveryShown(serializers.Serializer):
    """One event on its way to one endpoint; its `id` is the `webhook-id` that goes along. While it is pending it is
    tried again at `run_after`."""

    id = serializers.UUIDField()
    webhook = serializers.UUIDField(source="webhook_id")
    event = serializers.UUIDField(source="event_id")
    kind = serializers.CharField(source="event.kind")
    subject_type = serializers.CharField(source="event.subject_type")
    subject = serializers.UUIDField(source="event.subject_id")
    state = serializers.ChoiceField(DeliveryState.choices)
    failures = serializers.IntegerField()
    error = serializers.CharField()
    asked_at = Moment()
    run_after = Moment()
    done_at = Moment(allow_null=True)


class DeliveryTold(DeliveryShown):
    tries = Try(many=True)


class DeliveryFilter(filters.FilterSet):
    webhook = Related(to=Webhook)
    state = filters.MultipleChoiceFilter(choices=DeliveryState.choices)
    kind = filters.CharFilter(field_name="event__kind")
    asked_after = MomentFilter(field_name="asked_at", lookup_expr="gte")
    asked_before = MomentFilter(field_name="asked_at", lookup_expr="lt")


class AdminsOnly(TenantViewSet):
    """Addresses may hold secrets of their own, so only who keeps them reads them."""

    roles = {"list": Role.ADMIN, "create": Role.ADMIN}

    def get_object(self):
        obj = super().get_object()
        if not self.member.is_at_least(Role.ADMIN):
            raise PermissionDenied("Admins keep the endpoints of other programs.")
        return obj

    def retrieve(self, request, *args, **kwargs):
        self.get_object()
        return super().retrieve(request, *args, **kwargs)


class WebhookViewSet(AdminsOnly, Remembered):
    """Addresses of other programs that are told of events by a signed POST."""

    queryset = Later(Webhook)
    serializer_class = WebhookShown
    filterset_class = WebhookFilter
    search_fields = ["name", "url"]
    ordering_fields = ("name", "created_at", "succeeded_at")
    ordering = ("name",)
    shapes = {"create": WebhookInput, "partial_update": WebhookInput, "try_out": Seen, "rotate_secret": Seen}

    @extend_schema(responses={201: WebhookMade})
    def create(self, request):
        """Add an endpoint. Its secret is in this answer and nowhere else."""
        sent = self.sent()
        sent.pop("seen", None)
        webhook, secret = webhooks.create(by=self.member, **sent)
        answer = self.created(webhook)
        answer.data["secret"] = secret
        return answer

    def partial_update(self, request, pk):
        webhook = self.thing()
        webhooks.edit(webhook, by=self.member, **self.sent(partial=True))
        return self.changed(webhook)

    def destroy(self, request, pk):
        """Take it away, and the log of its calls with it."""
        webhooks.remove(self.thing(), by=self.member)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @action(detail=True, methods=["post"], url_path="test", filter_backends=[], pagination_class=None)
    def try_out(self, request, pk):
        """Send it an event `webhook.tested`; what came back is in its deliveries a moment later."""
        return self.verb(webhooks.try_out)

    @extend_schema(responses=WebhookMade)
    @action(detail=True, methods=["post"], url_path="rotate-secret", filter_backends=[], pagination_class=None)
    def rotate_secret(self, request, pk):
        """Make a new secret, which is in this answer and nowhere else. The old one signs as well for 24 hours."""
        webhook = self.thing()
        _, secret = webhooks.rotate_secret(webhook, by=self.member, **self.sent())
        answer = self.changed(webhook)
        answer.data["secret"] = secret
        return answer


class DeliveryViewSet(AdminsOnly):
    """What was sent to endpoints, newest first, with each try."""

    queryset = Later(WebhookCall)
    serializer_class = DeliveryShown
    filterset_class = DeliveryFilter
    ordering_fields = ("asked_at", "run_after")
    ordering = ("-asked_at",)
    shapes = {"replay": Nothing}

    def get_queryset(self):
        return super().get_queryset().select_related("event")

    @extend_schema(responses=DeliveryTold)
    def retrieve(self, request, pk):
        found = self.get_object()
        return Response(DeliveryTold(found).data)

    @extend_schema(responses=DeliveryShown)
    @action(detail=True, methods=["post"], filter_backends=[], pagination_class=None)
    def replay(self, request, pk):
        """Send it once more, under the id it had."""
        call = self.thing()
        self.sent()
        return self.changed(webhooks.replay(call, by=self.member))
