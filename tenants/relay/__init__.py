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
from django.db import DatabaseError, InterfaceError, connection, connections, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.module_loading import import_string

from tenants import context, doorbell
from tenants.actions.schedules import Scheduler
from tenants.context import tenant
from tenants.errors import NotYet, Permanent, Suppressed
from tenants.models import Delivery, Event, Heartbeat, Leased, Organization
from tenants.states import DeliveryState

log = logging.getLogger(__name__)

BATCH = 200
LEASE = datetime.timedelta(seconds=10)
EXTEND_SECONDS = 3.0
RING_AGAIN = datetime.timedelta(seconds=5)  # a row rung for and still not claimed: its message or its worker is lost
HERE_SECONDS = 2.0  # of running rows before looking again for what is new, was let go, or belongs to others
MAX_DEATHS = 5
GIVE_UP_AFTER = datetime.timedelta(hours=72)
LONGEST_WAIT = datetime.timedelta(hours=1)
DELIVERY = "tenants.delivery"
HEART = "relay"
BEAT_SECONDS = 5.0
TICK_SECONDS = 1.0


def runners() -> dict[str, str]:
    """Label of each leased model -> dotted path of what runs a row of it."""
    return {DELIVERY: "tenants.relay.react", **import_string(settings.RUNNERS)}


def due() -> set[uuid.UUID]:
    """Ids of the organizations that have something to relay or to run: the relay's one look across all of them."""
    found = set(Event.everywhere.filter(relayed_at=None).values_list("organization_id", flat=True).distinct())
    moment = timezone.now()
    for label in runners():
        rows = apps.get_model(label).everywhere.filter(state=DeliveryState.PENDING, run_after__lte=moment)
        found.update(rows.values_list("organization_id", flat=True).distinct())
    return found


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
    while touched := relay(organization):
        total += touched
        for row_id, _ in _to_ring(organization, DELIVERY):
            run(DELIVERY, organization, row_id)
    return total


def relay(organization: Any) -> int:
    """Give unrelayed events their positions and write their deliveries; answers how many events were relayed."""
    with tenant(organization):
        Organization.objects.select_for_update(no_key=True).get(pk=context.organization_id())
        batch = _in_order(list(Event.objects.unrelayed().order_by("recorded_at", "id")[:BATCH]))
        if not batch:
            return 0
        last = Event.objects.aggregate(last=Max("position"))["last"] or 0
        moment = timezone.now()
        for position, event in enumerate(batch, start=last + 1):
            event.relayed_at, event.position = moment, position
        Event.objects.bulk_update(batch, ["relayed_at", "position"])
        subscriptions = import_string(settings.SUBSCRIPTIONS)
        Delivery.objects.bulk_create(
            (
                Delivery(organization_id=event.organization_id, event=event, subscriber=subscriber)
                for event in batch
                for subscriber in subscriptions.get(event.kind, ())
            ),
            ignore_conflicts=True,
        )
    return len(batch)


def _in_order(batch: list[Event]) -> list[Event]:
    """Events of one subject in the order of its versions, whatever the clocks of two machines said.

    An earlier version that the batch's limit cut off is fetched: it committed first, so it is there to be seen.
    """
    highest: dict[tuple[str, uuid.UUID], int] = {}
    for event in batch:
        key = event.subject_type, event.subject_id
        highest[key] = max(highest.get(key, 0), event.subject_version)
    known = {event.pk for event in batch}
    earlier = Event.objects.unrelayed().filter(subject_id__in={key[1] for key in highest}).exclude(pk__in=known)
    batch += [e for e in earlier if e.subject_version < highest.get((e.subject_type, e.subject_id), 0)]
    waiting: dict[tuple[str, uuid.UUID], list[Event]] = {}
    for event in sorted(batch, key=lambda event: event.subject_version, reverse=True):
        waiting.setdefault((event.subject_type, event.subject_id), []).append(event)
    return [waiting[event.subject_type, event.subject_id].pop() for event in batch]


def run_due(organization: Any) -> int:
    """Ring a worker for each due row, then run here what no worker can be asked for; answers how many were touched.

    What does not fit into `HERE_SECONDS` is left to the next round: a mail server that is slow to answer may not keep
    anybody's events waiting, nor a row whose lease runs out meanwhile.
    """
    pk = getattr(organization, "pk", organization)
    touched, here = 0, []
    for label in runners():
        is_long = apps.get_model(label).IS_LONG
        for row_id, is_first in _to_ring(organization, label):
            if is_first and doorbell.ring_worker(label, pk, row_id, is_long=is_long):
                touched += 1
            else:
                here.append((label, row_id))
    done, end = 0, time.monotonic() + HERE_SECONDS
    for label, row_id in here:
        run(label, organization, row_id)
        done += 1
        if time.monotonic() > end:
            break
    _leave(organization, here[done:])
    return touched + done


def _leave(organization: Any, rows: list[tuple[str, uuid.UUID]]) -> None:
    """To the next round, which is to run them here and not to ring for them once more."""
    long_ago = timezone.now() - RING_AGAIN
    with tenant(organization) if rows else nullcontext():
        for label in {label for label, _ in rows}:
            left = apps.get_model(label).objects.filter(pk__in=[pk for other, pk in rows if other == label])
            left.update(rung_at=long_ago)


