"""Answering with a page, or with the part of it that HTMX asked for."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django_htmx.http import HttpResponseClientRedirect

MOST_PAGES = 2000  # beyond that somebody wants a file, or a narrower question


def wants_part(request: HttpRequest) -> bool:
    """HTMX asks for a part, except when it restores history or follows a boosted link: those want the page."""
    return bool(request.htmx) and not request.htmx.boosted and not request.htmx.history_restore_request


def page(
    request: HttpRequest, template: str, *, part: str | None = None, status: int = 200, **values: Any
) -> HttpResponse:
    """Render `part` for HTMX and `template`, which includes it, for everybody else."""
    chosen = part if part and wants_part(request) else template
    response = render(request, chosen, values, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


def page_number(request: HttpRequest) -> int:
    """Which page of a list that nobody counts was asked for; the first, if that makes no sense."""
    text = request.GET.get("page", "")
    return min(max(int(text), 1), MOST_PAGES) if text.isascii() and text.isdigit() and len(text) < 7 else 1


def goto(request: HttpRequest, to: Any, *args: Any, **kwargs: Any) -> HttpResponse:
    """Send the browser to another page; an HTMX request would otherwise swap that page into a part of this one."""
    answer = redirect(to, *args, **kwargs)
    return HttpResponseClientRedirect(answer.url) if request.htmx else answer


def trigger(response: HttpResponse, **happened: Any) -> HttpResponse:
    """Tell the page what happened; several calls add up in one `HX-Trigger` header."""
    said = json.loads(response.headers.get("HX-Trigger", "{}")) | happened
    response.headers["HX-Trigger"] = json.dumps(said)
    return response


def toast(response: HttpResponse, text: str, level: str = "success") -> HttpResponse:
    """Show a short message that goes away by itself. `level` is success, info, warning or error."""
    return trigger(response, toast={"text": text, "level": level})
