"""The time clock and its badges."""

import datetime

from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.response import Response

from dispatch import access, queries
from dispatch.actions import attendance, badges
from dispatch.models import Attendance, Badge
from dispatch.states import Presence, Punch, PunchMethod
from tenants import context
from tenants.access import Later, TenantRelatedField
from tenants.api.v1.fields import Moment, Text, ZonedMoment
from tenants.api.v1.filters import Moment as MomentFilter
from tenants.api.v1.filters import Related, YesNo
from tenants.api.v1.history import Remembered
from tenants.api.v1.viewsets import Seen
from tenants.models import Department, Member
from tenants.states import Role

MOST_DAYS = 62


class PunchShown(serializers.Serializer):
    id = serializers.UUIDField()
    member = serializers.UUIDField(source="member_id")
    punch = serializers.ChoiceField(choices=Punch.choices)
    at = Moment()
    method = serializers.ChoiceField(choices=PunchMethod.choices)
    recorded_by = serializers.UUIDField(source="recorded_by_id")
    recorded_at = Moment()
    note = serializers.CharField()
    client_id = serializers.UUIDField(allow_null=True)


class RunningTask(serializers.Serializer):
    id = serializers.UUIDField()
    title = serializers.CharField()


class PunchDone(PunchShown):
    """Where they are now, and what they are still at although they have gone: pause it, nobody does it by itself."""

    presence = serializers.ChoiceField(choices=Presence.choices)
    still_running = RunningTask(many=True)


class PunchInput(serializers.Serializer):
    """Alone, a `punch` is the caller's own and of now. With a `badge` it is that of whoever carries it, and `punch` may
    be left out. With a `member` or an `at` it is added, with a `note`, by who answers for them. With a
    `client_id` the same one may be sent again: it is written once, and answered with 200 from then on."""

    punch = serializers.ChoiceField(choices=Punch.choices, required=False)
    member = TenantRelatedField(to=Member, required=False)
    at = ZonedMoment(required=False)
    note = Text(max_length=200)
    badge = serializers.CharField(required=False, max_length=100)
    client_id = serializers.UUIDField(required=False)

    def validate(self, sent):
        if "badge" not in sent and "punch" not in sent:
            raise ValidationError({"punch": ["This field is required."]}, "required")
        if "badge" in sent and sent.keys() & {"member", "at", "note"}:
            raise ValidationError({"badge": ["A badge is read now, for whoever carries it."]}, "badge_is_now")
        return sent


class SpanShown(serializers.Serializer):
    start = Moment()
    end = Moment()


class DayShown(serializers.Serializer):
    """Planned beside worked, in minutes. A night belongs to the day it began on."""

    day = serializers.DateField()
    planned = SpanShown(many=True)
    worked = SpanShown(many=True)
    away = serializers.BooleanField()
    planned_minutes = serializers.IntegerField()
    worked_minutes = serializers.IntegerField()
    late_minutes = serializers.IntegerField()
    early_minutes = serializers.IntegerField()
    missed_minutes = serializers.IntegerField()
    missing = serializers.ListField(child=Moment())


class Timesheet(serializers.Serializer):
    member = serializers.UUIDField()
    presence = serializers.ChoiceField(choices=Presence.choices)
    since = Moment(allow_null=True)
    days = DayShown(many=True)


class DaysAsked(serializers.Serializer):
    """From one day to another, both included: this week if neither is named."""

    member = TenantRelatedField(to=Member, required=False)
    since = serializers.DateField(required=False)
    until = serializers.DateField(required=False)

    def validate(self, asked):
        today = queries.today()
        since = asked.setdefault("since", asked.get("until", today) - datetime.timedelta(days=today.weekday()))
        until = asked.setdefault("until", since + datetime.timedelta(days=6))
        if not datetime.date(2000, 1, 1) <= since <= datetime.date(2100, 1, 1):
            raise ValidationError({"since": ["That year is a slip of the finger."]}, "out_of_range")
        if not 0 <= (until - since).days < MOST_DAYS:
            raise ValidationError({"until": [f"At most {MOST_DAYS} days, the last one not before the first."]}, "range")
        return asked


class PunchFilter(filters.FilterSet):
    member = Related(to=Member)
    department = Related(to=Department, field_name="member__department")
    punch = filters.MultipleChoiceFilter(choices=Punch.choices)
    method = filters.MultipleChoiceFilter(choices=PunchMethod.choices)
    after = MomentFilter(field_name="at", lookup_expr="gte")
    before = MomentFilter(field_name="at", lookup_expr="lt")


