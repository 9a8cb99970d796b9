"""The ledger as a table to take along, however long it is.

It is read piece by piece, each in a transaction of its own: whoever receives it slowly holds no transaction open, no
statement takes long, and no more than a piece is ever in memory. Nothing in the ledger changes, and what is written
while it is read is left out, so the pieces fit together.
"""

import csv
import io
import itertools
import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.db.models import Q
from django.http import HttpRequest, StreamingHttpResponse
from django.utils import timezone

from tenants import context
from tenants.context import tenant
from tenants.models import Event, Organization, TenantQuerySet
from tenants.words import said

PIECE = 1000
COLUMNS = (
    "occurred_at",
    "recorded_at",
    "kind",
    "said",
    "subject_type",
    "subject",
    "actor",
    "via",
    "data",
    "request_id",
)
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # how a cell begins that a spreadsheet would calculate


def exported(request: HttpRequest, events: TenantQuerySet) -> StreamingHttpResponse:
    """These events, the newest first, as a CSV file to be saved."""
    organization = request.member.organization  # type: ignore[attr-defined]
    name = f"events-{organization.slug}-{context.today(organization)}.csv"
    pieces: Any = lines_of(organization, events)
    if isinstance(request, ASGIRequest):  # an iterator that blocks would be read to its end before the first byte
        pieces = _in_turn(pieces)
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return StreamingHttpResponse(pieces, content_type="text/csv; charset=utf-8", headers=headers)


def lines_of(organization: Organization, events: TenantQuerySet) -> Iterator[str]:
    """The lines of the file, a piece at a time."""
    yield _written([COLUMNS])
    events = events.filter(recorded_at__lte=context.recorded_now()).order_by("-occurred_at", "-pk")
    last: Event | None = None
    for _ in itertools.count():
        with tenant(organization, atomic=False), timezone.override(organization.zone):
            found = list((_after(events, last) if last else events)[:PIECE])
            text = _written(_rows(found))
        if text:
            yield text
        if len(found) < PIECE:
            return
        last = found[-1]


def _after(events: TenantQuerySet, last: Event) -> TenantQuerySet:
    """Those that follow: by the key they are ordered by, since an offset would read all that came before again."""
    later = Q(occurred_at__lt=last.occurred_at) | Q(pk__lt=last.pk)
    return events.filter(later, occurred_at__lte=last.occurred_at)


def _rows(events: list[Event]) -> Iterator[list[Any]]:
    words = said(events)
    for event in events:
        yield [
            timezone.localtime(event.occurred_at).isoformat(),
            timezone.localtime(event.recorded_at).isoformat(),
            event.kind,
            str(words[event.pk]),
            event.subject_type,
            event.subject_id,
            event.actor_id or "",
            event.via,
            json.dumps(event.data, ensure_ascii=False),
            event.request_id,
        ]


def _written(rows: Any) -> str:
    text = io.StringIO()
    csv.writer(text).writerows([harmless(cell) for cell in row] for row in rows)
    return text.getvalue()


def harmless(cell: Any) -> str:
    """A cell as text that no spreadsheet takes for a formula."""
    text = str(cell)
    return f"'{text}" if text.startswith(FORMULA) else text


async def _in_turn(pieces: Iterator[str]) -> AsyncIterator[str]:
    while (piece := await sync_to_async(next)(pieces, None)) is not None:
        yield piece
