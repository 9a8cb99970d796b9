"""What is forgotten, and what never: the proof of what is not over stays, and so do the numbers of all that was."""

import datetime
import uuid
from collections import Counter
from typing import Any

from django.conf import settings
from django.db.models import F, Q

from notifications.models import Cleared, Digest, Message, Notification, Occasion
from notifications.queries.conservation import CREATED, DELIVERIES, ENTRIES, HIDDEN, MESSAGES, SHOWN
from tenants import context
from tenants.context import tenant
from tenants.ids import first_id_at
from tenants.models import Delivery, ScheduledRun
from tenants.states import DeliveryState

AT_ONCE = 1000
MOST = 200_000  # rows that one run looks at; the next one goes on
OVER = (DeliveryState.DONE, DeliveryState.SUPPRESSED)
NO_ID = uuid.UUID(int=0)


def run(scheduled: ScheduledRun) -> dict[str, int]:
    """Forget old entries and old deliveries, some at a time, each some in a transaction of their own.

    Twice is as good as once, and what a worker did not get to when it died the next one does. Ids grow with time, so
    they lead from the oldest on. Events are the ledger, and are never touched.
    """
    moment = context.now()
    entries = first_id_at(moment - datetime.timedelta(days=settings.KEEP_NOTIFICATIONS_DAYS))
    deliveries = first_id_at(moment - datetime.timedelta(days=settings.KEEP_DELIVERIES_DAYS))
    forgotten = Counter({"entries": 0, "messages": 0, "deliveries": 0, "digests": 0})
    for forget, before in ((_entries, entries), (_digests, entries), (_deliveries, deliveries)):
        after, looked = NO_ID, 0
        while looked < MOST:
            with tenant(scheduled.organization_id):
                ids, gone = forget(after, before)
            forgotten.update(gone)
            looked += len(ids)
            if len(ids) < AT_ONCE:
                break
            after = ids[-1]
    return dict(forgotten)


def _entries(after: uuid.UUID, before: uuid.UUID) -> tuple[list[uuid.UUID], dict[str, int]]:
    """Entries that were read, archived or never shown, with all that hangs on them.

    What is unread is nobody's to forget, and an entry with a message on its way, or dead, is not over.
    """
    dealt_with = Q(read_at__isnull=False) | Q(archived_at__isnull=False) | ~Q(hidden_because="")
    rows = _next(Notification.objects.filter(dealt_with), after, before)
    found = {row.pk: row for row in rows.only("hidden_because", "decided").select_for_update(no_key=True)}
    messages = Message.objects.filter(notification__in=found)
    waiting = set(messages.exclude(state__in=OVER).values_list("notification", flat=True))
    gone = {pk: row for pk, row in found.items() if pk not in waiting}
    messages = messages.filter(notification__in=gone)
    states = Counter(messages.values_list("state", flat=True))
    Occasion.objects.filter(notification__in=gone).delete()
    messages.delete()
    Notification.objects.filter(pk__in=gone).delete()
    hidden = sum(bool(row.hidden_because) for row in gone.values())
    _keep(MESSAGES, states | Counter({CREATED: sum(row.decided for row in gone.values())}))
    _keep(ENTRIES, {SHOWN: len(gone) - hidden, HIDDEN: hidden})
    return list(found), {"entries": len(gone), "messages": states.total()}


def _digests(after: uuid.UUID, before: uuid.UUID) -> tuple[list[uuid.UUID], dict[str, int]]:
    """Digests that were sent or had nothing left to say, once all they brought is forgotten."""
    found = list(_next(Digest.objects.filter(state__in=OVER), after, before).values_list("pk", flat=True))
    count, _ = Digest.objects.filter(pk__in=found, items=None).delete()
    return found, {"digests": count}


def _deliveries(after: uuid.UUID, before: uuid.UUID) -> tuple[list[uuid.UUID], dict[str, int]]:
    """Reactions that were done: the event says what happened, the rows they left say what came of it."""
    found = list(_next(Delivery.objects.filter(state=DeliveryState.DONE), after, before).values_list("pk", flat=True))
    count, _ = Delivery.objects.filter(pk__in=found).delete()
    _keep(DELIVERIES, {DeliveryState.DONE.value: count})
    return found, {"deliveries": count}


def _next(rows: Any, after: uuid.UUID, before: uuid.UUID) -> Any:
    return rows.filter(pk__gt=after, pk__lt=before).order_by("pk")[:AT_ONCE]


def _keep(label: str, counts: dict[Any, int]) -> None:
    """Remember how many went, in the transaction they go in."""
    for state, count in counts.items():
        if count:
            row, _ = Cleared.objects.get_or_create(label=label, state=str(state))
            Cleared.objects.filter(pk=row.pk).update(count=F("count") + count)
