"""Every refusal of v2 is a problem document (RFC 9457): type, title, status, detail, code, and errors by field."""

from http import HTTPStatus

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import IntegrityError, OperationalError
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.settings import api_settings

from tenants.errors import Invalid, NotAllowed, Stale

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER = {"Retry-After": "1"}
CHALLENGE = {"WWW-Authenticate": 'Bearer realm="workfloor"'}


def answer(exc, context):
    """Turn what was raised into a problem document; None for a fault of ours, which is a 500 and gets noted."""
    match exc:
        case exceptions.ValidationError():
            return problem(400, "invalid", "Something sent cannot be meant.", errors=list(_mistakes(exc.detail)))
        case exceptions.APIException():
            headers = CHALLENGE if exc.status_code == 401 else None
            return problem(exc.status_code, exc.detail.code, str(exc.detail), headers=headers)
        case NotAllowed():
            return problem(409, "not_allowed", str(exc), errors=_reasons(exc))
        case Invalid():
            return problem(400, "invalid", str(exc), errors=_reasons(exc))
        case Stale():
            return problem(412, "stale", str(exc))
        case Http404() | ObjectDoesNotExist():
            return problem(404, "not_found", "Not found.")
        case PermissionDenied():
            return problem(403, "permission_denied", str(exc) or "You may not do this.")
        case RequestDataTooBig():
            return problem(413, "too_large", "The body is too large.")
        case SuspiciousOperation():
            return problem(400, "bad_request", "The request cannot be understood.")
        case IntegrityError():
            return problem(409, "conflict", "This conflicts with something written meanwhile. Look again, then retry.")
        case OperationalError():
            return problem(503, "busy", "The database is busy. Try again in a moment.", headers=RETRY_AFTER)
    return None


def problem(status, code, detail, *, errors=None, headers=None):
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
    }
    if errors:
        body["errors"] = errors
    return Response(body, status=status, headers=headers, content_type=MEDIA_TYPE)


def _reasons(refusal):
    return [
        {"code": reason.code, "message": reason.message} | ({"pointer": reason.field} if reason.field else {})
        for reason in refusal.problems
    ]


def _mistakes(detail, path=()):
    """One entry per mistake; `pointer` leads to it, such as `products/0/quantity` or the name of a parameter."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            step = () if name == api_settings.NON_FIELD_ERRORS_KEY else (str(name),)
            yield from _mistakes(inner, path + step)
    elif isinstance(detail, list):
        for index, inner in enumerate(detail):
            is_leaf = isinstance(inner, exceptions.ErrorDetail)
            yield from _mistakes(inner, path if is_leaf else (*path, str(index)))
    else:
        yield {"code": detail.code, "message": str(detail)} | ({"pointer": "/".join(path)} if path else {})
