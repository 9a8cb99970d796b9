"""Whose turn it is: which organizations have something due, and which of their rows are asked about next."""

import datetime
import functools
import itertools
import uuid
from contextlib import nullcontext
from typing import Any, NamedTuple

from django.apps import apps
from django.conf import settings
from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.module_loading import import_string

from tenants import doorbell
from tenants.context import tenant
from tenants.models import Event, Organization, is_due
from tenants.models.prepared import Prepared, PreparedHere
from tenants.relay import figures

SOME_MOMENT = datetime.datetime(1901, 2, 3, 4, 5, tzinfo=datetime.UTC)  # stands for now while SQL is built
DELIVERY = "tenants.delivery"
TOGETHER = 8  # deliveries that one ring names: each is a few milliseconds, and a ring costs as much
AT_MOST = 40  # rows of one organization that wait in one queue: a worker is through with them in a moment
RING_AGAIN = datetime.timedelta(seconds=5)  # a row rung for and still not claimed: its message or its worker is lost
NOBODY_ASKED = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)  # "rung at", of a row that is to be run here


def runners() -> dict[str, str]:
    """Label of each leased model -> dotted path of what runs a row of it."""
    return {DELIVERY: "tenants.relay.react", **import_string(settings.RUNNERS)}


def due() -> list[uuid.UUID]:
    """Ids of the organizations that have something to relay or to run: the relay's one look across all of them.

    One probe of an index per organization and kind of row: a hundred thousand rows that wait cost as much as one. The
    row is asked for, not whether there is one: for EXISTS, PostgreSQL may choose to gather all rows of everybody.
    """
    return [pk for (pk,) in _due(tuple(runners()))(timezone.now())]


@functools.cache
def _due(labels: tuple[str, ...]) -> Prepared:
    """The question `due` asks many times a second."""

    def build(moment: datetime.datetime) -> Any:
        of_it = Q(organization=OuterRef("pk"))
        looks = [Event.everywhere.filter(of_it, relayed_at=None).order_by("recorded_at")]
        for label in labels:
            looks.append(apps.get_model(label).everywhere.filter(of_it, is_due(moment)).order_by("run_after"))
        firsts = {f"first_{number}": Subquery(rows.values("pk")[:1]) for number, rows in enumerate(looks)}
        found = Q(*((f"{name}__isnull", False) for name in firsts), _connector=Q.OR)
        return Organization.objects.alias(**firsts).filter(found).values_list("pk")

    return Prepared(build, SOME_MOMENT)


class Waiting(NamedTuple):
    """A row that somebody is to look at, and whether it is for the first time."""

    queue: str
    label: str
    pk: uuid.UUID
    is_first: bool


def together(rows: list[Waiting]) -> list[list[Waiting]]:
    """Rows that are looked at in one go. Only deliveries, which are short; and what is looked at again is looked at
    alone, so that nobody suffers with a row that kills workers."""
    groups: dict[Any, list[list[Waiting]]] = {}
    for row in rows:
        is_short = row.is_first and row.label == DELIVERY
        of_it = groups.setdefault((row.queue, row.label) if is_short else row.pk, [[]])
        if len(of_it[-1]) == TOGETHER:
            of_it.append([])
        of_it[-1].append(row)
    return [group for of_it in groups.values() for group in of_it]


def leave(organization: Any, rows: list[Waiting]) -> None:
    """To the next round, which is to run them here and not to ring for them once more."""
    with tenant(organization) if rows else nullcontext():
        for label in {row.label for row in rows}:
            left = apps.get_model(label).objects.filter(pk__in=[row.pk for row in rows if row.label == label])
            left.update(rung_at=NOBODY_ASKED)


def to_ring(organization: Any) -> list[Waiting]:
    """Due rows that nobody was asked about yet, or not recently, those of the urgent queue first.

    In each queue an organization has only so many places. Whoever has a hundred thousand rows waits for their own; the
    next organization's row stands behind a few of them, and not behind all.
    """
    moment, found = timezone.now(), []
    with tenant(organization):
        for queue in doorbell.QUEUES:
            lanes, places = [], AT_MOST
            for label in runners():
                if queue not in apps.get_model(label).QUEUES:
                    continue
                front = _front(label, queue, 2 * AT_MOST)(moment)
                silent = [(pk, at) for pk, at in front if at and at <= moment - RING_AGAIN]
                new = [pk for pk, at in front if at is None]
                places -= len(front) - len(silent) - len(new)
                lanes.append([Waiting(queue, label, pk, False) for pk, _ in silent])
                lanes.append([Waiting(queue, label, pk, True) for pk in new])
                if any(at != NOBODY_ASKED for _, at in silent):
                    figures.heard.unheard()
            waiting = sum(row.is_first for lane in lanes for row in lane)
            if places < min(waiting, AT_MOST // 2):
                places = 0  # a ring for each place that is left is dear; half of them keep the workers busy
            found += _taken(_in_turn(lanes, max(places, 0)), moment)
    return found


@functools.cache
def _front(label: str, queue: str, most: int) -> PreparedHere:
    """What is due first, with when it was rung for. Who was asked about earlier stands before who was not."""
    model = apps.get_model(label)

    def build(moment: datetime.datetime) -> Any:
        rows = model.objects.due(moment).filter(model.QUEUES[queue]).order_by("run_after", "id")
        return rows.values_list("pk", "rung_at")[:most]

    return PreparedHere(build, SOME_MOMENT)


def _in_turn(lanes: list[list[Waiting]], places: int) -> list[Waiting]:
    """One row of each lane after the other, as many new ones as there are places; what nobody came for needs none."""
    mixed = [row for rows in itertools.zip_longest(*lanes) for row in rows if row]
    new = itertools.islice((row for row in mixed if row.is_first), places)
    chosen = {(row.label, row.pk) for row in new}
    return [row for row in mixed if not row.is_first or (row.label, row.pk) in chosen]


def _taken(rows: list[Waiting], moment: datetime.datetime) -> list[Waiting]:
    """Those of the rows that no other relay has taken up meanwhile."""
    nobody = Q(rung_at=None) | Q(rung_at__lte=moment - RING_AGAIN)
    mine = set()
    for label in {row.label for row in rows}:
        model = apps.get_model(label)
        free = model.objects.filter(nobody, pk__in=[row.pk for row in rows if row.label == label])
        locked = set(free.select_for_update(skip_locked=True, no_key=True).values_list("pk", flat=True))
        model.objects.filter(pk__in=locked).update(rung_at=moment)
        mine |= {(label, pk) for pk in locked}
    return [row for row in rows if (row.label, row.pk) in mine]
