"""What is answered when nobody else does: a page for people, JSON under /api/."""

import sys

from django.db import OperationalError
from django.http import JsonResponse
from django.shortcuts import render
from django.views.csrf import csrf_failure as django_csrf_failure

SAID = {
    400: ("bad_request", "The request cannot be understood."),
    403: ("forbidden", "You may not do this."),
    404: ("not_found", "Not found."),
    500: ("server_error", "Something broke on our side. It has been noted; try again."),
    503: ("busy", "The database is busy. Try again in a moment."),
}


def _answer(request, status, message=""):
    code, usual = SAID[status]
    if request.path_info.startswith("/api/v2/"):
        body = {"type": "about:blank", "title": usual, "status": status, "code": code, "detail": message or usual}
        return JsonResponse(body, status=status, content_type="application/problem+json")
    if request.path_info.startswith("/api/"):
        return JsonResponse({"detail": message or usual, "code": code}, status=status)
    return render(request, f"{status}.html", {"message": message}, status=status)


def bad_request(request, exception=None):
    return _answer(request, 400)


def forbidden(request, exception=None):
    return _answer(request, 403, str(exception or ""))


def not_found(request, exception=None):
    return _answer(request, 404)


def server_error(request):
    """A fault of ours, or a database that is locked, full or away where no view could catch it: that one passes."""
    if not isinstance(sys.exception(), OperationalError):
        return _answer(request, 500)
    response = _answer(request, 503)
    response.headers["Retry-After"] = "1"
    return response


def csrf_failure(request, reason=""):
    """Django's own page tells developers what to fix; programs under /api/ get JSON."""
    if request.path_info.startswith("/api/"):
        return _answer(request, 403, "CSRF token missing or wrong.")
    return django_csrf_failure(request, reason)
