"""Signing in, who I am, the people and departments of the organization, and its history."""

from django.contrib.auth import authenticate
from django.core.validators import RegexValidator
from django.db.models import F
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import permissions, status
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.response import Response
from rest_framework.views import APIView

from tenants import context
from tenants.access import Later, SignInThrottle
from tenants.actions import departments, members, tokens
from tenants.api.v1 import serializers
from tenants.api.v1.errors import Unauthorized
from tenants.api.v1.filters import Filters, Moment, Related, YesNo
from tenants.api.v1.history import Event as EventShown
from tenants.api.v1.history import Remembered
from tenants.api.v1.parsers import Json
from tenants.api.v1.renderers import AsItIs
from tenants.api.v1.schema import Schema
from tenants.api.v1.viewsets import Seen, TenantViewSet
from tenants.models import ApiToken, Department, Event, Member
from tenants.models.organizations import role_rank
from tenants.pages.export import exported
from tenants.queries import memberships_of
from tenants.states import Role
from tenants.words import kinds

BAD_REFRESH = "The refresh token is invalid, expired, used or revoked. Sign in again."


class Public(APIView):
    """For those who are about to say who they are."""

    schema = Schema()
    authentication_classes = []
    permission_classes = [permissions.AllowAny]
    parser_classes = [Json]
    metadata_class = None
    shape = None

    def sent(self, shape):
        body = shape(data=self.request.data)
        body.is_valid(raise_exception=True)
        return body.validated_data

    def finalize_response(self, request, response, *args, **kwargs):
        response = super().finalize_response(request, response, *args, **kwargs)
        response.headers["Cache-Control"] = "no-store"
        return response


class SignIn(Public):
    throttle_classes = [SignInThrottle]

    @extend_schema(request=serializers.SignIn, responses=serializers.Pair, operation_id="auth_token")
    def post(self, request):
        """Trade e-mail and password for a short access token and a refresh token."""
        user = authenticate(request._request, **self.sent(serializers.SignIn))
        if user is None:
            raise Unauthorized
        return Response(tokens.pair_for(user))


class Refresh(Public):
    @extend_schema(request=serializers.Refresh, responses=serializers.Pair, operation_id="auth_token_refresh")
    def post(self, request):
        """Trade a refresh token for the next pair. One used twice ends every token that came from it."""
        try:
            return Response(tokens.refresh(self.sent(serializers.Refresh)["refresh"]))
        except tokens.BadToken as error:
            raise Unauthorized(BAD_REFRESH, "bad_token") from error


class Revoke(Public):
    @extend_schema(request=serializers.Refresh, responses={204: None}, operation_id="auth_token_revoke")
    def post(self, request):
        """End a refresh token and all that came from the same sign-in. Unknown ones are answered alike."""
        tokens.revoke(self.sent(serializers.Refresh)["refresh"])
        return Response(status=status.HTTP_204_NO_CONTENT)


class MeViewSet(TenantViewSet):
    pagination_class = None
    filter_backends = []
    serializer_class = serializers.Me

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


class MemberFilter(filters.FilterSet):
    role = filters.MultipleChoiceFilter(choices=Role.choices)
    department = Related(to=Department)
    active = YesNo()


class MemberViewSet(Remembered):
    """The people of the organization."""

    queryset = Later(Member)
    serializer_class = serializers.Member
    filterset_class = MemberFilter
    search_fields = ["user__name", "user__email"]
    ordering_fields = {"created_at": F("created_at"), "name": F("user__name"), "role": role_rank()}
    shapes = {"create": serializers.MemberInput, "partial_update": serializers.MemberEdit}
    roles = {"create": Role.ADMIN}

    def get_queryset(self):
        return Member.objects.select_related("user")

    def create(self, request):
        """Let somebody in, by the address they sign in with."""
        sent = self.sent()
        sent.pop("seen", None)
        return self.created(members.add(by=self.member, **sent))

    def partial_update(self, request, pk):
        """Change role, department, or whether they may come in. Sent away, they lose their API tokens for good."""
        member = self.thing()
        members.edit(member, by=self.member, **self.sent(partial=True))
        return self.changed(member)


