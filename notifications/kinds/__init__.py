"""Every kind of news there is: of which events it is made, who is told and why, how loudly and over what.

To add one, see docs/notifications.md.
"""

import uuid
from collections.abc import Iterator

from notifications.kinds import absences, comments, imports, orders, people, plans, system, tasks, tickets
from notifications.kinds.specs import News, Spec, Told
from notifications.models import Notification, Occasion
from notifications.states import Kind
from tenants.models import Event, Member

NOT_THEIRS = "It is no longer theirs."
KINDS: dict[Kind, Spec] = {
    spec.kind: spec
    for noun in (orders, tasks, plans, tickets, comments, absences, people, imports, system)
    for spec in noun.SPECS
}

__all__ = ["KINDS", "News", "Spec", "Told", "no_longer", "of_event", "still_concerns"]


def of_event(kind: str) -> tuple[Spec, ...]:
    """The kinds of news an event of this kind may be."""
    return tuple(spec for spec in KINDS.values() if kind in spec.makers)


def still_concerns(notification: Notification) -> bool:
    """Whether it is still their business: whoever was told is looked for again, in the world as it is now."""
    return not no_longer(notification)


def no_longer(notification: Notification) -> str:
    """Why it is not their business any more; nothing if it is. One of its events that still is will do."""
    spec = KINDS[Kind(notification.kind)]
    why = ""
    for event in _events_of(notification):
        if not (why := _no_longer(spec, event, notification.recipient_id)):
            break
    return why


def _events_of(notification: Notification) -> Iterator[Event]:
    """What it stands for, the newest first: of many that joined, mostly the newest still holds."""
    further = Occasion.objects.filter(notification=notification).values("event")
    asked = Event.objects.select_related("actor__user")
    yield from asked.filter(pk__in=further).order_by("-recorded_at")
    yield asked.get(pk=notification.event_id)


def _no_longer(spec: Spec, event: Event, member_id: uuid.UUID) -> str:
    if spec.over and (over := spec.over(event)):
        return over
    if event.kind not in spec.makers:
        return ""
    news = spec.news(event, Member.objects.active().filter(pk=member_id).select_related("user"))
    if news is None or not news.to:
        return NOT_THEIRS
    return news.over
