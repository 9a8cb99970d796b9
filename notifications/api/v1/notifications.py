"""A member's own inbox. Other people's entries do not exist here."""

from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from notifications import models
from notifications.actions import inbox
from notifications.queries import unread_count
from notifications.states import Kind, Level
from tenants.access import Later
from tenants.api.v1.fields import Moment, made
from tenants.api.v1.filters import Moment as MomentFilter
from tenants.api.v1.filters import YesNo
from tenants.api.v1.viewsets import Nothing, TenantViewSet


class Notification(serializers.Serializer):
    id = serializers.UUIDField()
    kind = serializers.ChoiceField(Kind.choices)
    title = serializers.CharField()
    content = serializers.CharField()
    level = serializers.ChoiceField(Level.choices)
    url = serializers.CharField()
    is_read = made(serializers.BooleanField(), lambda read_at: read_at is not None, "read_at")
    read_at = Moment(allow_null=True)
    created_at = Moment()


class Count(serializers.Serializer):
    count = serializers.IntegerField()


class AllRead(Count):
    changed = serializers.IntegerField()


class NotificationFilter(filters.FilterSet):
    kind = filters.MultipleChoiceFilter(choices=Kind.choices)
    level = filters.MultipleChoiceFilter(choices=Level.choices)
    is_read = YesNo(method="that_are_read")
    created_after = MomentFilter(field_name="created_at", lookup_expr="gte")
    created_before = MomentFilter(field_name="created_at", lookup_expr="lt")

    def that_are_read(self, found, name, wanted):
        return found.filter(read_at__isnull=not wanted)


class NotificationViewSet(TenantViewSet):
    """What I was told, newest first."""

    queryset = Later(models.Notification)
    serializer_class = Notification
    filterset_class = NotificationFilter
    search_fields = ["title", "content"]
    ordering_fields = ("created_at",)
    ordering = ("-created_at",)
    shapes = {"read": Nothing, "read_all": Nothing}

    def get_queryset(self):
        return models.Notification.objects.of(self.member)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def read(self, request, pk):
        """Mark one as read; once more changes nothing."""
        entry = self.get_object()
        self.sent()
        return self.changed(inbox.read(entry, by=self.member))

    @extend_schema(request=None, responses=AllRead)
    @action(detail=False, methods=["post"], url_path="read-all", filter_backends=[], pagination_class=None)
    def read_all(self, request):
        """Mark all as read; answers how many that changed, and how many are unread then."""
        self.sent()
        changed = inbox.read_all(by=self.member)
        return Response({"count": unread_count(self.member), "changed": changed})

    @extend_schema(responses=Count)
    @action(detail=False, methods=["get"], url_path="unread-count", filter_backends=[], pagination_class=None)
    def unread_count(self, request):
        """How many are unread."""
        return Response({"count": unread_count(self.member)})
