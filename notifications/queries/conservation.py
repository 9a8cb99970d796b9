"""Whether what was ever decided is accounted for: `created = delivered + pending + parked + dead + suppressed`.

The left side is no count of the same rows: each entry says how many messages were decided with it, in the statement
that made the entry. A message that vanished, or was written twice, shows as `missing`. What retention took away is
kept as a number on both sides. All of it is read in one statement, which is one sample even while workers write.
"""

from collections import defaultdict
from typing import Any

from django.db.models import Case, Count, F, QuerySet, Sum, TextField, Value, When
from django.db.models.functions import Cast

from notifications.models import Cleared, Message, Notification
from tenants.models import Delivery
from tenants.states import DeliveryState

MESSAGES, ENTRIES, DELIVERIES = "messages", "entries", "deliveries"
CREATED, MISSING, STRANDED = "created", "missing", "stranded"
SHOWN, HIDDEN = "shown", "hidden"
# State of a row -> what it is called among the figures.
NAMES = {
    DeliveryState.DONE.value: "delivered",
    DeliveryState.PENDING.value: "pending",
    DeliveryState.PARKED.value: "parked",
    DeliveryState.DEAD.value: "dead",
    DeliveryState.SUPPRESSED.value: "suppressed",
}
Figures = dict[str, dict[str, int]]


def figures() -> Figures:
    """Messages, entries and deliveries of the organization, by what became of them.

    `missing` is what does not add up: nothing, or something was lost (a negative number: doubled). `stranded` are items
    parked in a digest that will bring them no more.
    """
    found: Figures = {what: defaultdict(int) for what in (MESSAGES, ENTRIES, DELIVERIES)}
    for what, state, count in _sample():
        found[what][NAMES.get(state, state)] += count
    messages, entries, deliveries = found[MESSAGES], found[ENTRIES], found[DELIVERIES]
    accounted = sum(messages[name] for name in NAMES.values())
    return {
        MESSAGES: {
            CREATED: messages[CREATED],
            **{name: messages[name] for name in NAMES.values()},
            MISSING: messages[CREATED] - accounted,
            STRANDED: messages[STRANDED],
        },
        ENTRIES: {CREATED: sum(entries.values()), SHOWN: entries[SHOWN], HIDDEN: entries[HIDDEN]},
        DELIVERIES: {CREATED: sum(deliveries.values()), **{name: deliveries[name] for name in NAMES.values()}},
    }


def _sample() -> QuerySet[Any, Any]:
    """(what, state, count) of everything, as one statement."""
    parked = Message.objects.filter(state=DeliveryState.PARKED)
    is_shown = Case(When(hidden_because="", then=Value(SHOWN)), default=Value(HIDDEN), output_field=TextField())
    asked = [
        _counted(MESSAGES, Message.objects.all(), F("state")),
        _counted(MESSAGES, parked.exclude(digest__state=DeliveryState.PENDING), Value(STRANDED)),
        _counted(MESSAGES, Notification.objects.exclude(decided=0), Value(CREATED), Sum("decided")),
        _counted(ENTRIES, Notification.objects.all(), is_shown),
        _counted(DELIVERIES, Delivery.objects.all(), F("state")),
        _counted("", Cleared.objects.all(), F("state"), Sum("count"), Cast("label", TextField())),
    ]
    return asked[0].union(*asked[1:], all=True)


def _counted(what: str, rows: Any, state: Any, count: Any = None, label: Any = None) -> Any:
    named = rows.order_by().annotate(
        its_label=label or Value(what, TextField()), its_state=Cast(state, TextField()) if state else state
    )
    grouped = named.values("its_label", "its_state").annotate(its_count=count or Count("pk"))
    return grouped.values_list("its_label", "its_state", "its_count")
