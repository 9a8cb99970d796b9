"""Who may come in. One door for pages, API and sockets: it finds the user, the organization and the membership."""

import functools
import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.cache import cache
from django.core.cache.backends.locmem import LocMemCache
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import resolve_url
from django.utils.module_loading import import_string
from django_htmx.http import HttpResponseClientRedirect
from redis.exceptions import RedisError
from rest_framework import exceptions, permissions, relations
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.throttling import BaseThrottle

from tenants.actions import tokens
from tenants.models import ApiToken, Member, Organization, User
from tenants.queries import memberships_of, token_with
from tenants.states import Role

SESSION_KEY = "organization"


@dataclass(frozen=True)
class Turned:
    """Somebody who was turned away: the status they get, a stable code, and a sentence."""

    status: int
    code: str
    message: str


BAD_TOKEN = Turned(401, "bad_token", "The token is invalid, expired or revoked. Get a new one.")
NOT_FOUND = Turned(404, "not_found", "Not found.")
TWO_NAMED = Turned(400, "two_organizations", "The host and the header or token name different organizations.")
WHICH_ONE = Turned(400, "organization_required", "You belong to several organizations: name one in X-Organization.")
NOWHERE = Turned(403, "no_organization", "You belong to no organization yet. Ask its admin to add you.")
SUSPENDED = Turned(403, "suspended", "This organization is suspended. Its admin knows why.")
INACTIVE = Turned(403, "inactive", "Your membership of this organization has ended.")
READ_ONLY = Turned(403, "read_only_token", "This token may only read.")


@dataclass(frozen=True)
class Caller:
    """Who is calling: perhaps a user, perhaps a member, perhaps neither, and why if they were turned away."""

    user: User | None = None
    member: Member | None = None
    token: ApiToken | None = None
    turned: Turned | None = None
    by_session: bool = False

    @property
    def organization(self) -> Organization | None:
        return self.member.organization if self.member else None


def organization_in(host: str) -> str:
    """The slug a host names (`acme.example.com`), or an empty string for a bare host."""
    name = host.rsplit(":", 1)[0].lower() if not host.endswith("]") else host
    for base in settings.BASE_DOMAINS:
        if name.endswith(f".{base}"):
            return name.removesuffix(f".{base}")
    return ""


def answer_door(*, host: str, authorization: str, named: str, session_choice: str, user: Any, method: str) -> Caller:
    """Find out who is calling from what a request or a socket shows. Never raises: a refusal is an answer too."""
    by_session = not authorization
    token = None
    if authorization:
        try:
            user, token = _by_secret(authorization)
        except tokens.BadToken:
            return Caller(turned=BAD_TOKEN)
    elif not user.is_authenticated:
        return Caller()
    wanted = {slug for slug in (organization_in(host), named) if slug}
    is_enough = token and wanted <= {token.member.organization.slug}
    memberships = [token.member] if is_enough else memberships_of(user.pk)
    member, turned = _choose(memberships, wanted, token, session_choice)
    if member:
        turned = _barred(member) or (READ_ONLY if token and not token.allows(method) else None)
    return Caller(user, None if turned else member, token, turned, by_session)


def _by_secret(authorization: str) -> tuple[User, ApiToken | None]:
    scheme, _, secret = authorization.partition(" ")
    if scheme.lower() == "bearer":
        return tokens.user_of(secret.strip()), None
    if scheme.lower() != "token" or not secret:
        raise tokens.BadToken
    token = token_with(secret.strip())
    if token is None or not token.is_valid or not token.member.user.is_active:
        raise tokens.BadToken
    return token.member.user, token


def _choose(
    memberships: list[Member], wanted: set[str], token: ApiToken | None, session_choice: str
) -> tuple[Member | None, Turned | None]:
    """Host, header and token name an organization and must agree; the session and "the only one" merely suggest."""
    mine = {member.organization.slug: member for member in memberships}
    if wanted - mine.keys():
        return None, NOT_FOUND
    if token:
        wanted = wanted | {m.organization.slug for m in memberships if m.organization_id == token.organization_id}
    if len(wanted) > 1:
        return None, TWO_NAMED
    if wanted:
        return mine[wanted.pop()], None
    chosen = [member for member in memberships if str(member.organization_id) == session_choice]
    if len(chosen or memberships) == 1:
        return (chosen or memberships)[0], None
    return None, WHICH_ONE if memberships else NOWHERE


def _barred(member: Member) -> Turned | None:
    if member.organization.is_suspended:
        return SUSPENDED
    return None if member.active else INACTIVE


