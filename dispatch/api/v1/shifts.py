"""Shifts, and who works which."""

import re

from django.db.models import Q
from django_filters import rest_framework as filters
from rest_framework import serializers, status
from rest_framework.response import Response

from dispatch.actions import shifts
from dispatch.api.v1.members import OfMember
from dispatch.models import MemberShift, Shift
from tenants.access import Later, TenantRelatedField
from tenants.api.v1.filters import Related, YesNo
from tenants.api.v1.history import Remembered
from tenants.api.v1.viewsets import Seen
from tenants.models import Department, Member
from tenants.states import Role

OFFSET = re.compile(r"[Zz+-]")


class WallTime(serializers.TimeField):
    """A time of day on the organization's wall, which is why it has no offset."""

    def to_internal_value(self, value):
        time = super().to_internal_value(value)
        if isinstance(value, str) and OFFSET.search(value):
            self.fail("invalid", format="hh:mm[:ss], without an offset")
        return time


class ShiftShown(serializers.Serializer):
    """Times on the organization's wall. One that does not end later than it starts ends on the next day."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    monday = serializers.BooleanField()
    tuesday = serializers.BooleanField()
    wednesday = serializers.BooleanField()
    thursday = serializers.BooleanField()
    friday = serializers.BooleanField()
    saturday = serializers.BooleanField()
    sunday = serializers.BooleanField()
    starts = serializers.TimeField()
    ends = serializers.TimeField()
    active = serializers.BooleanField()
    version = serializers.IntegerField()


class ShiftInput(Seen):
    """Monday to Friday where no day is named. The same time as `starts` and `ends` is a whole day."""

    name = serializers.CharField(max_length=80)
    starts = WallTime()
    ends = WallTime()
    monday = serializers.BooleanField(required=False)
    tuesday = serializers.BooleanField(required=False)
    wednesday = serializers.BooleanField(required=False)
    thursday = serializers.BooleanField(required=False)
    friday = serializers.BooleanField(required=False)
    saturday = serializers.BooleanField(required=False)
    sunday = serializers.BooleanField(required=False)
    active = serializers.BooleanField(required=False)


class ShiftFilter(filters.FilterSet):
    active = YesNo()


class ShiftViewSet(Remembered):
    """Weekly patterns of work. Everybody reads, planners write."""

    queryset = Later(Shift)
    serializer_class = ShiftShown
    filterset_class = ShiftFilter
    search_fields = ["name"]
    ordering_fields = ("starts", "name")
    ordering = ("starts", "name")
    roles = {"create": Role.PLANNER}
    editor = Role.PLANNER
    shapes = {"create": ShiftInput, "partial_update": ShiftInput}

    def create(self, request):
        sent = self.sent()
        sent.pop("seen", None)
        return self.created(shifts.create(by=self.member, **sent))

    def partial_update(self, request, pk):
        shift = self.thing()
        shifts.edit(shift, by=self.member, **self.sent(partial=True))
        return self.changed(shift)

    def destroy(self, request, pk):
        shifts.remove(self.thing(), by=self.member)
        return Response(status=status.HTTP_204_NO_CONTENT)


class MemberShiftShown(serializers.Serializer):
    """`since` and `until` are the first and the last day, both worked; null: for good."""

    id = serializers.UUIDField()
    member = serializers.UUIDField(source="member_id")
    shift = serializers.UUIDField(source="shift_id")
    since = serializers.DateField()
    until = serializers.DateField(allow_null=True)
    version = serializers.IntegerField()


class DaysInput(Seen):
    since = serializers.DateField()
    until = serializers.DateField(required=False, allow_null=True)


class WorkInput(DaysInput):
    member = TenantRelatedField(to=Member)
    shift = TenantRelatedField(to=Shift)


class MemberShiftFilter(filters.FilterSet):
    member = Related(to=Member)
    shift = Related(to=Shift)
    department = Related(to=Department, field_name="member__department")
    on = filters.DateFilter(method="that_count_on", label="In force on that day.")

    def that_count_on(self, rows, name, day):
        return rows.filter(Q(until=None) | Q(until__gte=day), since__lte=day)


class MemberShiftViewSet(OfMember):
    """Who works which shift, and in which time. Nobody works two at once."""

    queryset = Later(MemberShift)
    serializer_class = MemberShiftShown
    filterset_class = MemberShiftFilter
    ordering_fields = ("since", "until")
    ordering = ("since",)
    shapes = {"create": WorkInput, "partial_update": DaysInput}
    make, alter = staticmethod(shifts.assign), staticmethod(shifts.change_days)

    def destroy(self, request, pk):
        """Today is their last day on it; what has not begun yet goes without a trace."""
        shifts.end(self.thing(), by=self.member)
        return Response(status=status.HTTP_204_NO_CONTENT)
