"""A member's own inbox. Other people's entries do not exist here."""

from django.core.validators import RegexValidator
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from notifications import models
from notifications.actions import inbox
from notifications.queries import timelines, unread_count
from notifications.states import Kind, Level
from tenants.access import Later
from tenants.api.v1.fields import Moment, Text, made
from tenants.api.v1.filters import Moment as MomentFilter
from tenants.api.v1.filters import YesNo
from tenants.api.v1.viewsets import Nothing, TenantViewSet

A_NOUN = RegexValidator(r"^[a-z_]{1,30}$", "A noun in small letters.")


class Subject(serializers.Serializer):
    type = serializers.CharField()
    id = serializers.UUIDField()


class Notification(serializers.Serializer):
    """`why` says why this person was told; `occasions` is how many events the entry stands for."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(Kind.choices)
    title = serializers.CharField()
    content = serializers.CharField()
    level = serializers.ChoiceField(Level.choices)
    url = serializers.CharField()
    subject = made(
        Subject(allow_null=True),
        lambda noun, pk: {"type": noun, "id": pk} if pk else None,
        "subject_type",
        "subject_id",
    )
    why = serializers.CharField()
    is_urgent = serializers.BooleanField()
    occasions = serializers.IntegerField()
    is_read = made(serializers.BooleanField(), lambda read_at: read_at is not None, "read_at")
    read_at = Moment(allow_null=True)
    archived_at = Moment(allow_null=True)
    created_at = Moment()


class Count(serializers.Serializer):
    count = serializers.IntegerField()


class Changed(Count):
    changed = serializers.IntegerField()


class Chosen(serializers.Serializer):
    """The entries meant. All of them are one's own, or nothing happens."""

    ids = serializers.ListField(child=serializers.UUIDField(), max_length=inbox.MOST_AT_ONCE)


class Part(serializers.Serializer):
    """Which part of the inbox is meant; without words it is all of it. `until` is the newest entry that was seen."""

    kind = serializers.ListField(
        child=serializers.ChoiceField(Kind.choices), source="kinds", required=False, max_length=len(Kind)
    )
    subject_type = Text(max_length=30, validators=[A_NOUN])
    subject_id = serializers.UUIDField(required=False)
    until = Moment(required=False)


class TimelineEntry(serializers.Serializer):
    """`what` is stable and for programs, `words` are for people; `transport` is empty where it is about none."""

    at = Moment()
    what = serializers.ChoiceField(sorted(timelines.WHATS))
    words = serializers.CharField()
    transport = serializers.CharField()
    detail = serializers.DictField()


class Timeline(serializers.Serializer):
    entries = TimelineEntry(many=True)


class NotificationFilter(filters.FilterSet):
    kind = filters.MultipleChoiceFilter(choices=Kind.choices, distinct=False)  # of its own columns, nothing comes twice
    level = filters.MultipleChoiceFilter(choices=Level.choices, distinct=False)
    is_read = YesNo(method="that_are_read")
    is_urgent = YesNo(field_name="is_urgent")
    archived = YesNo(method="that_are_archived")
    subject_type = filters.CharFilter(validators=[A_NOUN])
    subject_id = filters.UUIDFilter()
    created_after = MomentFilter(field_name="created_at", lookup_expr="gte")
    created_before = MomentFilter(field_name="created_at", lookup_expr="lt")

    def that_are_read(self, found, name, wanted):
        return found.filter(read_at__isnull=not wanted)

    def that_are_archived(self, found, name, wanted):
        return found.filter(archived_at__isnull=not wanted)


class NotificationViewSet(TenantViewSet):
    """What I was told, newest first. What is archived is listed when `archived=true` asks for it."""

    queryset = Later(models.Notification)
    serializer_class = Notification
    filterset_class = NotificationFilter
    search_fields = ["title", "content"]
    ordering_fields = ("created_at",)
    ordering = ("-created_at",)
    shapes = {
        "read": Nothing,
        "read_many": Chosen,
        "read_all": Part,
        "archive": Nothing,
        "archive_many": Chosen,
        "unarchive": Nothing,
    }

    def get_queryset(self):
        mine = models.Notification.objects.of(self.member)
        is_inbox = self.action == "list" and not self.request.query_params.get("archived")
        return mine.in_inbox() if is_inbox else mine

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def read(self, request, pk):
        """Mark one as read; once more changes nothing."""
        entry = self.get_object()
        self.sent()
        return self.changed(inbox.read(entry, by=self.member))

    @extend_schema(responses=Changed, operation_id="notifications_read_many")
    @action(detail=False, methods=["post"], url_path="read", filter_backends=[], pagination_class=None)
    def read_many(self, request):
        """Mark some as read, all of them or none."""
        return self.counted(inbox.read_many(self.sent()["ids"], by=self.member))

    @extend_schema(responses=Changed)
    @action(detail=False, methods=["post"], url_path="read-all", filter_backends=[], pagination_class=None)
    def read_all(self, request):
        """Mark all as read, or the part that is named; answers how many that changed, and how many are unread then."""
        return self.counted(inbox.read_all(by=self.member, **self.sent()))

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def archive(self, request, pk):
        """Put one away; once more changes nothing."""
        entry = self.get_object()
        self.sent()
        return self.changed(inbox.archive(entry, by=self.member))

    @extend_schema(responses=Changed, operation_id="notifications_archive_many")
    @action(detail=False, methods=["post"], url_path="archive", filter_backends=[], pagination_class=None)
    def archive_many(self, request):
        """Put some away, all of them or none."""
        return self.counted(inbox.archive_many(self.sent()["ids"], by=self.member))

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def unarchive(self, request, pk):
        """Take one out of the archive."""
        entry = self.get_object()
        self.sent()
        return self.changed(inbox.unarchive(entry, by=self.member))

    @extend_schema(responses=Count)
    @action(detail=False, methods=["get"], url_path="unread-count", filter_backends=[], pagination_class=None)
    def unread_count(self, request):
        """How many are unread."""
        return Response({"count": unread_count(self.member)})

    @extend_schema(responses=Timeline)
    @action(detail=True, methods=["get"], filter_backends=[], pagination_class=None)
    def timeline(self, request, pk):
        """What became of it: why it was decided, over which ways it went or did not, and what was done with it."""
        return Response(Timeline({"entries": timelines.timeline(self.get_object())}).data)

    def counted(self, changed):
        return Response({"count": unread_count(self.member), "changed": changed})