def _to_ring(organization: Any, label: str) -> list[tuple[uuid.UUID, bool]]:
    """Due rows nobody was asked about yet, or not recently; the flag tells the first kind from the second."""
    model = apps.get_model(label)
    moment = timezone.now()
    with tenant(organization):
        due_rows = model.objects.due(moment).order_by("run_after", "id")
        fresh = due_rows.filter(rung_at=None)[:BATCH]
        silent = due_rows.filter(rung_at__lte=moment - RING_AGAIN)[:BATCH]
        found = [(pk, True) for pk in _pks(fresh)] + [(pk, False) for pk in _pks(silent)]
        model.objects.filter(pk__in=[pk for pk, _ in found]).update(rung_at=moment)
    return found


def _pks(rows: Any) -> list[uuid.UUID]:
    return list(rows.values_list("pk", flat=True))


def run(label: str, organization: Any, row_id: uuid.UUID) -> bool:
    """Claim one row, run it, and write down how it ended; False if it was not due or somebody else holds it."""
    if label not in runners():
        return False
    with context.acting(via="job"):
        row = claim(label, organization, row_id)
        if row is None:
            return False
        try:
            with kept(row) if label != DELIVERY else nullcontext():  # a delivery is one short transaction
                import_string(runners()[label])(row)
            _done(row)
        except NotYet as wish:
            _wait(row, wish)
        except Exception as error:  # a reaction may fail in any way; the row remembers how
            is_meant = isinstance(error, Permanent | Suppressed)
            log.warning("%s %s failed: %s", label, row_id, error, exc_info=not is_meant)
            _failed(row, error)
    return True


def claim(label: str, organization: Any, row_id: uuid.UUID) -> Leased | None:
    """Take a due row's lease in one conditional UPDATE, counting the start before anything runs.

    A row whose starts ended five times without a word is not started again: it is what kills workers.
    """
    model, moment, owner = apps.get_model(label), timezone.now(), uuid.uuid4()
    with tenant(organization):
        row = model.objects.due(moment).filter(pk=row_id).first()
        if row is None:
            return None
        as_seen = model.objects.due(moment).filter(pk=row_id, attempts=row.attempts)
        if row.deaths >= MAX_DEATHS:
            as_seen.update(state=DeliveryState.DEAD, error=f"A worker died of it {row.deaths} times.")
            return None
        if not as_seen.update(owner=owner, lease_until=moment + LEASE, attempts=row.attempts + 1):
            return None
        row.owner, row.attempts = owner, row.attempts + 1
        return row


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
        event = Event.objects.select_related("actor__user").get(pk=delivery.event_id)
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
    if row.state == DeliveryState.DONE:
        return
    with tenant(row.organization_id):
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


@transaction.atomic
def replay(row: Leased) -> bool:
    """Give a dead row another life; False if it was not dead."""
    moment = timezone.now()
    return bool(
        type(row)
        .objects.filter(pk=row.pk, state=DeliveryState.DEAD)
        .update(
            state=DeliveryState.PENDING, attempts=0, failures=0, run_after=moment, first_due_at=moment, rung_at=None
        )
    )


def beat() -> None:
    """Leave a sign of life, with how long the oldest event has waited: web processes may not look for themselves."""
    recorded = Event.everywhere.filter(relayed_at=None).order_by("recorded_at").values_list("recorded_at", flat=True)
    moment = timezone.now()
    waited = (moment - first).total_seconds() if (first := recorded.first()) else 0.0
    Heartbeat.objects.update_or_create(name=HEART, defaults={"beat_at": moment, "oldest_seconds": max(waited, 0.0)})


class Ear:
    """Hears the doorbell: in this process by an event, from any other by PostgreSQL's LISTEN."""

    def __init__(self) -> None:
        self._line: Any = None

    def wait(self, seconds: float) -> None:
        """Return when somebody rang, or after `seconds`: a relay that hears nothing still looks."""
        if connection.vendor == "postgresql":
            listening = self._listening()
            with self._line.wrap_database_errors:  # the driver's own error is one that `serve` does not wait out
                for _ in listening.notifies(timeout=seconds, stop_after=1):
                    pass
        else:
            doorbell.woken.wait(seconds)
            doorbell.woken.clear()

    def _listening(self) -> Any:
        """A connection of its own: one that waits for notifications can do nothing else meanwhile."""
        if self._line is None or self._line.connection is None or self._line.connection.closed:
            self._line = connections.create_connection("default")
            with self._line.cursor() as cursor:
                cursor.execute(f"LISTEN {doorbell.CHANNEL}")
        return self._line.connection

    def close(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None


def serve(stop: threading.Event, *, every: float = 1.0) -> None:
    """Drain whoever has something due until `stop` is set, looking at least `every` seconds.

    A database that goes away is waited for: nothing in here is worth dying for, and nothing is lost meanwhile.
    """
    ear, scheduler, next_beat, next_tick = Ear(), Scheduler(), 0.0, 0.0
    try:
        while not stop.is_set():
            try:
                if time.monotonic() >= next_beat:
                    beat()
                    next_beat = time.monotonic() + BEAT_SECONDS
                if time.monotonic() >= next_tick:
                    scheduler.tick()
                    next_tick = time.monotonic() + TICK_SECONDS
                if not sum(turn(organization_id) for organization_id in due()):
                    ear.wait(every)
            except (DatabaseError, InterfaceError):
                log.exception("The relay lost its database; it tries again.")
                connection.close()
                ear.close()
                stop.wait(every)
    finally:
        ear.close()
        connection.close()
