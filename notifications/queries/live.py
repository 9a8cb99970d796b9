"""What live updates read from the ledger: a frame names an event, and may be lost; the event is not."""

import datetime
import uuid
from collections.abc import Iterable
from typing import NamedTuple

from django.conf import settings
from django.db.models import Max
from django.utils.module_loading import import_string

from notifications import hub
from tenants import context
from tenants.models import Delivery, Event
from tenants.states import DeliveryState

ANNOUNCE = "notifications.subscribers.announce"
AT_MOST = 1_000  # frames to catch up with; who missed more reads everything again
A_PAGE_LOAD = 50  # events: more seldom happen in an organization while one of its pages is loaded
OVERTAKEN = datetime.timedelta(seconds=30)  # a worker that died holds an announcement for 15 s, while later ones pass
GRACE = datetime.timedelta(seconds=2)  # for what was just relayed and is being announced


class Row(NamedTuple):
    """An event, as far as a frame tells of it."""

    position: int
    relayed_at: datetime.datetime
    kind: str
    subject_type: str
    subject_id: uuid.UUID
    subject_version: int


class News(NamedTuple):
    """What happened up to `position`; `frames` None: more than can be said."""

    frames: list[hub.Changed] | None
    position: int


def settled() -> int:
    """The position up to which everything has been announced: to resume from there misses nothing."""
    newest = Event.objects.aggregate(newest=Max("position"))["newest"] or 0
    waiting = Delivery.objects.filter(state=DeliveryState.PENDING, subscriber=ANNOUNCE).order_by("run_after", "id")
    first = waiting.values_list("event__position", flat=True).first()
    return newest if first is None else min(newest, first - 1)


def recent(at_most: int = AT_MOST + 2) -> list[Row]:
    """What happened last, newest first: a little more than anybody is caught up with."""
    newest_first = Event.objects.filter(position__isnull=False).order_by("-position")
    return [Row(*values) for values in newest_first.values_list(*Row._fields)[:at_most]]


def relayed_since(moment: datetime.datetime) -> list[hub.Changed] | None:
    """The same as `missed_since` for who has read everything at `moment`. None: too much to say, or too long ago.

    What a page did not see was committed after it began to be read, and relayed after that: a moment of the clock is
    enough, and costs the page no question. Other machines' clocks and a relay in the middle of a round are in `GRACE`.
    """
    try:
        begun = moment - GRACE
    except OverflowError:
        return None
    for at_most in (A_PAGE_LOAD, AT_MOST + 2):
        rows = recent(at_most)
        wanted = [row for row in rows if row.relayed_at > begun]
        if len(wanted) < at_most:
            return None if len(wanted) > AT_MOST else _frames(reversed(wanted))
    return None


def missed_since(position: int, rows: list[Row]) -> list[hub.Changed] | None:
    """Of what is `recent`: the newest version of each subject that changed after `position`, in the order of positions.

    What was relayed shortly before is said again, for its frame may have been overtaken by that of `position`; not of
    the thing which that was about, whose newest version it is. None: too much to say, too old, or a position nobody
    has seen.
    """
    if position > (rows[0].position if rows else 0):
        return None
    seen = next((row for row in rows if row.position == position), None)
    wanted = []
    for row in rows:
        if row.position <= position:
            if seen is None or row.relayed_at < seen.relayed_at - OVERTAKEN:
                break
            if row.subject_id == seen.subject_id:
                continue
        wanted.append(row)
    return None if len(wanted) > AT_MOST else _frames(reversed(wanted))


def news_since(position: int) -> News:
    """What was relayed after `position` and has had the time to be announced."""
    events = Event.objects.filter(position__gt=position, relayed_at__lte=context.now() - GRACE).order_by("position")
    rows = [Row(*values) for values in events.values_list(*Row._fields)[: AT_MOST + 1]]
    if len(rows) > AT_MOST:
        return News(None, events.aggregate(newest=Max("position"))["newest"])
    return News(_frames(rows), rows[-1].position if rows else position)


def _frames(rows: Iterable[Row]) -> list[hub.Changed]:
    announced = {kind for kind, reactions in import_string(settings.SUBSCRIPTIONS).items() if ANNOUNCE in reactions}
    newest: dict[uuid.UUID, hub.Changed] = {}
    for row in rows:
        if row.kind in announced:
            newest.pop(row.subject_id, None)
            newest[row.subject_id] = hub.Changed(
                subject=row.subject_type, id=row.subject_id, version=row.subject_version, position=row.position
            )
    return list(newest.values())
