"""Browsers that I asked to be pushed to."""

from rest_framework import serializers, status
from rest_framework.response import Response

from notifications.actions import push_subscriptions
from notifications.models import PushSubscription
from tenants.access import Later
from tenants.api.v1.fields import Moment, Text
from tenants.api.v1.viewsets import TenantViewSet


class PushSubscriptionShown(serializers.Serializer):
    id = serializers.UUIDField()
    endpoint = serializers.CharField()
    browser = serializers.CharField()
    created_at = Moment()
    last_used_at = Moment(allow_null=True)
    version = serializers.IntegerField()


class PushSubscriptionInput(serializers.Serializer):
    """What `PushManager.subscribe()` answers. Said again for the same `endpoint`, its keys are those of the last
    time."""

    endpoint = serializers.CharField(max_length=500)
    p256dh = serializers.CharField(max_length=200)
    auth = serializers.CharField(max_length=100)
    browser = Text(max_length=200)


class PushSubscriptionViewSet(TenantViewSet):
    """One's own; nobody sees another's."""

    queryset = Later(PushSubscription)
    serializer_class = PushSubscriptionShown
    ordering_fields = ("created_at", "last_used_at")
    ordering = ("-created_at",)
    shapes = {"create": PushSubscriptionInput}

    def get_queryset(self):
        return PushSubscription.objects.filter(member=self.member)

    def may(self, member, verb, obj):
        return True  # what somebody may not take away they do not see

    def create(self, request):
        return self.created(push_subscriptions.add(by=self.member, **self.sent()))

    def destroy(self, request, pk):
        push_subscriptions.remove(self.thing(), by=self.member)
        return Response(status=status.HTTP_204_NO_CONTENT)
