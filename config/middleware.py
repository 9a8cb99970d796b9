"""The lines about each request."""

from django.conf import settings
from django_structlog.middlewares import RequestMiddleware
from structlog.contextvars import bind_contextvars


class RequestLines(RequestMiddleware):
    """With the address that our own proxies saw, if there are any; what a caller claims beyond them is not believed."""

    @classmethod
    def bind_ip(cls, request):
        """The library's own looks at fourteen headers, and takes as long as signing in."""
        bind_contextvars(ip=address_of(request))


def address_of(request):
    told = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    trusted = min(settings.NUM_PROXIES, len(told))
    return told[-trusted].strip() if trusted and told[-trusted] else request.META.get("REMOTE_ADDR")
