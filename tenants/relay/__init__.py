"""Takes events out of the ledger to whoever reacts to them. The database is the memory; nothing here is.

Three short steps, each safe to run twice and in several processes at once: number what is new and write a `Delivery`
per subscriber; ring for what is due; run it here if no worker is there to hear. "Ids above the last one seen" is never
asked: ids commit out of order, and the rows in between would be lost.
"""

import datetime
import functools
import logging
import random
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.db.models import F
from django.utils import timezone, translation
from django.utils.module_loading import import_string
from structlog.contextvars import bind_contextvars, clear_contextvars, get_contextvars

from tenants import context, doorbell
from tenants.actions.schedules import Scheduler
from tenants.context import tenant
from tenants.errors import NotYet, Permanent, Suppressed
from tenants.models import Delivery, Event, Leased, Organization
from tenants.relay import figures
from tenants.relay.ear import Ear
from tenants.relay.numbering import relay
from tenants.relay.picking import DELIVERY, due, leave, runners, to_ring, together
from tenants.states import DeliveryState

log = logging.getLogger(__name__)

LEASE = datetime.timedelta(seconds=10)
EXTEND_SECONDS = 3.0
HERE_SECONDS = 0.5  # of running rows before looking again for what is new, was let go, or belongs to others
MAX_DEATHS = 5
GIVE_UP_AFTER = datetime.timedelta(hours=72)
LONGEST_WAIT = datetime.timedelta(hours=1)
BEAT_SECONDS = 5.0
TICK_SECONDS = 1.0
STAND_IN_SECONDS = 20.0  # of a job that beat asks for every thirty
PACE_SECONDS = 0.03  # from one look to the next while there is work: looking costs the workers' processors
AWAITED_SECONDS = 0.05  # between looks while workers are at it: the places they leave are given to who waits

scheduler = Scheduler()


def beat() -> None:
    """Leave a sign of life, and the figures of what waits."""
    figures.beat(runners())


def drain(organization: Any) -> int:
    """Relay and run everything an organization has waiting; answers how many events and rows were touched."""
    total = 0
    while touched := turn(organization):
        total += touched
    return total


def turn(organization: Any) -> int:
    """One round for an organization, no longer than its slowest row; answers what was touched, 0 if it has no more."""
    return relay(organization) + run_due(organization)


def drain_here(organization: Any) -> int:
    """Let every reaction happen now, in this process and transaction, and send nothing outside: for a seed."""
    total = 0
    while True:
        total += (touched := relay(organization))
        with tenant(organization):
            rows = Delivery.objects.due(timezone.now()).order_by("run_after", "id")
            waiting = list(rows.values_list("pk", flat=True))
        for row_id in waiting:
            run(DELIVERY, organization, row_id)
        if not touched and not waiting:
            return total


def run_due(organization: Any) -> int:
    """Ring a worker for each due row, then run here what no worker can be asked for; answers how many were touched.

    What does not fit into `HERE_SECONDS` is left to the next round: a mail server that is slow to answer may not keep
    anybody's events waiting, nor a row whose lease runs out meanwhile.
    """
    pk = getattr(organization, "pk", organization)
    touched, here = 0, []
    for rows in together(to_ring(organization)):
        of, row_ids = rows[0], [row.pk for row in rows]
        if of.is_first and doorbell.ring_worker(of.label, pk, *row_ids, queue=of.queue):
            figures.heard.rang()
            touched += len(rows)
        else:
            here += rows
    done, end = 0, time.monotonic() + HERE_SECONDS
    for row in here:
        run(row.label, organization, row.pk)
        done += 1
        if time.monotonic() > end:
            break
    leave(organization, here[done:])
    return touched + done


def run(label: str, organization: Any, *row_ids: uuid.UUID) -> bool:
    """Claim rows, run one after the other, and write down how each ended; False if none was due and free.

    What would be begun late in its lease is let go instead: somebody else is to have a whole one for it.
    """
    if label not in runners():
        return False
    with context.acting(via="job", request_id="", caused_by=None):
        rows = claim(label, organization, *row_ids)
        end = time.monotonic() + LEASE.total_seconds() / 2
        for place, row in enumerate(rows):
            if place and time.monotonic() > end:
                _let_go(rows[place:])
                break
            with in_its_name(label, row):
                error = _try(label, row)
                figures.counted.ran(label, failed=error is not None)
                log.info("ran" if error is None else "failed", extra={"starts": row.attempts})
    return bool(rows)