class ClosedDoor(DefaultAccountAdapter):
    """Nobody signs up by themselves: an organization's admin adds its people."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


def members(*, role: Role = Role.VIEWER) -> Callable:
    """Let members of at least `role` see a page. Others sign in, choose an organization, or get 403."""

    def guard(view: Callable) -> Callable:
        @functools.wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if request.member is None:
                return elsewhere(request)
            if not request.member.is_at_least(role):
                raise PermissionDenied(f"This needs the role {role.label.lower()}.")
            return view(request, *args, **kwargs)

        guarded.role = role
        return guarded

    return guard


def elsewhere(request: HttpRequest) -> Any:
    """Where somebody without a membership goes: a part of a page must not be replaced by a sign-in form."""
    if request.caller.user is not None:
        url = resolve_url("tenants:choose")
        return HttpResponseClientRedirect(url) if request.htmx else redirect_to_login(request.get_full_path(), url)
    if request.htmx:
        return HttpResponseClientRedirect(resolve_url(settings.LOGIN_URL))
    return redirect_to_login(request.get_full_path())


class PrincipalAuthentication(BaseAuthentication):
    """Tells REST framework whom the middleware found. Session callers prove with a CSRF token that it is them."""

    def authenticate(self, request):
        caller = request._request.caller
        if caller.turned:
            raise _as_api_error(caller.turned)
        if caller.member is None:
            return None
        if caller.by_session:
            SessionAuthentication().enforce_csrf(request)
        return caller.user, caller

    def authenticate_header(self, request):
        return 'Bearer realm="workfloor"'


def _as_api_error(turned: Turned) -> exceptions.APIException:
    kinds = {
        400: exceptions.ParseError,
        401: exceptions.AuthenticationFailed,
        403: exceptions.PermissionDenied,
        404: exceptions.NotFound,
    }
    return kinds[turned.status](turned.message, turned.code)


class IsMember(permissions.BasePermission):
    """Default deny: no member, no answer. A view may ask for a role per action in `roles`: `{"create": …}`."""

    message = "Your role does not allow this."

    def has_permission(self, request, view):
        member = request._request.member
        if member is None:
            return False
        wanted = getattr(view, "roles", {}).get(getattr(view, "action", None), Role.VIEWER)
        return member.is_at_least(wanted)


class CountedThrottle(BaseThrottle):
    """So many tries in so many seconds, counted by `who` tries; nobody (None) is not counted."""

    scope, limit, seconds = "", 60, 60
    in_process = LocMemCache("tries", {})  # counts while the shared cache is away

    def who(self, request):
        raise NotImplementedError

    def allow_request(self, request, view):
        who = self.who(request)
        if who is None:
            return True
        window = int(time.time()) // self.seconds
        key = f"{self.scope}:{window}:{hashlib.sha256(who.encode()).hexdigest()}"
        try:
            count = self._count(cache, key)
        except (RedisError, OSError):
            count = self._count(self.in_process, key)
        request.rate_limit = {"limit": self.limit, "remaining": max(self.limit - count, 0), "reset": self.wait()}
        return count <= self.limit

    def wait(self):
        return self.seconds - int(time.time()) % self.seconds

    def _count(self, counters, key):
        counters.add(key, 0, timeout=2 * self.seconds)
        return counters.incr(key)


class SignInThrottle(CountedThrottle):
    """Ten tries a minute per address and e-mail, taken before the password is hashed: guessing costs us nothing."""

    scope, limit = "sign-in", 10

    def who(self, request):
        email = request.data.get("email") if isinstance(request.data, dict) else None
        return f"{self.get_ident(request)} {str(email).strip().lower()}"


class TenantRelatedField(relations.PrimaryKeyRelatedField):
    """A relation a client may write. It is looked up among the organization's rows: a foreign id is an unknown id."""

    def __init__(self, *, to=None, **options):
        self.to = to
        if not options.get("read_only"):
            options["queryset"] = Later(to)
        super().__init__(**options)

    def get_queryset(self):
        return self.to.objects.all()


class Later:
    """Stands in for a queryset where REST framework wants one at import time, before there is an organization."""

    def __init__(self, model):
        self.model = model

    def all(self):
        return self.model.objects.all()


def contributed(noun: str, slot: str) -> list[Callable]:
    """What upper apps add to a noun: functions for `verbs`, `fields` or `panels`, each of which takes a list."""
    return [import_string(path) for path in import_string(settings.CONTRIBUTIONS).get(noun, {}).get(slot, ())]
