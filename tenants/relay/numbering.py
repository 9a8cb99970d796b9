"""Gives events their positions and writes who is to react to them.

"Ids above the last one seen" is never asked: ids commit out of order, and the rows in between would be lost. Events of
one subject get positions in the order of its versions, whatever the clocks of two machines said.
"""

import datetime
import uuid
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Max
from django.utils import timezone
from django.utils.module_loading import import_string

from tenants import context
from tenants.context import tenant
from tenants.models import Delivery, Event, Organization
from tenants.states import DeliveryState

BATCH = 1000

# One statement for a batch: the rows that Python would have to read, sort and send back stay where they are. `first` is
# what came first; where the limit cut something off, `batch` has also the earlier versions of its subjects, which
# committed first and so are there to be seen. A subject's places go to its versions, the lowest first.
AT_ONCE = """
    WITH first AS MATERIALIZED (
        SELECT id, kind, subject_type, subject_id, subject_version, recorded_at FROM tenants_event
        WHERE organization_id = %(organization)s AND relayed_at IS NULL ORDER BY recorded_at, id LIMIT %(batch)s
    ), highest AS (
        SELECT subject_type, subject_id, max(subject_version) AS version FROM first GROUP BY subject_type, subject_id
    ), batch AS MATERIALIZED (
        SELECT * FROM first
        UNION ALL
        SELECT earlier.* FROM highest CROSS JOIN LATERAL (
            SELECT id, kind, subject_type, subject_id, subject_version, recorded_at FROM tenants_event AS event
            WHERE event.organization_id = %(organization)s AND event.subject_type = highest.subject_type
              AND event.subject_id = highest.subject_id AND event.subject_version < highest.version
              AND event.relayed_at IS NULL OFFSET 0
        ) AS earlier
        WHERE (SELECT count(*) FROM first) = %(batch)s AND highest.version > 1
          AND earlier.id NOT IN (SELECT id FROM first)
    ), placed AS (
        SELECT id, kind, subject_type, subject_id, row_number() OVER (ORDER BY recorded_at, id) AS place,
               row_number() OVER (PARTITION BY subject_type, subject_id ORDER BY subject_version) AS turn
        FROM batch
    ), numbered AS MATERIALIZED (
        SELECT id, kind, (array_agg(place) OVER (
            PARTITION BY subject_type, subject_id ORDER BY place
            ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
        ))[turn] AS place FROM placed
    ), told AS (
        INSERT INTO tenants_delivery
               (id, organization_id, event_id, subscriber, state, attempts, failures, run_after, first_due_at, error)
        SELECT (%(made_at)s || lpad(to_hex(row_number() OVER (ORDER BY place, rank) %% 4096), 3, '0')
                || substr(gen_random_uuid()::text, 19))::uuid,
               %(organization)s, id, subscriber, %(pending)s, 0, 0, %(moment)s, %(moment)s, ''
        FROM numbered JOIN unnest(%(kinds)s::text[], %(subscribers)s::text[], %(ranks)s::int[])
             AS reaction(kind, subscriber, rank) USING (kind)
    ), last AS (
        SELECT coalesce(max(position), 0) AS position FROM tenants_event WHERE organization_id = %(organization)s
    )
    UPDATE tenants_event SET relayed_at = %(moment)s, position = last.position + numbered.place
    FROM numbered CROSS JOIN last WHERE tenants_event.id = numbered.id
"""


def relay(organization: Any) -> int:
    """Give unrelayed events their positions and write their deliveries; answers how many events were relayed."""
    with tenant(organization):
        if not Event.objects.unrelayed().exists():
            return 0
        Organization.objects.select_for_update(no_key=True).get(pk=context.organization_id())
        number = _number_at_once if connection.vendor == "postgresql" else _number
        return number(timezone.now())


def _reactions() -> dict[str, list[str]]:
    """Kind of event -> its subscribers, each once."""
    return {kind: list(dict.fromkeys(found)) for kind, found in import_string(settings.SUBSCRIPTIONS).items()}


def _number_at_once(moment: datetime.datetime) -> int:
    """The next batch in one statement, after the lock: what it sees was committed before."""
    reactions = [(kind, name, rank) for kind, found in _reactions().items() for rank, name in enumerate(found)]
    kinds, subscribers, ranks = zip(*reactions, strict=True) if reactions else ((), (), ())
    made_at = f"{int(moment.timestamp() * 1000):012x}"
    with connection.cursor() as cursor:
        cursor.execute(
            AT_ONCE,
            {
                "organization": context.organization_id(),
                "batch": BATCH,
                "moment": moment,
                "pending": str(DeliveryState.PENDING),
                "made_at": f"{made_at[:8]}-{made_at[8:]}-7",
                "kinds": list(kinds),
                "subscribers": list(subscribers),
                "ranks": list(ranks),
            },
        )
        return int(cursor.rowcount)


def _number(moment: datetime.datetime) -> int:
    """The same where there is no such statement: SQLite."""
    batch = _in_order(list(Event.objects.unrelayed().order_by("recorded_at", "id")[:BATCH]))
    last = Event.objects.aggregate(last=Max("position"))["last"] or 0
    for position, event in enumerate(batch, start=last + 1):
        event.relayed_at, event.position = moment, position
    Event.objects.bulk_update(batch, ["relayed_at", "position"], batch_size=200)
    reactions = _reactions()
    Delivery.objects.bulk_create(
        Delivery(organization_id=event.organization_id, event=event, subscriber=subscriber)
        for event in batch
        for subscriber in reactions.get(event.kind, ())
    )
    return len(batch)


def _in_order(batch: list[Event]) -> list[Event]:
    """Events of one subject in the order of its versions, with earlier versions that the batch's limit cut off."""
    highest: dict[tuple[str, uuid.UUID], int] = {}
    for event in batch:
        key = event.subject_type, event.subject_id
        highest[key] = max(highest.get(key, 0), event.subject_version)
    if len(batch) == BATCH:
        known = {event.pk for event in batch}
        earlier = Event.objects.unrelayed().filter(subject_id__in={key[1] for key in highest})
        batch += [
            event
            for event in earlier.order_by("recorded_at", "id")
            if event.pk not in known and event.subject_version < highest.get((event.subject_type, event.subject_id), 0)
        ]
    waiting: dict[tuple[str, uuid.UUID], list[Event]] = {}
    for event in sorted(batch, key=lambda event: event.subject_version, reverse=True):
        waiting.setdefault((event.subject_type, event.subject_id), []).append(event)
    return [waiting[event.subject_type, event.subject_id].pop() for event in batch]
