"""What became of one notification, step by step: the proof that somebody was told, or the reason why they were not.

Everything here is read from rows that are written anyway. A moment that no row keeps (the third failed try of five) is
not made up: it stands in the words of the entry beside it.
"""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from notifications.models import Escalation, Message, Notification, Occasion
from notifications.states import Transport
from tenants.models import Event, Replay
from tenants.states import DeliveryState
from tenants.words import said, when

# What of an entry -> the order of those that happened at the same moment.
WHATS = {
    what: place
    for place, what in enumerate(
        "happened decided hidden suppressed held parked joined escalated stepped dead replayed delivered acknowledged"
        " ended read archived pending".split()
    )
}
ESCALATED = {
    "escalation.started": "escalated",
    "escalation.stepped": "stepped",
    "escalation.acknowledged": "acknowledged",
    "escalation.ended": "ended",
}
# What "delivered" can honestly mean: nobody knows whether a mail was read.
ARRIVED = {
    Transport.EMAIL: "The mail server accepted it for {to}",
    Transport.PUSH: "The browser's push service accepted it",
}


@dataclass(frozen=True)
class Entry:
    at: datetime.datetime
    what: str
    words: str
    transport: str = ""
    detail: dict[str, Any] = field(default_factory=dict)

    @property
    def over(self) -> str:
        """The transport as people say it."""
        return str(Transport(self.transport).label) if self.transport else ""


def timeline(notification: Notification) -> list[Entry]:
    """All that is known of it, oldest first; what is still to come stands last."""
    told = Notification.objects.select_related("event", "recipient__user").get(pk=notification.pk)
    occasions = list(Occasion.objects.filter(notification=told).select_related("event"))
    messages = list(Message.objects.filter(notification=told).select_related("digest").order_by("id"))
    escalated = _escalated(told)
    sentences = said([told.event, *(occasion.event for occasion in occasions), *escalated])
    found = [
        *_decision(told, str(sentences[told.event_id])),
        *(_joined(occasion, str(sentences[occasion.event_id])) for occasion in occasions),
        *(entry for message in messages for entry in _way(message, told)),
        *_replays(messages),
        *_reactions(told),
        *_steps(told, escalated, sentences),
    ]
    return sorted(found, key=lambda entry: (entry.what == "pending", entry.at, WHATS[entry.what]))


def _decision(told: Notification, sentence: str) -> Iterable[Entry]:
    event = told.event
    yield Entry(event.occurred_at, "happened", sentence, detail=_event(event))
    why = f": {told.why.rstrip('.')}" if told.why else ""
    yield Entry(
        told.created_at,
        "decided",
        f"{told.recipient} is told{why}",
        detail={"kind": told.kind, "why": told.why, "is_urgent": told.is_urgent},
    )
    if told.hidden_because:
        yield Entry(
            told.created_at, "hidden", f"Not shown in the inbox: {told.hidden_because}", Transport.INBOX,
            {"because": told.hidden_because},
        )  # fmt: skip
    else:
        yield Entry(told.created_at, "delivered", "It stands in the inbox", Transport.INBOX)


def _joined(occasion: Occasion, sentence: str) -> Entry:
    return Entry(occasion.created_at, "joined", f"{sentence}; this joined the entry", detail=_event(occasion.event))


def _event(event: Event) -> dict[str, Any]:
    return {"event": str(event.pk), "kind": event.kind, "position": event.position}


def _way(message: Message, told: Notification) -> Iterable[Entry]:
    """What was decided about one transport, and how it ended or where it stands."""
    if message.held_because:
        yield Entry(
            told.created_at,
            "held",
            f"Held until {when(message.first_due_at)}: {message.held_because}",
            message.transport,
            {"until": _iso(message.first_due_at), "because": message.held_because},
        )
    if message.digest:
        yield Entry(
            told.created_at,
            "parked",
            f"Goes with the digest of {when(message.digest.due_at)}",
            message.transport,
            {"digest": str(message.digest_id), "due_at": _iso(message.digest.due_at)},
        )
    if ending := _ENDINGS.get(message.state):
        yield ending(message, told)


