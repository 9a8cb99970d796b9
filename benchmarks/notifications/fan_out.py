"""One event is told to ten thousand members: entries and messages, committed, beside a bare insert of the same."""

import os
import time

from django.db import connection, transaction

from benchmarks.notifications import bare, floor
from notifications.actions import telling
from notifications.models import Message, Notification
from notifications.states import Kind
from tenants.context import tenant

MEMBERS = int(os.environ.get("MEMBERS") or 10_000)
ROUNDS = int(os.environ.get("ROUNDS") or 5)
WANTED = 0.7  # of the limit


def measured(urls, settle):
    """Seconds of each way by round, the ways in another order each time; `settle` is what autovacuum does."""
    house = floor.organization("fan-out")
    people = floor.members(house, MEMBERS)
    orders = floor.orders(house, 3 * ROUNDS + 1)
    events = floor.events(house, orders, kind="workorder.submitted", version=1)
    told = rows_of(house, events[0], people)
    seconds = {"product": [], "bulk_create": [], "bare": []}
    ways = {"product": product, "bulk_create": bulk, "bare": limit}
    names = list(ways)
    for number in range(ROUNDS):
        for place in range(3):
            name = names[(number + place) % 3]
            event = events[1 + 3 * number + place]
            settle()
            seconds[name].append(ways[name](house, event, people, told))
    return {
        "members": MEMBERS,
        "wanted": WANTED,
        "rows": sum(len(rows) for rows in told),
        "seconds": {name: [round(one, 4) for one in found] for name, found in seconds.items()},
    }


def rows_of(house, event, people):
    """What the product writes for one event; the first telling of all warms everything up."""
    product(house, event, people, None)
    with tenant(house):
        entries = list(Notification.objects.filter(event=event))
        return entries, list(Message.objects.filter(notification__event=event))


def product(house, event, people, _):
    begun = time.perf_counter()
    with tenant(house):
        telling.tell(
            event,
            to=people,
            kind=Kind.ORDER_SUBMITTED,
            title="WO-000001 waits for approval",
            content="Pia submitted “Menu cards”.",
            url=f"/work-orders/{event.subject_id}/",
        )
    return time.perf_counter() - begun


def limit(house, event, people, told):
    entries, messages = told
    fields, arrays = bare.columns(entries, event=lambda _: event.pk)
    keys = dict(zip((entry.pk for entry in entries), arrays[0], strict=True))
    ways = bare.columns(
        messages,
        notification=lambda row: keys[row.notification_id],
        key=lambda row: f"{event.pk}{row.key[36:]}",
    )
    begun = time.perf_counter()
    with tenant(house), connection.cursor() as cursor:
        bare.insert(cursor, fields, arrays)
        bare.insert(cursor, *ways)
    return time.perf_counter() - begun


def bulk(house, event, people, told):
    """What a Django developer would write first."""
    entries, messages = told
    begun = time.perf_counter()
    with tenant(house), transaction.atomic():
        made = Notification.objects.bulk_create(
            Notification(
                recipient_id=row.recipient_id, event=event, kind=row.kind, title=row.title, content=row.content,
                level=row.level, url=row.url, why=row.why, subject_type=row.subject_type, subject_id=row.subject_id,
            )
            for row in entries
        )  # fmt: skip
        place = {row.pk: n for n, row in enumerate(entries)}
        Message.objects.bulk_create(
            Message(
                notification=made[place[row.notification_id]],
                transport=row.transport,
                key=f"{event.pk}{row.key[36:]}",
            )
            for row in messages
        )
    return time.perf_counter() - begun
