"""How much one member may have, and how the organization gives out work."""

from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from dispatch import problems, queries
from dispatch.actions import capacity, policy
from dispatch.api.v1.members import OfMember
from dispatch.models import Capacity
from tenants.access import Later, TenantRelatedField
from tenants.api.v1.fields import Minutes
from tenants.api.v1.filters import Related
from tenants.api.v1.viewsets import Seen, TenantViewSet
from tenants.models import Member
from tenants.states import Role


def _number(name, **options):
    least, most = problems.POLICY_BOUNDS[name]
    return serializers.IntegerField(required=False, min_value=least, max_value=most, **options)


class CapacityShown(serializers.Serializer):
    """`open_minutes` null: as much as the organization's policy says."""

    id = serializers.UUIDField()
    member = serializers.UUIDField(source="member_id")
    open_minutes = Minutes(max_digits=10, allow_null=True)
    running_tasks = serializers.IntegerField()
    version = serializers.IntegerField()


class CapacityInput(Seen):
    open_minutes = Minutes(
        max_digits=10, required=False, allow_null=True, min_value=0, max_value=problems.MAX_OPEN_MINUTES
    )
    running_tasks = serializers.IntegerField(required=False, min_value=1, max_value=problems.MAX_RUNNING)


class NewCapacity(CapacityInput):
    member = TenantRelatedField(to=Member)


class CapacityFilter(filters.FilterSet):
    member = Related(to=Member)


class CapacityViewSet(OfMember):
    """What differs from the organization's rule; whoever has no capacity of their own may have as much as all."""

    queryset = Later(Capacity)
    serializer_class = CapacityShown
    filterset_class = CapacityFilter
    ordering_fields = ("created_at", "open_minutes")
    ordering = ("created_at",)
    shapes = {"create": NewCapacity, "partial_update": CapacityInput}
    make, alter = staticmethod(capacity.create), staticmethod(capacity.edit)


class DispatchPolicyShown(serializers.Serializer):
    time_clock = serializers.BooleanField()
    open_minutes = Minutes(max_digits=10)
    plan_days = serializers.IntegerField()
    undo_minutes = serializers.IntegerField()
    approval_from = serializers.IntegerField(allow_null=True)
    move_penalty = serializers.IntegerField()
    version = serializers.IntegerField()


class DispatchPolicyInput(Seen):
    time_clock = serializers.BooleanField(required=False, help_text="Only who is clocked in is given work unasked.")
    open_minutes = Minutes(
        max_digits=10,
        required=False,
        min_value=1,
        max_value=problems.MAX_OPEN_MINUTES,
        help_text="Open work one member may have, where nothing else is said of them.",
    )
    plan_days = _number("plan_days", help_text="How far a plan looks ahead.")
    undo_minutes = _number("undo_minutes", help_text="How long a published plan can be undone. 0: never.")
    approval_from = _number(
        "approval_from",
        allow_null=True,
        help_text="A plan that moves this many tasks needs somebody else's approval. Null: none does.",
    )
    move_penalty = _number(
        "move_penalty", help_text="What giving published work to somebody else has to gain, in minutes of lateness."
    )


class DispatchPolicyViewSet(TenantViewSet):
    pagination_class = None
    filter_backends = []
    serializer_class = DispatchPolicyShown
    roles = {"partial_update": Role.ADMIN}
    shapes = {"partial_update": DispatchPolicyInput}

    @extend_schema(operation_id="dispatch_policy_retrieve")
    def show(self, request):
        """How work is given out here."""
        return Response(DispatchPolicyShown(queries.policy()).data)

    @extend_schema(operation_id="dispatch_policy_partial_update")
    def partial_update(self, request):
        """Change it, for what is decided from now on."""
        return Response(DispatchPolicyShown(policy.edit(by=self.member, **self.sent(partial=True))).data)
