"""What the clock asked for, and what nobody tries any more: for admins, and for programs that watch."""

import uuid

from django.apps import apps
from django.http import Http404
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.response import Response

from tenants.access import Later
from tenants.actions import dead as reviving
from tenants.actions.schedules import schedules
from tenants.api.v1.fields import Moment
from tenants.api.v1.filters import Moment as MomentFilter
from tenants.api.v1.pages import Pages
from tenants.api.v1.viewsets import Nothing, TenantViewSet
from tenants.models import ScheduledRun
from tenants.queries import dead
from tenants.states import DeliveryState, Role
from tenants.words import said


class RunShown(serializers.Serializer):
    id = serializers.UUIDField()
    schedule = serializers.CharField()
    due_at = Moment()
    state = serializers.ChoiceField(choices=DeliveryState.choices)
    attempts = serializers.IntegerField()
    done_at = Moment(allow_null=True)
    outcome = serializers.DictField()
    error = serializers.CharField()


class RunFilter(filters.FilterSet):
    schedule = filters.ChoiceFilter(choices=lambda: [(name, name) for name in schedules()])
    state = filters.ChoiceFilter(choices=DeliveryState.choices)
    due_from = MomentFilter(field_name="due_at", lookup_expr="gte")
    due_until = MomentFilter(field_name="due_at", lookup_expr="lt")


class ScheduledRunViewSet(TenantViewSet):
    """What ran when, and what became of it."""

    queryset = Later(ScheduledRun)
    serializer_class = RunShown
    filterset_class = RunFilter
    ordering_fields = ("due_at", "done_at")
    ordering = ("-due_at",)
    roles = {"list": Role.ADMIN}

    def retrieve(self, request, pk):
        self.thing()
        return super().retrieve(request, pk)


class Letters(serializers.ListSerializer):
    """What the events behind them say is read for the whole page at once."""

    def to_representation(self, data):
        rows = list(data)
        self.child.words = said([letter.event for letter in rows if letter.event])
        return super().to_representation(rows)


class LetterShown(serializers.Serializer):
    """`about` is what happened that this row was to lead to; `detail` names the row as logs do."""

    class Meta:
        list_serializer_class = Letters

    words = {}

    id = serializers.UUIDField()
    label = serializers.CharField()
    kind = serializers.CharField()
    about = serializers.SerializerMethodField()
    subject_type = serializers.SerializerMethodField()
    subject = serializers.SerializerMethodField()
    detail = serializers.CharField()
    error = serializers.CharField()
    starts = serializers.IntegerField()
    since = Moment()

    def get_about(self, letter) -> str:
        return str(self.words.get(letter.event.pk, "")) if letter.event else ""

    def get_subject_type(self, letter) -> str:
        return letter.event.subject_type if letter.event else ""

    def get_subject(self, letter) -> uuid.UUID | None:
        return letter.event.subject_id if letter.event else None


class Tried(serializers.Serializer):
    id = serializers.UUIDField()
    label = serializers.CharField()
    state = serializers.CharField()


class OfKind(serializers.Serializer):
    label = serializers.ChoiceField(choices=())

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.fields["label"].choices = [(label, label) for label in dead.labels()]


class Counted(serializers.Serializer):
    replayed = serializers.IntegerField()


class ListPages(Pages):
    """Pages of a list that is at hand."""

    def paginate_queryset(self, rows, request, view=None, *, columns=None):
        self.request = request
        size = min(self._number("page_size") or self.usual_size, self.most)
        if ((self._number("page") or 1) - 1) * size > len(rows):
            raise NotFound("There is no such page.", "page_out_of_range")
        return super().paginate_queryset(rows, request, view)


class DeadLetterViewSet(TenantViewSet):
    """Rows of any kind that gave up. A person who has mended the cause has them tried again."""

    queryset = Later(ScheduledRun)
    serializer_class = LetterShown
    pagination_class = ListPages
    filter_backends = []
    roles = {"list": Role.ADMIN, "replay_all": Role.ADMIN}
    shapes = {"replay": Nothing, "replay_all": OfKind}

    def list(self, request):
        found = self.paginator.paginate_queryset(dead.dead(), request, self)
        return self.paginator.get_paginated_response(LetterShown(dead.letters(found), many=True).data)

    def retrieve(self, request, pk):
        row = self.thing()
        found = dead.letters([(row.pk, row._meta.label_lower)] if row.state == DeliveryState.DEAD else [])
        if not found:
            raise Http404  # somebody had it tried again
        return Response(LetterShown(found, many=True).data[0])

    def total(self, rows):
        return len(rows)

    def get_object(self):
        try:
            pk = uuid.UUID(self.kwargs["pk"])
        except ValueError as error:
            raise Http404 from error
        if (label := dead.label_of(pk)) is None:
            raise Http404
        return apps.get_model(label).objects.get(pk=pk)

    @extend_schema(responses=Tried)
    @action(detail=True, methods=["post"])
    def replay(self, request, pk):
        """Try it again, as if it had just become due. 409 if it is not dead."""
        row = self.thing()
        self.sent()
        row = reviving.replay(row, by=self.member)
        return Response(Tried({"id": row.pk, "label": row._meta.label_lower, "state": row.state}).data)

    @extend_schema(responses=Counted, operation_id="dead_letters_replay_all")
    @action(detail=False, methods=["post"], url_path="replay")
    def replay_all(self, request):
        """Try all of one kind again, a thousand at most; the rest by asking again."""
        return Response({"replayed": reviving.replay_all(self.sent()["label"], by=self.member)})