class TokenFilter(filters.FilterSet):
    member = Related(to=Member)
    active = YesNo(field_name="revoked_at", lookup_expr="isnull", label="Not revoked.")


class TokenViewSet(Remembered):
    """Long-lived keys of programs: one's own; an admin sees and revokes all."""

    queryset = Later(ApiToken)
    serializer_class = serializers.Token
    filterset_class = TokenFilter
    search_fields = ["name"]
    ordering_fields = ("created_at", "name", "expires_at")
    shapes = {"create": serializers.TokenInput, "revoke": Seen}

    def get_queryset(self):
        found = ApiToken.objects.all()
        return found if self.member.is_at_least(Role.ADMIN) else found.filter(member=self.member)

    def may(self, member, verb, obj):
        return True  # what somebody may not revoke they do not see

    @extend_schema(responses={201: serializers.TokenMade})
    def create(self, request):
        """Make a token of one's own. Its secret is in this answer and nowhere else."""
        if request._request.caller.token is not None:
            raise PermissionDenied("A token makes no tokens, or revoking one would not end what was done with it.")
        sent = self.sent()
        sent.pop("seen", None)
        sent["scopes"] = sorted(sent.get("scopes", ()))
        token, secret = tokens.make_api_token(member=self.member, by=self.member, **sent)
        answer = self.created(token)
        answer.data["secret"] = secret
        return answer

    @action(detail=True, methods=["post"], filter_backends=[], pagination_class=None)
    def revoke(self, request, pk):
        """End it at once and for good."""
        return self.verb(tokens.revoke_api_token)


class DepartmentFilter(filters.FilterSet):
    parent = Related(to=Department)


class DepartmentViewSet(Remembered):
    """Where work is done."""

    queryset = Later(Department)
    serializer_class = serializers.Department
    filterset_class = DepartmentFilter
    search_fields = ["code", "name"]
    ordering_fields = ("code", "name")
    ordering = ("code",)
    shapes = {"create": serializers.DepartmentInput, "partial_update": serializers.DepartmentInput}
    roles = {"create": Role.ADMIN}

    def create(self, request):
        sent = self.sent()
        sent.pop("seen", None)
        return self.created(departments.create(by=self.member, **sent))

    def partial_update(self, request, pk):
        department = self.thing()
        departments.edit(department, by=self.member, **self.sent(partial=True))
        return self.changed(department)

    def destroy(self, request, pk):
        """Take away one that nothing refers to."""
        departments.remove(self.thing(), by=self.member)
        return Response(status=status.HTTP_204_NO_CONTENT)


class EventFilter(filters.FilterSet):
    kind = filters.MultipleChoiceFilter(choices=lambda: [(kind, kind) for kind in kinds()])
    subject_type = filters.CharFilter(validators=[RegexValidator(r"^[a-z_]{1,30}$", "A noun in small letters.")])
    subject = filters.UUIDFilter(field_name="subject_id")
    actor = Related(to=Member)
    via = filters.MultipleChoiceFilter(choices=[(way, way) for way in context.WAYS])
    occurred_after = Moment(field_name="occurred_at", lookup_expr="gte")
    occurred_before = Moment(field_name="occurred_at", lookup_expr="lt")


class EventViewSet(TenantViewSet):
    """What happened, newest first. Nothing here ever changes."""

    queryset = Later(Event)
    serializer_class = EventShown
    filterset_class = EventFilter
    ordering_fields = ("occurred_at",)
    ordering = ("-occurred_at",)


class EventExportViewSet(TenantViewSet):
    """The ledger to take along."""

    queryset = Later(Event)
    filterset_class = EventFilter
    filter_backends = [Filters]
    content_negotiation_class = AsItIs
    roles = {"export": Role.SUPERVISOR}

    @extend_schema(operation_id="events_export", responses={(200, "text/csv"): OpenApiTypes.STR})
    def export(self, request):
        """Everything that passes the filters, the newest first, as CSV; times are the organization's own."""
        return exported(request._request, self.filter_queryset(self.get_queryset()))
