"""Every refusal of v1 in one shape: `detail`, `code`, `fields`, `problems`. Empty parts are left out."""

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import IntegrityError, OperationalError
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.serializers import as_serializer_error
from rest_framework.settings import api_settings

from tenants.errors import Invalid, NotAllowed, Stale

RETRY_SECONDS = 1
CHALLENGE = 'Bearer realm="workfloor"'


class Unauthorized(exceptions.APIException):
    """A secret in the body was wrong. (`AuthenticationFailed` is about the header, and is 403 where none is read.)"""

    status_code = 401
    default_code = "bad_credentials"
    default_detail = "E-mail or password is wrong."


def answer(exc, context):
    """Turn what was raised into an answer; None for a fault of ours, which is a 500 and gets noted."""
    match exc:
        case exceptions.ValidationError():
            return _invalid(exc.detail)
        case exceptions.APIException():
            return _refused(exc.status_code, exc.detail.code, str(exc.detail), headers=_headers(exc, context))
        case NotAllowed():
            return _refused(409, "not_allowed", str(exc), **_reasons(exc.problems))
        case Invalid():
            return _refused(400, "invalid", str(exc), **_reasons(exc.problems))
        case Stale():
            return _refused(409, "stale", str(exc))
        case Http404() | ObjectDoesNotExist():
            return _refused(404, "not_found", "Not found.")
        case PermissionDenied():
            return _refused(403, "permission_denied", str(exc) or "You may not do this.")
        case DjangoValidationError():
            return _invalid(as_serializer_error(exc))
        case RequestDataTooBig():
            return _refused(413, "too_large", "The body is too large.")
        case SuspiciousOperation():
            return _refused(400, "bad_request", "The request cannot be understood.")
        case IntegrityError():  # somebody was first; the verbs name the field where they can know it
            return _refused(409, "conflict", "This conflicts with something written meanwhile. Look again, then retry.")
        case OperationalError():
            return _refused(
                503, "busy", "The database is busy. Try again in a moment.", headers={"Retry-After": str(RETRY_SECONDS)}
            )
    return None


def _refused(status, code, detail, *, fields=None, problems=None, headers=None):
    body = {"detail": detail, "code": code}
    if fields:
        body["fields"] = fields
    if problems:
        body["problems"] = problems
    return Response(body, status=status, headers=headers)


def _reasons(problems):
    """The problems of a verb; those that name an input stand beside it as well."""
    fields = {}
    for problem in problems:
        if problem.field:
            fields.setdefault(problem.field, []).append({"message": problem.message, "code": problem.code})
    return {"fields": fields, "problems": [problem.as_dict() for problem in problems]}


def _invalid(detail):
    fields = {}
    for path, mistake in _mistakes(detail):
        fields.setdefault(path, []).append({"message": str(mistake), "code": mistake.code})
    whole = fields.pop("", [])
    said = whole[0]["message"] if whole else "Some fields are not valid."
    return _refused(400, "invalid", said, fields=fields, problems=whole)


def _mistakes(detail, path=""):
    """Each mistake with the path to it, such as `products.0.quantity`; those about the whole have none."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            step = "" if name == api_settings.NON_FIELD_ERRORS_KEY else str(name)
            yield from _mistakes(inner, ".".join(part for part in (path, step) if part))
    elif isinstance(detail, list):
        for index, inner in enumerate(detail):
            is_leaf = isinstance(inner, exceptions.ErrorDetail)
            yield from _mistakes(inner, path if is_leaf else f"{path}.{index}")
    else:
        yield path, detail


def _headers(exc, context):
    headers = {}
    if exc.status_code == 401:
        headers["WWW-Authenticate"] = CHALLENGE
    if isinstance(exc, exceptions.Throttled):
        headers["Retry-After"] = str(int(exc.wait or RETRY_SECONDS))
        for name, value in getattr(context["request"], "rate_limit", {}).items():
            headers[f"RateLimit-{name.title()}"] = str(value)
    return headers
