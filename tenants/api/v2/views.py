"""Who is calling."""

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from tenants.api.v2 import serializers
from tenants.api.v2.viewsets import TenantViewSet
from tenants.queries import memberships_of


class MeViewSet(TenantViewSet):
    serializer_class = serializers.Me
    pagination_class = None
    filter_backends = []

    @extend_schema(operation_id="me_retrieve")
    def me(self, request):
        """Who is calling, in which organization and role, and where else they may go."""
        member = self.member
        found = {
            "user": member.user,
            "member": member,
            "role": member.role,
            "organization": member.organization,
            "memberships": memberships_of(member.user_id),
        }
        return Response(serializers.Me(found).data)
