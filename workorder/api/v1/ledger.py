"""The ledger of the floor: what was reported, when work stood still, and the reasons there are for either."""

from django.db.models import F
from django_filters import rest_framework as filters
from rest_framework import serializers
from rest_framework.decorators import action

from tenants.access import Later
from tenants.api.v1.fields import AllowedActions, Minutes, Moment, Quantity, Text
from tenants.api.v1.filters import Moment as MomentFilter
from tenants.api.v1.filters import Related, YesNo
from tenants.api.v1.viewsets import Seen, TenantViewSet
from tenants.models import Department, Member
from workorder import access, models
from workorder.actions import tasks
from workorder.api.v1.catalogue import ActiveFilter, CatalogueViewSet, Coded
from workorder.states import ReasonKind


class TaskReport(serializers.Serializer):
    """Amounts are negative where a report takes another one back: that one is named in `reverses`."""

    id = serializers.UUIDField()
    task = serializers.UUIDField(source="task_id")
    member = serializers.UUIDField(source="member_id")
    good = Quantity()
    defect = Quantity()
    rework = Quantity()
    minutes = Minutes()
    reason = serializers.UUIDField(source="reason_id", allow_null=True)
    note = serializers.CharField()
    reverses = serializers.UUIDField(source="reverses_id", allow_null=True)
    taken_back_by = serializers.UUIDField(allow_null=True)
    client_id = serializers.UUIDField(allow_null=True)
    created_at = Moment()
    allowed_actions = AllowedActions()


class Downtime(serializers.Serializer):
    """`minutes` is null while it lasts."""

    id = serializers.UUIDField()
    task = serializers.UUIDField(source="task_id")
    member = serializers.UUIDField(source="member_id", allow_null=True)
    reason = serializers.UUIDField(source="reason_id", allow_null=True)
    planned = serializers.BooleanField()
    note = serializers.CharField()
    started_at = Moment()
    ended_at = Moment(allow_null=True)
    minutes = serializers.DecimalField(max_digits=12, decimal_places=2, allow_null=True, source="length_minutes")


class ReasonCode(serializers.Serializer):
    id = serializers.UUIDField()
    kind = serializers.ChoiceField(ReasonKind.choices)
    code = serializers.CharField()
    name = serializers.CharField()
    planned = serializers.BooleanField()
    active = serializers.BooleanField()
    version = serializers.IntegerField()


class TakingBack(Seen):
    """`version` is the one of the task."""

    note = Text()


class ReasonCodeEdit(Coded):
    planned = serializers.BooleanField(required=False)


class ReasonCodeInput(ReasonCodeEdit):
    """What it explains is said once: reports and downtimes stand under it."""

    kind = serializers.ChoiceField(ReasonKind.choices)


def shown_reports(rows):
    """With what each report needs to be shown, and to say what may be done about it."""
    return rows.select_related("task").annotate(taken_back_by=F("reversal__pk"))


class TaskReportFilter(filters.FilterSet):
    task = Related(to=models.WorkOrderTask)
    member = Related(to=Member)
    work_order = Related(to=models.WorkOrder, field_name="task__work_order")
    reason = Related(to=models.ReasonCode)
    created_after = MomentFilter(field_name="created_at", lookup_expr="gte")
    created_before = MomentFilter(field_name="created_at", lookup_expr="lt")


class TaskReportViewSet(TenantViewSet):
    """What was made, report by report. Nothing here is edited: a wrong report is taken back, and both rows stay."""

    queryset = Later(models.TaskReport)
    serializer_class = TaskReport
    filterset_class = TaskReportFilter
    search_fields = ["note", "task__title"]
    ordering = ("-created_at",)
    shapes = {"take_back": TakingBack}

    def get_queryset(self):
        return shown_reports(models.TaskReport.objects.all())

    def may(self, member, verb, obj):
        return access.may(member, verb, obj)

    def allowed_actions(self, rows):
        return allowed_on_reports(self.member, rows)

    @action(detail=True, methods=["post"], url_path="take-back", filter_backends=[], pagination_class=None)
    def take_back(self, request, pk):
        """Undo it by a report with its amounts negated, as long as the task is open. Answers the report."""
        return self.verb(tasks.take_back)


def allowed_on_reports(member, rows):
    """Dict[report id -> verbs], from rows as `shown_reports` answers them."""
    return {row.pk: ["take_back"] if _may_be_taken_back(member, row) else [] for row in rows}


def _may_be_taken_back(member, report):
    is_standing = report.reverses_id is None and report.taken_back_by is None
    return is_standing and report.task.is_open and access.may(member, "take_back", report)


class DowntimeFilter(filters.FilterSet):
    task = Related(to=models.WorkOrderTask)
    work_order = Related(to=models.WorkOrder, field_name="task__work_order")
    department = Related(to=Department, field_name="task__assigned_department")
    member = Related(to=Member)
    reason = Related(to=models.ReasonCode)
    planned = YesNo(method="that_are_planned", label="Foreseen, such as a break; what has no reason is not.")
    running = YesNo(field_name="ended_at", lookup_expr="isnull")
    started_after = MomentFilter(field_name="started_at", lookup_expr="gte")
    started_before = MomentFilter(field_name="started_at", lookup_expr="lt")

    def that_are_planned(self, downtimes, name, wanted):
        return downtimes.planned() if wanted else downtimes.unplanned()


class DowntimeViewSet(TenantViewSet):
    """When work stood still, from a pause to its end. Written by `pause` and `resume`."""

    queryset = Later(models.Downtime)
    serializer_class = Downtime
    filterset_class = DowntimeFilter
    search_fields = ["note", "task__title"]
    ordering_fields = ("started_at",)
    ordering = ("-started_at",)

    def get_queryset(self):
        return models.Downtime.objects.select_related("reason")


class ReasonCodeFilter(ActiveFilter):
    kind = filters.ChoiceFilter(choices=ReasonKind.choices)
    planned = YesNo()


class ReasonCodeViewSet(CatalogueViewSet):
    """Why pieces are defect and why work stands still, in the words of the house."""

    queryset = Later(models.ReasonCode)
    serializer_class = ReasonCode
    filterset_class = ReasonCodeFilter
    ordering_fields = ("code", "name", "kind")
    shapes = {"create": ReasonCodeInput, "partial_update": ReasonCodeEdit}
