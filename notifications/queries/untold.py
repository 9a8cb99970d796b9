"""Why somebody was told of a thing, or was not: each of its newest events, with what was decided about this person.

What was decided then is in rows. Where there is none, the rules are asked again today: that is said, since people move
between departments and an answer about now is not an answer about then.
"""

import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Q

from dispatch.models import Assignment
from notifications import kinds
from notifications.models import Notification, Occasion
from tenants.models import Delivery, Event, Member
from tenants.states import DeliveryState
from tenants.words import in_a_row, said
from workorder.models import Comment, WorkOrder, WorkOrderTask

MOST = 20  # events; asking the rules again costs some queries each
MOST_NAMED = 5
TELLS = "notifications.subscribers.tell"
ABOUT = re.compile(r"([a-z_]{1,30}):([0-9a-f-]{36})")


@dataclass(frozen=True)
class Verdict:
    """What one event came to for one person. `told` is the entry they have; without one, `words` say why not."""

    event: Event
    said: str
    code: str
    words: str
    told: Notification | None = None


def verdicts(member: Member, noun: str, pk: uuid.UUID) -> list[Verdict]:
    """The newest events of a thing, and of what belongs to it, that anybody is told of."""
    kinds_told = {kind for spec in kinds.KINDS.values() for kind in spec.makers}
    known = Notification.objects.filter(subject_type=noun, subject_id=pk).values("event")
    about = Event.objects.filter(Q(subject_id__in=_ids_of(noun, pk)) | Q(pk__in=known), kind__in=kinds_told)
    events = list(about.select_related("actor__user").order_by("-occurred_at", "-pk")[:MOST])
    entries, others = _entries(events, member), _others(events, member)
    deliveries = dict(Delivery.objects.filter(event__in=events, subscriber=TELLS).values_list("event", "state"))
    sentences = said(events)
    found = []
    for event in events:
        told = entries.get(event.pk)
        code, words = _of_entry(told) if told else _why_not(event, member, deliveries.get(event.pk), others)
        found.append(Verdict(event, str(sentences[event.pk]), code, words, told))
    return found


def _ids_of(noun: str, pk: uuid.UUID) -> list[uuid.UUID]:
    """A thing and what belongs to it: of an order its tasks, who was given them, and what was said of either."""
    ids = [pk]
    if noun == WorkOrder.NOUN:
        ids += WorkOrderTask.objects.filter(work_order=pk).values_list("pk", flat=True)
    if noun in (WorkOrder.NOUN, WorkOrderTask.NOUN):
        ids += Assignment.objects.filter(task__in=ids).values_list("pk", flat=True)
    return ids + list(Comment.objects.filter(subject_id__in=ids).values_list("pk", flat=True))


def _entries(events: Iterable[Event], member: Member) -> dict[uuid.UUID, Notification]:
    """Dict[event id -> the entry it made for this person, or joined]."""
    made = Notification.objects.filter(event__in=events, recipient=member)
    joined = Occasion.objects.filter(event__in=events, recipient=member).select_related("notification")
    return {entry.event_id: entry for entry in made} | {row.event_id: row.notification for row in joined}


def _others(events: Iterable[Event], member: Member) -> dict[uuid.UUID, list[str]]:
    """Dict[event id -> names of those who were told]."""
    found: dict[uuid.UUID, list[str]] = {}
    rows = Notification.objects.filter(event__in=events).exclude(recipient=member).select_related("recipient__user")
    for entry in rows.order_by("recipient__user__name")[: MOST * 50]:
        found.setdefault(entry.event_id, []).append(str(entry.recipient))
    return found


def _of_entry(told: Notification) -> tuple[str, str]:
    if told.hidden_because:
        return "hidden", f"Not shown: {told.hidden_because}"
    return "told", f"Told: {told.why.rstrip('.')}" if told.why else "Told"


def _why_not(event: Event, member: Member, state: str | None, others: dict[uuid.UUID, list[str]]) -> tuple[str, str]:
    if event.relayed_at is None or state == DeliveryState.PENDING:
        return "not_yet", "Nobody was told yet: it waits to be relayed"
    if state == DeliveryState.DEAD:
        return "dead", "Telling failed for good: see the dead letters"
    if event.actor_id == member.pk:
        return "own", "They did it themselves"
    if not member.active:
        return "inactive", "They are no longer active"
    told = others.get(event.pk, [])
    instead = f"; told were {_named(told)}" if told else "; nobody was"
    if _would_be_told(event, member):
        return "not_then", f"Not among those concerned at the time, and would be by now{instead}"
    return "not_concerned", f"Not among those whom this concerns{instead}"


def _named(names: list[str]) -> str:
    more = len(names) - MOST_NAMED
    return in_a_row([*names[:MOST_NAMED], f"{more} more"] if more > 0 else names)


def _would_be_told(event: Event, member: Member) -> bool:
    people = Member.objects.active().filter(pk=member.pk).select_related("user")
    try:
        return any((news := spec.news(event, people)) and news.to for spec in kinds.of_event(event.kind))
    except ObjectDoesNotExist:  # what it was about is gone
        return False


def thing_named(text: str) -> tuple[str, uuid.UUID] | None:
    """(noun, id) of what somebody typed: an order's number, or `task:` and an id as addresses have it."""
    if parts := ABOUT.fullmatch(text.strip()):
        try:
            return parts[1], uuid.UUID(parts[2])
        except ValueError:
            return None
    found = WorkOrder.objects.filter(number__iexact=text.strip()).values_list("pk", flat=True).first()
    return (WorkOrder.NOUN, found) if found else None
