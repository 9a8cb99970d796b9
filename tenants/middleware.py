"""Opens the door once per request, and keeps a refused request from leaving anything behind."""

from contextlib import nullcontext

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.shortcuts import redirect
from django.utils import timezone
from structlog.contextvars import bind_contextvars, get_contextvars

from tenants import context
from tenants.access import NOT_FOUND, SESSION_KEY, WHICH_ONE, answer_door

SAFE = {"GET", "HEAD", "OPTIONS"}
# These answer those who were turned away themselves.
OPEN = ("/api/", "/accounts/", "/organizations/", "/platform/", "/unsubscribe/")
SIGNING_IN = ("/api/v1/auth/", "/api/v2/auth/")  # concern a user, and keep what they wrote when they refuse: a reused
# refresh token ends its family, also if the request shows a valid access token beside it


class TenantMiddleware:
    """Sets `request.caller`, `request.member` and `request.organization`, and runs the view inside the organization."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.began_at = context.recorded_now()  # what is committed from now on, its answer may not show
        is_api = request.path_info.startswith("/api/")
        authorization = request.headers.get("Authorization", "") if is_api else ""
        shows_something = authorization or settings.SESSION_COOKIE_NAME in request.COOKIES
        keeps = request.path_info.startswith(SIGNING_IN)
        with context.request() if shows_something and not keeps else nullcontext():
            request.caller = caller = answer_door(
                host=request.get_host(),
                authorization=authorization,
                named=request.headers.get("X-Organization", "") if is_api else "",
                session_choice="" if authorization else request.session.get(SESSION_KEY, ""),
                user=request.user,
                method=request.method,
            )
            request.member, request.organization = caller.member, caller.organization
            request_id = get_contextvars().get("request_id", "")
            with context.acting(via="api" if is_api else "page", request_id=request_id):
                served = caller.member and not keeps
                return self._served(request, caller) if served else self.get_response(request)

    def _served(self, request, caller):
        bind_contextvars(organization=caller.organization.slug, member=str(caller.member.pk))
        writes = request.method not in SAFE
        with timezone.override(caller.organization.zone), context.serving(caller.organization, writes=writes):
            response = self.get_response(request)
            if response.status_code >= 400 and writes:  # reading opened no transaction of its own
                transaction.set_rollback(True)
            return response

    def process_view(self, request, view, args, kwargs):
        """Turn pages away as the API's authentication does for its views; signing in and out stays possible."""
        turned = request.caller.turned
        if turned is None or request.path_info.startswith(OPEN):
            return None
        if turned is WHICH_ONE:
            return redirect("tenants:choose")
        if turned is NOT_FOUND:
            raise Http404
        raise PermissionDenied(turned.message)
