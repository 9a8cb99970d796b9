"""Who decides in whose place, and for how long."""

from django.db.models import Q
from django_filters import rest_framework as filters
from rest_framework import serializers, status
from rest_framework.exceptions import PermissionDenied
from rest_framework.response import Response

from tenants import context
from tenants.access import Later, TenantRelatedField
from tenants.actions import deputies
from tenants.api.v1.fields import Moment
from tenants.api.v1.filters import Related, YesNo
from tenants.api.v1.history import Remembered
from tenants.api.v1.viewsets import Seen
from tenants.models import Deputy, Member
from tenants.problems import DECIDES
from tenants.states import Role


class DeputyShown(serializers.Serializer):
    id = serializers.UUIDField()
    member = serializers.UUIDField(source="member_id")
    deputy = serializers.UUIDField(source="deputy_id")
    starts_at = Moment()
    ends_at = Moment()
    version = serializers.IntegerField()


class Time(Seen):
    starts_at = Moment(required=False)
    ends_at = Moment(required=False)


class Naming(Seen):
    """Without a `member` it is the caller who names a deputy; without `starts_at` it begins at once."""

    member = TenantRelatedField(to=Member, required=False)
    deputy = TenantRelatedField(to=Member)
    starts_at = Moment(required=False)
    ends_at = Moment()


class DeputyFilter(filters.FilterSet):
    member = Related(to=Member)
    deputy = Related(to=Member)
    in_force = YesNo(method="that_count_now", label="Counts now.")

    def that_count_now(self, rows, name, wanted):
        moment = context.now()
        now = Q(starts_at__lte=moment, ends_at__gt=moment)
        return rows.filter(now) if wanted else rows.exclude(now)


class DeputyViewSet(Remembered):
    """Everybody sees who stands in for whom; one names one's own, admins anybody's."""

    queryset = Later(Deputy)
    serializer_class = DeputyShown
    filterset_class = DeputyFilter
    ordering_fields = ("starts_at", "ends_at")
    ordering = ("-starts_at",)
    roles = {"create": DECIDES}
    shapes = {"create": Naming, "partial_update": Time}

    def may(self, member, verb, obj):
        return obj.member_id == member.pk or member.is_at_least(Role.ADMIN)

    def create(self, request):
        sent = self.sent()
        sent.pop("seen", None)
        member = sent.pop("member", self.member)
        if member.pk != self.member.pk and not self.member.is_at_least(Role.ADMIN):
            raise PermissionDenied("Only an admin names a deputy for somebody else.")
        return self.created(deputies.name(by=self.member, member=member, **sent))

    def partial_update(self, request, pk):
        row = self.thing()
        deputies.edit(row, by=self.member, **self.sent(partial=True))
        return self.changed(row)

    def destroy(self, request, pk):
        deputies.end(self.thing(), by=self.member)
        return Response(status=status.HTTP_204_NO_CONTENT)