def _done(message: Message, told: Notification) -> Entry:
    arrived = ARRIVED[Transport(message.transport)].format(to=told.recipient.user.email)
    return Entry(message.done_at, "delivered", f"{arrived}{_tries(message)}", message.transport, _counts(message))


def _dead(message: Message, told: Notification) -> Entry:
    words = f"Given up{_tries(message)}: {message.error}"
    return Entry(message.run_after, "dead", words, message.transport, _counts(message) | {"error": message.error})


def _suppressed(message: Message, told: Notification) -> Entry:
    # What was never started was decided at once; else the row was put off when it was asked once more.
    at = message.run_after if message.attempts else told.created_at
    return Entry(at, "suppressed", f"Not sent: {message.error}", message.transport, {"because": message.error})


def _pending(message: Message, told: Notification) -> Entry:
    if message.failures:
        words = f"{_tries(message).strip(', ').capitalize()}: {message.error}. Next try {when(message.run_after)}"
    else:
        words = "About to be sent" if not message.held_because else f"Waits until {when(message.run_after)}"
    detail = _counts(message) | {"error": message.error, "next_try": _iso(message.run_after)}
    return Entry(message.run_after, "pending", words, message.transport, detail)


def _parked(message: Message, told: Notification) -> Entry:
    at = message.digest.due_at if message.digest else message.run_after
    return Entry(at, "pending", f"Waits for the digest of {when(at)}", message.transport, {"next_try": _iso(at)})


_ENDINGS = {
    DeliveryState.DONE: _done,
    DeliveryState.DEAD: _dead,
    DeliveryState.SUPPRESSED: _suppressed,
    DeliveryState.PENDING: _pending,
    DeliveryState.PARKED: _parked,
}


def _tries(message: Message) -> str:
    """, after 3 tries of which 2 failed"""
    if message.attempts < 2 and not message.failures:
        return ""
    return f", after {_counted(message.attempts, 'try', 'tries')} of which {message.failures} failed"


def _counts(message: Message) -> dict[str, Any]:
    return {"tries": message.attempts, "failures": message.failures, "key": message.key}


def _replays(messages: list[Message]) -> Iterable[Entry]:
    """A dead message that somebody gave another life."""
    ways = {message.pk: message.transport for message in messages}
    if not ways:
        return
    rows = list(Replay.objects.filter(label=Message._meta.label_lower, row_id__in=ways).order_by("created_at"))
    for row in rows:
        words = f"Tried anew by hand; it had failed: {row.error}"
        yield Entry(row.created_at, "replayed", words, ways[row.row_id], {"replay": str(row.pk), "error": row.error})


def _reactions(told: Notification) -> Iterable[Entry]:
    if told.read_at:
        yield Entry(told.read_at, "read", f"{told.recipient} marked it as read")
    if told.archived_at:
        yield Entry(told.archived_at, "archived", f"{told.recipient} put it away")


def _escalated(told: Notification) -> list[Event]:
    """What happened to the same thing since, because nobody reacted to it."""
    if told.subject_id is None:
        return []
    about = Escalation.objects.filter(subject_type=told.subject_type, subject_id=told.subject_id).values("pk")
    since = Event.objects.filter(subject_type=Escalation.NOUN, subject_id__in=about, kind__in=ESCALATED)
    return list(since.filter(occurred_at__gte=told.event.occurred_at))


def _steps(told: Notification, escalated: list[Event], sentences: Any) -> Iterable[Entry]:
    """The same as entries, with a word on which of it reached this person."""
    reached = set()
    if escalated:
        mine = Notification.objects.filter(recipient=told.recipient_id, event__in=escalated)
        reached = set(mine.values_list("event_id", flat=True))
    for event in escalated:
        among = f"; {told.recipient} is among those it told" if event.pk in reached else ""
        detail = _event(event) | {"escalation": str(event.subject_id), "reached": event.pk in reached}
        yield Entry(event.occurred_at, ESCALATED[event.kind], f"{sentences[event.pk]}{among}", detail=detail)


def _counted(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"


def _iso(moment: datetime.datetime) -> str:
    return moment.astimezone(datetime.UTC).isoformat().replace("+00:00", "Z")
