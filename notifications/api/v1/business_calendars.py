"""The hours in which waiting counts."""

from rest_framework import serializers, status
from rest_framework.response import Response

from dispatch.api.v1.shifts import WallTime
from notifications import access
from notifications.actions import business_calendars
from notifications.models import BusinessCalendar
from tenants.access import Later
from tenants.api.v1.fields import FIRST_YEAR, LAST_YEAR
from tenants.api.v1.history import Remembered
from tenants.api.v1.viewsets import Seen


class HolidayShown(serializers.Serializer):
    date = serializers.DateField()
    name = serializers.CharField()


class BusinessCalendarShown(serializers.Serializer):
    """Times on the organization's wall. Its days off are `holidays`."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    monday = serializers.BooleanField()
    tuesday = serializers.BooleanField()
    wednesday = serializers.BooleanField()
    thursday = serializers.BooleanField()
    friday = serializers.BooleanField()
    saturday = serializers.BooleanField()
    sunday = serializers.BooleanField()
    opens = serializers.TimeField()
    closes = serializers.TimeField()
    holidays = HolidayShown(source="holidays.all", many=True)
    version = serializers.IntegerField()


class HolidayInput(serializers.Serializer):
    date = serializers.DateField()
    name = serializers.CharField(required=False, allow_blank=True, max_length=120)

    def validate_date(self, day):
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            said = f"Name a year between {FIRST_YEAR} and {LAST_YEAR}."
            raise serializers.ValidationError(said, "out_of_range")
        return day


class BusinessCalendarInput(Seen):
    """Monday to Friday from eight to five where nothing is said. `holidays`, sent again, replace all there were."""

    name = serializers.CharField(max_length=120)
    opens = WallTime(required=False)
    closes = WallTime(required=False)
    monday = serializers.BooleanField(required=False)
    tuesday = serializers.BooleanField(required=False)
    wednesday = serializers.BooleanField(required=False)
    thursday = serializers.BooleanField(required=False)
    friday = serializers.BooleanField(required=False)
    saturday = serializers.BooleanField(required=False)
    sunday = serializers.BooleanField(required=False)
    holidays = HolidayInput(many=True, required=False)

    def validate_holidays(self, days):
        found = {day["date"]: day.get("name", "") for day in days if "date" in day}
        if len(found) != len(days):
            raise serializers.ValidationError("Each holiday has a date, and none stands there twice.", "twice")
        return found


class BusinessCalendarViewSet(Remembered):
    """Business hours and their holidays. Everybody reads, planners write."""

    queryset = Later(BusinessCalendar)
    serializer_class = BusinessCalendarShown
    search_fields = ["name"]
    ordering_fields = ("name",)
    ordering = ("name",)
    roles = {"create": access.POLICIES}
    editor = access.POLICIES
    shapes = {"create": BusinessCalendarInput, "partial_update": BusinessCalendarInput}

    def get_queryset(self):
        return BusinessCalendar.objects.prefetch_related("holidays")

    def create(self, request):
        sent = self.sent()
        sent.pop("seen", None)
        return self.created(business_calendars.create(by=self.member, **sent))

    def partial_update(self, request, pk):
        calendar = self.thing()
        business_calendars.edit(calendar, by=self.member, **self.sent(partial=True))
        return self.changed(calendar)

    def destroy(self, request, pk):
        business_calendars.remove(self.thing(), by=self.member)
        return Response(status=status.HTTP_204_NO_CONTENT)