def _try(label: str, row: Leased) -> Exception | None:
    """Run a claimed row and write down how it ended; answers what went wrong."""
    try:
        with kept(row) if label != DELIVERY else nullcontext():  # a delivery is one short transaction
            import_string(runners()[label])(row)
        if row.state != DeliveryState.DONE:  # a delivery is, together with its effect
            with tenant(row.organization_id):
                _done(row)
    except NotYet as wish:
        _wait(row, wish)
    except Exception as error:  # a reaction may fail in any way; the row remembers how
        is_meant = isinstance(error, Permanent | Suppressed)
        log.warning("%s %s failed: %s", label, row.pk, error, exc_info=not is_meant)
        _failed(row, error)
        return None if isinstance(error, Suppressed) else error
    return None


@contextmanager
def in_its_name(label: str, row: Leased) -> Iterator[None]:
    """Under the request the row comes from, in the language of its organization; afterwards nothing of it is left."""
    request_id = getattr(row, "request_of", None) or ""
    before = get_contextvars()
    try:
        bind_contextvars(request_id=request_id, organization=str(row.organization_id), label=label, row=str(row.pk))
        with (
            context.acting(request_id=request_id, caused_by=getattr(row, "cause_of", None)),
            translation.override(getattr(row, "language_of", None) or settings.LANGUAGE_CODE),
        ):
            yield
    finally:
        clear_contextvars()
        bind_contextvars(**before)


def claim(label: str, organization: Any, *row_ids: uuid.UUID) -> list[Leased]:
    """Take the leases of those rows that are due and free, counting each start before anything runs.

    A row whose starts ended five times without a word is not started again: it is what kills workers.
    """
    model, moment, owner = apps.get_model(label), timezone.now(), uuid.uuid4()
    with tenant(organization):
        free = _described(model.objects.due(moment).filter(pk__in=row_ids))
        rows = list(free.select_for_update(of=("self",), no_key=True).order_by("run_after", "id"))
        for row in rows:
            if row.deaths >= MAX_DEATHS:
                error = f"A worker died of it {row.deaths} times."
                model.objects.filter(pk=row.pk).update(state=DeliveryState.DEAD, error=error)
        taken = [row for row in rows if row.deaths < MAX_DEATHS]
        if taken:
            lease = {"owner": owner, "lease_until": moment + LEASE, "attempts": F("attempts") + 1}
            model.objects.filter(pk__in=[row.pk for row in taken]).update(**lease)
        for row in taken:
            row.owner, row.attempts = owner, row.attempts + 1
    return taken


def _let_go(rows: list[Leased]) -> None:
    """Give back rows that were not begun, as if they had never been taken."""
    with tenant(rows[0].organization_id):
        mine = type(rows[0]).objects.filter(pk__in=[row.pk for row in rows], owner=rows[0].owner)
        mine.update(attempts=F("attempts") - 1, rung_at=None, lease_until=None, owner=None)


def _described(rows: Any) -> Any:
    """With the language of their organization, and the request and event that they come from."""
    cause = rows.model.CAUSE
    said = {"request_of": F(f"{cause}__request_id"), "cause_of": F(f"{cause}__id")} if cause else {}
    if rows.model is Delivery:
        rows = rows.select_related("event__actor__user")
    return rows.annotate(language_of=F("organization__language"), **said)


