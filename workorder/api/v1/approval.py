"""Approval: the trail of an order, and the organization's policy."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from tenants.api.v1.fields import Moment
from tenants.api.v1.viewsets import Seen, TenantViewSet
from tenants.states import Role
from workorder.actions import approval_policy
from workorder.models import ApprovalPolicy
from workorder.states import Decision, Priority


class Approval(serializers.Serializer):
    """A decision of a round and level, or the wait for it: then `decision` is empty."""

    id = serializers.UUIDField()
    round = serializers.IntegerField()
    level = serializers.IntegerField()
    decision = serializers.ChoiceField(Decision.choices, allow_blank=True)
    decided_by = serializers.UUIDField(source="decided_by_id", allow_null=True)
    on_behalf_of = serializers.UUIDField(source="on_behalf_of_id", allow_null=True)
    decided_at = Moment(allow_null=True)
    comment = serializers.CharField()
    waiting_since = Moment(source="created_at")
    overdue_at = Moment(allow_null=True)


class Policy(serializers.Serializer):
    second_level_budget = serializers.DecimalField(max_digits=14, decimal_places=2, allow_null=True)
    second_level_priority = serializers.ChoiceField(Priority.choices, allow_blank=True)
    overdue_hours = serializers.IntegerField()
    version = serializers.IntegerField()


class PolicyInput(Seen):
    """Two levels from this budget on, or from this priority on; null and the empty word mean never."""

    second_level_budget = serializers.DecimalField(
        max_digits=14, decimal_places=2, min_value=0, required=False, allow_null=True
    )
    second_level_priority = serializers.ChoiceField(Priority.choices, required=False, allow_blank=True)
    overdue_hours = serializers.IntegerField(required=False, min_value=0, max_value=approval_policy.MAX_HOURS)


class ApprovalPolicyViewSet(TenantViewSet):
    pagination_class = None
    filter_backends = []
    serializer_class = Policy
    roles = {"partial_update": Role.ADMIN}
    shapes = {"partial_update": PolicyInput}

    @extend_schema(operation_id="approval_policy_retrieve")
    def show(self, request):
        """When orders need a second level of approval, and how long a decision may take."""
        return Response(Policy(ApprovalPolicy.objects.current()).data)

    @extend_schema(operation_id="approval_policy_partial_update")
    def partial_update(self, request):
        """Change it, for orders submitted from now on."""
        return Response(Policy(approval_policy.edit(by=self.member, **self.sent(partial=True))).data)
