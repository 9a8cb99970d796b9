"""Events get their positions and deliveries, beside a bare SKIP LOCKED loop that writes the same rows."""

import os
import time

from django.conf import settings
from django.db import connection, transaction
from django.utils.module_loading import import_string

from benchmarks.notifications import floor
from tenants import relay
from tenants.context import tenant
from tenants.models import Delivery, Event

EVENTS = int(os.environ.get("EVENTS") or 20_000)
ROUNDS = int(os.environ.get("ROUNDS") or 5)
KIND = "workorder.submitted"
BATCH = 1000
WANTED = 0.7

BARE = """
    WITH picked AS (
        SELECT id, recorded_at FROM tenants_event WHERE organization_id = %(house)s AND relayed_at IS NULL
        ORDER BY recorded_at, id LIMIT %(batch)s FOR UPDATE SKIP LOCKED
    ), numbered AS (
        SELECT id, %(last)s + row_number() OVER (ORDER BY recorded_at, id) AS position FROM picked
    ), relayed AS (
        UPDATE tenants_event SET relayed_at = %(moment)s, position = numbered.position
        FROM numbered WHERE tenants_event.id = numbered.id RETURNING tenants_event.id
    ), told AS (
        INSERT INTO tenants_delivery ({columns}) SELECT {values}
        FROM relayed CROSS JOIN unnest(%(subscribers)s::text[]) AS subscriber
        RETURNING 1
    ) SELECT (SELECT count(*) FROM relayed), (SELECT count(*) FROM told)"""


def measured(urls, settle):
    """Seconds of both ways by round, the ways in turn; `settle` is what autovacuum does after so many rows."""
    seconds, subscribers = {"product": [], "bare": []}, import_string(settings.SUBSCRIPTIONS)[KIND]
    ways = [("product", product), ("bare", limit)]
    for number in range(ROUNDS + 1):
        for name, way in ways[:: 1 if number % 2 else -1]:
            house = floor.organization("relay")
            floor.events(house, floor.orders(house, EVENTS), kind=KIND, version=1)
            settle()
            begun = time.perf_counter()
            way(house, subscribers)
            took = time.perf_counter() - begun
            counted(house, subscribers)
            if number:  # the first of all warms everything up
                seconds[name].append(round(took, 4))
    return {"events": EVENTS, "wanted": WANTED, "rows": EVENTS * (1 + len(subscribers)), "seconds": seconds}


def product(house, _):
    while relay.relay(house):
        pass


def limit(house, subscribers):
    columns = Delivery._meta.concrete_fields
    fixed = {
        "id": "gen_random_uuid()", "organization_id": "%(house)s", "event_id": "relayed.id", "subscriber": "subscriber",
        "state": "'pending'", "attempts": "0", "failures": "0", "run_after": "%(moment)s", "first_due_at": "%(moment)s",
        "error": "''",
    }  # fmt: skip
    plain = {"queue": "'default'", "lane": "0"}
    statement = BARE.format(
        columns=", ".join(f'"{field.column}"' for field in columns),
        values=", ".join(fixed.get(field.column) or _default(field, plain) for field in columns),
    )
    last = 0
    while True:
        with tenant(house), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                statement,
                {
                    "house": house.pk,
                    "batch": BATCH,
                    "last": last,
                    "moment": relay.timezone.now(),
                    "subscribers": list(subscribers),
                },
            )
            relayed, _ = cursor.fetchone()
        if not relayed:
            return
        last += relayed


def _default(field, plain):
    if field.column in plain:
        return plain[field.column]
    return "NULL" if field.null else "''"


def counted(house, subscribers):
    """Both must have done all of it."""
    with tenant(house):
        left = Event.objects.unrelayed().count()
        told = Delivery.objects.count()
    if left or told != EVENTS * len(subscribers):
        raise SystemExit(f"{left} events left, {told} deliveries of {EVENTS * len(subscribers)}")
