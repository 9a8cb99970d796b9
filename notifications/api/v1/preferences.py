"""What I am told, over what and when; and, for admins, what those are told who did not choose."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from notifications.actions import preferences
from notifications.problems.preferences import MOST_CELLS
from notifications.queries.hours import hours_in, schedule_of
from notifications.queries.preferences import grid, standard_grid
from notifications.states import DigestRhythm, Kind, Source, Transport, Wanted
from tenants import context
from tenants.api.v1.fields import Moment, Rows
from tenants.api.v1.viewsets import Seen, TenantViewSet
from tenants.states import LANGUAGES, Role


class CellShown(serializers.Serializer):
    """`source` is who said so; `standard` is what holds without a choice of one's own, or of the organization's."""

    kind = serializers.ChoiceField(Kind.choices)
    transport = serializers.ChoiceField(Transport.choices)
    wanted = serializers.ChoiceField(Wanted.choices)
    source = serializers.ChoiceField(Source.choices)
    standard = serializers.ChoiceField(Wanted.choices)
    choices = serializers.ListField(child=serializers.ChoiceField(Wanted.choices))


class Grid(serializers.Serializer):
    cells = CellShown(many=True)


class OwnGrid(Grid):
    version = serializers.IntegerField(help_text="That of the notification schedule, which holds them all.")


class CellInput(serializers.Serializer):
    """`wanted` null: as it is without this choice."""

    class Meta:
        list_serializer_class = Rows

    kind = serializers.ChoiceField(Kind.choices)
    transport = serializers.ChoiceField(Transport.choices)
    wanted = serializers.ChoiceField(Wanted.choices, allow_null=True)


class Cells(serializers.Serializer):
    cells = CellInput(many=True, min_length=1, max_length=MOST_CELLS)


class OwnCells(Seen):
    cells = CellInput(many=True, min_length=1, max_length=MOST_CELLS)


class ScheduleShown(serializers.Serializer):
    """Times are on the wall of `time_zone`, blank for the organization's. `quiet_now_until` is null if it is not quiet
    now."""

    time_zone = serializers.CharField()
    quiet_from = serializers.TimeField(allow_null=True)
    quiet_until = serializers.TimeField(allow_null=True)
    monday = serializers.BooleanField()
    tuesday = serializers.BooleanField()
    wednesday = serializers.BooleanField()
    thursday = serializers.BooleanField()
    friday = serializers.BooleanField()
    saturday = serializers.BooleanField()
    sunday = serializers.BooleanField()
    urgent_breaks_through = serializers.BooleanField()
    digest = serializers.ChoiceField(DigestRhythm.choices)
    digest_at = serializers.TimeField()
    language = serializers.CharField(source="member.language")
    quiet_now_until = Moment(allow_null=True)
    next_digest_at = Moment()
    version = serializers.IntegerField()


class ScheduleInput(Seen):
    """A day that is true is quiet from midnight to midnight."""

    time_zone = serializers.CharField(required=False, allow_blank=True, max_length=64)
    quiet_from = serializers.TimeField(required=False, allow_null=True)
    quiet_until = serializers.TimeField(required=False, allow_null=True)
    monday = serializers.BooleanField(required=False)
    tuesday = serializers.BooleanField(required=False)
    wednesday = serializers.BooleanField(required=False)
    thursday = serializers.BooleanField(required=False)
    friday = serializers.BooleanField(required=False)
    saturday = serializers.BooleanField(required=False)
    sunday = serializers.BooleanField(required=False)
    urgent_breaks_through = serializers.BooleanField(required=False)
    digest = serializers.ChoiceField(DigestRhythm.choices, required=False)
    digest_at = serializers.TimeField(required=False)
    language = serializers.ChoiceField(LANGUAGES, required=False, allow_blank=True)


class OneForAll(TenantViewSet):
    pagination_class = None
    filter_backends = []


class PreferenceViewSet(OneForAll):
    serializer_class = OwnGrid
    shapes = {"partial_update": OwnCells}

    @extend_schema(operation_id="preferences_retrieve")
    def show(self, request):
        """Every kind over every transport, as it is for me."""
        return self.whole()

    @extend_schema(operation_id="preferences_partial_update")
    def partial_update(self, request):
        """Choose for some cells, all of them or none. Null gives a cell back to the organization."""
        preferences.choose(by=self.member, **self.sent())
        return self.whole()

    def whole(self):
        schedule = schedule_of(self.member)
        return Response(OwnGrid({"cells": grid(self.member), "version": schedule.version}).data)


class DefaultPreferenceViewSet(OneForAll):
    serializer_class = Grid
    roles = {"partial_update": Role.ADMIN}
    shapes = {"partial_update": Cells}

    @extend_schema(operation_id="default_preferences_retrieve")
    def show(self, request):
        """Every kind over every transport, as it is for whoever did not choose."""
        return Response(Grid({"cells": standard_grid()}).data)

    @extend_schema(operation_id="default_preferences_partial_update")
    def partial_update(self, request):
        """Change some cells, all of them or none. Null gives a cell back to what the product comes with."""
        preferences.choose_default(by=self.member, **self.sent())
        return Response(Grid({"cells": standard_grid()}).data)


class ScheduleViewSet(OneForAll):
    serializer_class = ScheduleShown
    shapes = {"partial_update": ScheduleInput}

    @extend_schema(operation_id="notification_schedule_retrieve")
    def show(self, request):
        """My quiet hours and my digest."""
        return self.whole()

    @extend_schema(operation_id="notification_schedule_partial_update")
    def partial_update(self, request):
        """Change them, for what is sent from now on."""
        preferences.edit_schedule(by=self.member, **self.sent(partial=True))
        return self.whole()

    def whole(self):
        schedule = schedule_of(self.member)
        hours = hours_in(schedule, self.member.organization.zone)
        now = context.now()
        schedule.quiet_now_until = hours.quiet.ends_at(now) if hours.quiet.is_quiet(now) else None
        schedule.next_digest_at = hours.next_digest(now)
        return Response(ScheduleShown(schedule).data)