@contextmanager
def kept(row: Leased) -> Iterator[None]:
    """Extend a row's lease while it is worked on outside the database: a slow mail server is no dead worker."""
    finished = threading.Event()

    def extend() -> None:
        while not finished.wait(EXTEND_SECONDS):
            try:
                with tenant(row.organization_id):
                    _mine(row).update(lease_until=timezone.now() + LEASE)
            except DatabaseError as error:  # SQLite's one writer may be this very row's: nobody else can claim it then
                log.info("The lease of %s %s waits: %s", type(row).__name__, row.pk, error)
                connection.close()
        connection.close()

    keeper = threading.Thread(target=extend, name="lease", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        finished.set()
        keeper.join()


def react(delivery: Delivery) -> None:
    """Run a delivery's subscriber and mark it done in one transaction, fenced by its owner."""
    with tenant(delivery.organization_id):
        event = delivery.event
        with context.acting(caused_by=event.pk, request_id=event.request_id):
            subscriber(delivery.subscriber)(event)
        _done(delivery)


@functools.cache
def subscriber(path: str) -> Callable[[Event], None]:
    return import_string(path)


def _mine(row: Leased) -> Any:
    return type(row).objects.filter(pk=row.pk, owner=row.owner, state=DeliveryState.PENDING)


def _done(row: Leased) -> None:
    """Close the row if it is still ours. A worker thought dead comes back to no row, and its effects roll back."""
    row.state, row.done_at = DeliveryState.DONE, timezone.now()
    if not _mine(row).update(state=row.state, done_at=row.done_at, lease_until=None, error=""):
        row.state = DeliveryState.PENDING
        raise LostLease(f"{type(row).__name__} {row.pk} is somebody else's by now.")


class LostLease(Exception):
    """The lease ran out while the row was being worked on, and somebody else has taken it."""


def _wait(row: Leased, wish: NotYet) -> None:
    """Due again when the row wishes: no failure, and the start is not counted as a death."""
    again = {"run_after": wish.until, "first_due_at": wish.until, "error": str(wish)[:2000]}
    with tenant(row.organization_id):
        _mine(row).update(**again, attempts=row.attempts - 1, rung_at=None, lease_until=None, owner=None)


def _failed(row: Leased, error: Exception) -> None:
    moment = timezone.now()
    given_up = isinstance(error, Permanent) or moment - row.first_due_at > GIVE_UP_AFTER
    state = DeliveryState.DEAD if given_up else DeliveryState.PENDING
    with tenant(row.organization_id):
        _mine(row).update(
            state=DeliveryState.SUPPRESSED if isinstance(error, Suppressed) else state,
            failures=row.failures + 1,
            run_after=moment + backoff(row.failures),
            rung_at=None,
            lease_until=None,
            owner=None,
            error=(str(error) if isinstance(error, Suppressed) else f"{type(error).__name__}: {error}")[:2000],
        )


def backoff(failures: int) -> datetime.timedelta:
    """1 s x 2^n, at most an hour, with a quarter of jitter so that what failed together does not return together."""
    seconds = min(2.0**failures, LONGEST_WAIT.total_seconds()) if failures < 32 else LONGEST_WAIT.total_seconds()
    return datetime.timedelta(seconds=seconds * random.uniform(0.75, 1.0))  # noqa: S311 - spreads load, guards nothing


def stand_in() -> int:
    """What beat rings for: the clock's rows and, while no relay gives a sign of life, a round for everybody.

    A worker may not look across organizations to see who has something due, so it asks each of them.
    """
    scheduler.tick()
    if figures.is_served():
        return 0
    touched, end = 0, time.monotonic() + STAND_IN_SECONDS
    for organization_id in Organization.objects.order_by("?").values_list("pk", flat=True):
        touched += turn(organization_id)
        if time.monotonic() > end:
            break
    return touched


def serve(stop: threading.Event, *, every: float = 1.0) -> None:
    """Drain whoever has something due until `stop` is set, looking at least `every` seconds.

    A database that goes away is waited for: nothing in here is worth dying for, and nothing is lost meanwhile.
    """
    ear, next_beat, next_tick, next_look = Ear(), 0.0, 0.0, 0.0
    try:
        while not stop.is_set():
            try:
                if settings.REDIS_URL:  # without workers it is the relay that does the work, and it does not dawdle
                    stop.wait(max(next_look - time.monotonic(), 0))
                next_look = time.monotonic() + PACE_SECONDS
                if time.monotonic() >= next_beat:
                    beat()
                    next_beat = time.monotonic() + BEAT_SECONDS
                if time.monotonic() >= next_tick:
                    scheduler.tick()
                    next_tick = time.monotonic() + TICK_SECONDS
                found = due()
                touched = sum(turn(organization_id) for organization_id in found)
                figures.counted.flush()
                if not touched:
                    ear.wait(AWAITED_SECONDS if found else every)
            except (DatabaseError, InterfaceError):
                log.exception("The relay lost its database; it tries again.")
                connection.close()
                ear.close()
                stop.wait(every)
    finally:
        ear.close()
        connection.close()