class AttendanceViewSet(Remembered):
    """Everybody punches for themselves and sees their own; whoever leads people sees all. Nothing is ever changed."""

    queryset = Later(Attendance)
    filterset_class = PunchFilter
    ordering_fields = ("at",)
    ordering = ("-at",)
    shapes = {"create": PunchInput}
    throttle_classes = [access.BadgeThrottle]

    def get_queryset(self):
        rows = Attendance.objects.all()
        return rows if self.member.is_at_least(Role.SUPERVISOR) else rows.filter(member=self.member)

    def get_serializer_class(self):
        return PunchDone if self.action == "create" else PunchShown

    @extend_schema(responses={200: PunchDone, 201: PunchDone})
    def create(self, request):
        sent = self.sent()
        known = Attendance.objects.filter(client_id=sent["client_id"]).first() if sent.get("client_id") else None
        row = self._punch(**sent)
        answer = self.created(row)
        if known is not None:
            answer.status_code = status.HTTP_200_OK
        return answer

    def _punch(self, *, badge=None, member=None, at=None, punch="", note="", **rest):
        if badge is not None:
            if not self.member.is_at_least(Role.SUPERVISOR):
                raise PermissionDenied("Badges are read at a station of a supervisor.")
            return attendance.scan(badge, by=self.member, punch=punch, **rest)
        if at is None and member is None:
            said = {"punch": punch, "method": PunchMethod.API, "note": note}
            return attendance.punch(self.member, by=self.member, **said, **rest)
        member = member or self.member
        if not access.cares_for(self.member, member):
            raise PermissionDenied("What was forgotten is added by who answers for them.")
        return attendance.add(member, by=self.member, punch=punch, at=at or context.now(), note=note, **rest)

    def written(self, obj):
        """A punch with what follows from it. It may be somebody else's, whom the caller does not see otherwise."""
        row = Attendance.objects.select_related("member").get(pk=obj.pk)
        row.presence = queries.whereabouts([row.member_id])[row.member_id].presence
        row.still_running = queries.still_running(row.member) if row.presence is Presence.AWAY else []
        return row

    @extend_schema(parameters=[DaysAsked], responses=Timesheet, operation_id="attendance_days")
    @action(detail=False, methods=["get"], filter_backends=[], pagination_class=None)
    def days(self, request):
        """What somebody was to work and what they did, day by day, on the organization's wall."""
        asked = DaysAsked(data=request.query_params)
        asked.is_valid(raise_exception=True)
        member = asked.validated_data.get("member", self.member)
        if member.pk != self.member.pk and not self.member.is_at_least(Role.SUPERVISOR):
            raise PermissionDenied("Everybody sees their own.")
        since, until = asked.validated_data["since"], asked.validated_data["until"]
        now = queries.whereabouts([member.pk])[member.pk]
        days = queries.timesheets([member.pk], since, until)[member.pk]
        found = {"member": member.pk, "presence": now.presence, "since": now.since, "days": days}
        return Response(Timesheet(found).data)


class BadgeShown(serializers.Serializer):
    id = serializers.UUIDField()
    member = serializers.UUIDField(source="member_id")
    created_at = Moment()
    revoked_at = Moment(allow_null=True)
    version = serializers.IntegerField()


class BadgeMade(BadgeShown):
    """The `code` is shown this once. It is what the QR code of the badge says."""

    code = serializers.CharField()


class BadgeInput(serializers.Serializer):
    member = TenantRelatedField(to=Member)


class BadgeFilter(filters.FilterSet):
    member = Related(to=Member)
    valid = YesNo(field_name="revoked_at", lookup_expr="isnull")


class BadgeViewSet(Remembered):
    """Whoever answers for somebody issues their badge, and revokes it. A new one revokes the one before. Everybody sees
    their own."""

    queryset = Later(Badge)
    filterset_class = BadgeFilter
    ordering_fields = ("created_at",)
    ordering = ("-created_at",)
    roles = {"create": Role.SUPERVISOR}
    shapes = {"create": BadgeInput, "revoke": Seen}

    def get_queryset(self):
        rows = Badge.objects.select_related("member")
        return rows if self.member.is_at_least(Role.SUPERVISOR) else rows.filter(member=self.member)

    def get_serializer_class(self):
        return BadgeMade if self.action == "create" else BadgeShown

    def may(self, member, verb, obj):
        return access.cares_for(member, obj.member)

    def create(self, request):
        member = self.sent()["member"]
        if not access.cares_for(self.member, member):
            raise PermissionDenied("They belong to another department.")
        badge, self.code = badges.issue(member, by=self.member)
        return self.created(badge)

    def written(self, obj):
        row = super().written(obj)
        row.code = self.code
        return row

    @action(detail=True, methods=["post"])
    def revoke(self, request, pk):
        """End it at once."""
        return self.verb(badges.revoke)
