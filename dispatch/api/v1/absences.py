"""Being away: asked for, granted or refused, taken back."""

from django_filters import rest_framework as filters
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied

from dispatch import access
from dispatch.actions import absences
from dispatch.models import Absence
from dispatch.states import AbsenceKind, AbsenceStatus
from tenants.access import Later, TenantRelatedField
from tenants.api.v1.fields import AllowedActions, Moment, Text, Words, ZonedMoment
from tenants.api.v1.filters import Moment as MomentFilter
from tenants.api.v1.filters import Related
from tenants.api.v1.history import Remembered
from tenants.api.v1.viewsets import Seen
from tenants.models import Department, Member
from tenants.states import Role


class AbsenceShown(serializers.Serializer):
    id = serializers.UUIDField()
    member = serializers.UUIDField(source="member_id")
    kind = serializers.ChoiceField(choices=AbsenceKind.choices)
    starts_at = Moment()
    ends_at = Moment()
    note = serializers.CharField()
    status = serializers.ChoiceField(choices=AbsenceStatus.choices)
    decided_by = serializers.UUIDField(source="decided_by_id", allow_null=True)
    decided_at = Moment(allow_null=True)
    answer = serializers.CharField()
    version = serializers.IntegerField()
    allowed_actions = AllowedActions()


class AbsenceInput(Seen):
    """Without a `member` it is the caller who asks. Half a day is simply shorter; moments need their time zone."""

    member = TenantRelatedField(to=Member, required=False)
    kind = serializers.ChoiceField(choices=AbsenceKind.choices, required=False)
    starts_at = ZonedMoment()
    ends_at = ZonedMoment()
    note = Text()


class Answer(Seen):
    comment = Text()


class NeededAnswer(Seen):
    comment = Words()


class CancelReason(Seen):
    reason = Text()


class AbsenceFilter(filters.FilterSet):
    member = Related(to=Member)
    department = Related(to=Department, field_name="member__department")
    status = filters.MultipleChoiceFilter(choices=AbsenceStatus.choices)
    kind = filters.MultipleChoiceFilter(choices=AbsenceKind.choices)
    ending_after = MomentFilter(field_name="ends_at", lookup_expr="gt")
    starting_before = MomentFilter(field_name="starts_at", lookup_expr="lt")


class AbsenceViewSet(Remembered):
    """Everybody sees and asks for their own. Whoever leads people sees all, and answers for those they care for."""

    queryset = Later(Absence)
    serializer_class = AbsenceShown
    filterset_class = AbsenceFilter
    ordering_fields = ("starts_at", "ends_at", "created_at")
    ordering = ("-starts_at",)
    shapes = {"create": AbsenceInput, "approve": Answer, "reject": NeededAnswer, "cancel": CancelReason}

    def get_queryset(self):
        rows = Absence.objects.select_related("member")
        return rows if self.member.is_at_least(Role.SUPERVISOR) else rows.filter(member=self.member)

    def may(self, member, verb, obj):
        return access.may_absence(member, verb, obj)

    def verbs(self, member, row):
        return access.absence_verbs(member, row)

    def create(self, request):
        sent = self.sent()
        sent.pop("seen", None)
        member = sent.pop("member", self.member)
        if member.pk != self.member.pk and not access.cares_for(self.member, member):
            raise PermissionDenied("They belong to another department.")
        return self.created(absences.request(member, by=self.member, **sent))

    @action(detail=True, methods=["post"])
    def approve(self, request, pk):
        """Grant it. What they have not begun goes to others when it begins."""
        return self.verb(absences.approve)

    @action(detail=True, methods=["post"])
    def reject(self, request, pk):
        """Refuse it, and say why."""
        return self.verb(absences.reject)

    @action(detail=True, methods=["post"])
    def cancel(self, request, pk):
        """Take it back."""
        return self.verb(absences.cancel)
