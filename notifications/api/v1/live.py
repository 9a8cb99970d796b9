"""How the socket is spoken. It is no secret, and programs are made from it before they have a token."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.response import Response
from rest_framework.views import APIView

from notifications import hub


class LiveSchema(APIView):
    authentication_classes = []
    permission_classes = [AllowAny]

    @extend_schema(operation_id="live_schema_retrieve", responses=OpenApiTypes.OBJECT)
    def get(self, request):
        """JSON Schema (2020-12) of the frames of `/ws/`: `$defs.server` is said by it, `$defs.client` to it."""
        return Response(hub.schema())
