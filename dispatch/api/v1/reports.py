"""Figures about people: who has how much to do on which day, and how evenly it was shared out."""

import datetime

from django.core.exceptions import PermissionDenied
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from dispatch import queries
from dispatch.access import may_compare
from dispatch.api.v1 import serializers as shapes
from dispatch.queries.fairness import fairness
from dispatch.queries.workloads import FURTHEST, MOST_DAYS, day_values, load_by_day, today
from tenants.access import TenantRelatedField
from tenants.api.v1.fields import Minutes
from tenants.api.v1.viewsets import TenantViewSet
from tenants.models import Department
from tenants.states import Role

FIRST_DAY = datetime.date(2000, 1, 1)
USUAL = datetime.timedelta(days=27)  # beside the last day: four weeks


class Days(serializers.Serializer):
    """`from` and `to` are days on the organization's wall, both included; one is not named without the other."""

    department = TenantRelatedField(to=Department, required=False)

    def get_fields(self):
        days = {"from": serializers.DateField(required=False), "to": serializers.DateField(required=False)}
        return days | super().get_fields()

    def validate(self, asked):
        found, furthest = {}, today() + FURTHEST
        if "from" in asked and "to" not in asked:
            found["to"] = ["Name both days, or neither."]
        if "to" in asked and "from" not in asked:
            found["from"] = ["Name both days, or neither."]
        for name in ("from", "to"):
            if name in asked and not FIRST_DAY <= asked[name] <= furthest:
                found[name] = [f"Name a day between {FIRST_DAY} and {furthest}."]
        if not found and "from" in asked and asked["to"] < asked["from"]:
            found["to"] = ["This is before the first day."]
        elif not found and "from" in asked and (asked["to"] - asked["from"]).days >= MOST_DAYS:
            found["to"] = [f"At most {MOST_DAYS} days at once."]
        if found:
            raise serializers.ValidationError(found)
        return asked


class DayLoad(serializers.Serializer):
    """`planned_minutes` lie in slots of a plan; `promised_minutes` were laid into free time by due date."""

    date = serializers.DateField()
    planned_minutes = Minutes()
    promised_minutes = Minutes()
    capacity_minutes = Minutes()
    overloaded = serializers.BooleanField()


class MemberLoad(shapes.MemberLoad):
    """`days` only where days were asked for."""

    days = DayLoad(many=True, required=False)


class DepartmentLoad(shapes.DepartmentLoad):
    members = MemberLoad(many=True)


class Load(serializers.Serializer):
    departments = DepartmentLoad(many=True)


class RuleCount(serializers.Serializer):
    rule = serializers.CharField()
    tasks = serializers.IntegerField()


class MemberShare(serializers.Serializer):
    """What somebody was given and did. `late_minutes` were past due when given.

    `share_percent` is of what the department was given.
    """

    member = serializers.UUIDField(source="member.pk")
    name = serializers.CharField(source="member.name")
    department = serializers.UUIDField(source="member.department_id")
    assigned_minutes = Minutes(source="assigned")
    worked_minutes = Minutes(source="worked")
    night_minutes = Minutes(source="night")
    late_minutes = Minutes(source="late")
    share_percent = serializers.FloatField(source="percent")
    offers = serializers.IntegerField()
    declined = serializers.IntegerField()
    by_rule = serializers.SerializerMethodField()

    @extend_schema(responses=RuleCount(many=True))
    def get_by_rule(self, share) -> list[dict]:
        return [{"rule": name, "tasks": count} for name, count in sorted(share.by_rule.items())]


class RuleShare(serializers.Serializer):
    rule = serializers.CharField(source="name")
    tasks = serializers.IntegerField()
    people = serializers.IntegerField()
    least = serializers.IntegerField()
    most = serializers.IntegerField()
    imbalance = serializers.FloatField(source="gini")


class Imbalance(serializers.Serializer):
    """Gini coefficients: 0 where everybody has the same, towards 1 where one has it all."""

    assigned = serializers.FloatField(source="assigned_gini")
    night = serializers.FloatField(source="night_gini")
    late = serializers.FloatField(source="late_gini")


class Fairness(serializers.Serializer):
    members = MemberShare(many=True)
    rules = RuleShare(many=True)
    imbalance = Imbalance()

    def get_fields(self):
        return {"from": serializers.DateField(), "to": serializers.DateField()} | super().get_fields()


class ReportViewSet(TenantViewSet):
    filter_backends = []
    pagination_class = None
    roles = {"fairness": Role.SUPERVISOR}

    @extend_schema(parameters=[Days], responses=Load, operation_id="dispatch_load")
    def load(self, request):
        """Who carries how much, and what waits for anybody; with `from` and `to` also by day, against the hours."""
        asked = self._asked(request)
        departments = queries.load_by_department()
        if only := asked.get("department"):
            departments = [row for row in departments if row["department"] == only]
        if "from" in asked:
            places = [row["department"] for row in departments]
            loads = load_by_day(places, asked["from"], asked["to"])
            by_member = {load.member.pk: load for rows in loads.values() for load in rows}
            for row in departments:
                for person in row["members"]:
                    person["days"] = day_values(by_member[person["member"].pk])
        return Response(Load({"departments": departments}).data)

    @extend_schema(parameters=[Days], responses=Fairness, operation_id="dispatch_fairness")
    def fairness(self, request):
        """How evenly work was given, by member and by rule: of the last four weeks, unless days are named."""
        asked = self._asked(request)
        places = [asked["department"]] if "department" in asked else list(Department.objects.order_by("code"))
        if "department" not in asked and not self.member.is_at_least(Role.PLANNER):
            places = [place for place in places if place.pk == self.member.department_id]
        if not all(may_compare(self.member, place) for place in places):
            raise PermissionDenied("A supervisor compares the people of the own department.")
        last = asked.get("to") or today()
        first = asked.get("from") or last - USUAL
        found = fairness(places, first, last)
        said = {"from": first, "to": last, "members": found.shares, "rules": found.rules, "imbalance": found}
        return Response(Fairness(said).data)

    def _asked(self, request):
        asked = Days(data=request.query_params, context=self.get_serializer_context())
        asked.is_valid(raise_exception=True)
        return asked.validated_data
