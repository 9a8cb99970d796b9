"""Telling people: one entry per person and event, and a row for each way it goes, or does not go and why."""

import datetime
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from notifications.actions import digests, joining
from notifications.actions.inbox import show_counts
from notifications.actions.sayings import MUTED, Saying, languages, muted
from notifications.kinds import KINDS, Told, of_event
from notifications.kinds.audiences import merged
from notifications.kinds.wording import Words, in_language, shortened, words
from notifications.models import Digest, Message, Notification
from notifications.queries.preferences import Route, routes
from notifications.states import KEY_DOMAIN, Kind, Level, Transport, Wanted
from notifications.transports import SENDERS, live
from tenants import context, doorbell
from tenants.ids import uuid7
from tenants.models import Event, Member
from tenants.models.inserting import insert_all
from tenants.states import DeliveryState

GATHERING = datetime.timedelta(seconds=30)  # how long a mail waits for more of its kind about the same thing
TRIES = 3

ENTRY = (
    *("recipient_id", "event_id", "kind", "title", "content", "html", "level", "url", "subject_type", "subject_id"),
    *("why", "is_urgent", "decided", "open_key", "hidden_because"),
)
MESSAGE = (
    *("notification_id", "transport", "key", "digest_id", "is_urgent", "held_because", "state", "run_after"),
    *("first_due_at", "error"),
)


@transaction.atomic
def tell(
    event: Event,
    *,
    to: Iterable[Told | Member],
    kind: Kind,
    title: Any,
    content: Any = "",
    html: Any = "",
    level: Level | None = None,
    url: str = "",
    subject: Any = None,
    why: Any = "",
    urgent: bool = False,
    only: Iterable[Transport] | None = None,
    coalesce: str = "",
) -> "QuerySet[Notification]":
    """Tell each member about the event in these words, once however often it is said; answers the entries they have.

    Words may be lazy: everybody reads them in their own language. `only` names transports beside the inbox and counts
    for more than what people have turned off; what has the same `coalesce` key within minutes is one entry. Members who
    are no longer active are left out. Nothing is sent from here: what goes is a row, and goes after the commit.
    """

    def said(language: str, facts: Mapping[str, Any], occasions: int, before: str) -> Words:
        texts = (in_language(text, language) for text in (title, content, html))
        said_title, said_content, said_html = texts
        return Words(shortened(said_title), said_content, said_html)

    saying = Saying(
        event=event,
        spec=KINDS[kind],
        words=said,
        level=level or KINDS[kind].level,
        url=url,
        things=[subject] if subject is not None else [],
        is_urgent=urgent,
        only=tuple(only) if only else None,
        key=f"{kind.value}:{coalesce}" if coalesce else "",
    )
    return _tell(saying, [one if isinstance(one, Told) else Told(one, why) for one in to])


@transaction.atomic
def tell_of(event: Event) -> None:
    """Tell everybody whom an event is news to, in the words of its kinds."""
    people = Member.objects.active().select_related("user")
    for spec in of_event(event.kind):
        news = spec.news(event, people)
        if news is None or not news.to:
            continue

        def said(language: str, facts: Mapping[str, Any], occasions: int, before: str, spec=spec, news=news) -> Words:
            return words(spec, {**news.facts, **facts}, language=language, occasions=occasions, before=before)

        saying = Saying(
            event=event,
            spec=spec,
            words=said,
            level=news.level or spec.level,
            url=news.url,
            things=news.things,
            is_urgent=news.is_urgent,
            key=spec.key(news),
        )
        _tell(saying, news.to)


def _tell(saying: Saying, to: Iterable[Told]) -> "QuerySet[Notification]":
    people = [told for told in merged(to) if told.member.active]
    known = joining.told_before(saying.event) if people else set()
    left = sorted((told for told in people if told.member.pk not in known), key=lambda told: told.member.pk)
    if left:
        spoken, hidden = languages(left), muted(saying)
        heard = [told.member for told in left if told.member.pk not in hidden]
        ways = routes(heard, kind=saying.spec.kind, is_urgent=saying.is_urgent, only=saying.only)
        for attempt in range(TRIES):
            key = saying.key if attempt < TRIES - 1 else ""
            if key:
                left = joining.join(saying, left, spoken)
            made = _write(saying, left, spoken, hidden, key, ways)
            _send(saying, made, ways)
            live.show({pk: made[pk] for pk in made if _shows_live(ways.get(pk, ()))}, level=saying.level)
            left = [told for told in left if told.member.pk not in made]
            if not left or not key:
                break
        doorbell.ring()
        show_counts(told.member.pk for told in people)
    mine = Q(event=saying.event) | Q(further__event=saying.event)
    return Notification.objects.filter(mine).select_related("recipient__user").distinct()


def _write(
    saying: Saying,
    people: list[Told],
    spoken: Mapping[uuid.UUID, str],
    hidden: set[uuid.UUID],
    key: str,
    ways: Mapping[uuid.UUID, list[Route]],
) -> dict[uuid.UUID, uuid.UUID]:
    """Make the entries; answers {member id: entry's id} of those that were made.

    The others have one under the key that somebody else made meanwhile, or were told of this event by another worker.
    """
    subject = saying.things[0] if saying.things else None
    about = (subject.NOUN, subject.pk) if subject is not None else ("", None)
    rows, ids = [], []
    for told in people:
        pk, language = told.member.pk, spoken[told.member.pk]
        said, is_hidden = saying.to(told, language), pk in hidden
        ids.append(uuid7())
        rows.append(
            (
                *(pk, saying.event.pk, saying.spec.kind.value, said.title, said.content, said.html),
                *(saying.level.value, saying.url, *about, saying.why(told, language), saying.is_urgent),
                sum(route.transport in SENDERS for route in ways.get(pk, ())),
                *((None, MUTED) if is_hidden else (key or None, "")),
            )
        )
    written = insert_all(Notification, ENTRY, rows, ids=ids, once=True)
    return {row[0]: pk for row, pk in zip(rows, ids, strict=True) if pk in written}


def _send(saying: Saying, made: Mapping[uuid.UUID, uuid.UUID], ways: Mapping[uuid.UUID, list[Route]]) -> None:
    """A row for each way that has one: due, parked for a digest, or suppressed with the reason."""
    chosen = [
        (member_id, route) for member_id in made for route in ways.get(member_id, ()) if route.transport in SENDERS
    ]
    digest_of = _park(chosen)
    moment = context.now()
    soonest = moment + GATHERING if saying.key and not saying.is_urgent else moment
    rows = []
    for member_id, route in chosen:
        state = DeliveryState.SUPPRESSED if route.suppressed_because else DeliveryState.PENDING
        digest = digest_of.get((member_id, route.transport))
        due_at = digest.due_at if digest else max(route.run_after, soonest)
        rows.append(
            (
                *(
                    made[member_id],
                    route.transport.value,
                    _key(saying.event.pk, member_id, route.transport),
                    digest and digest.pk,
                ),
                *(saying.is_urgent, route.held_because, (DeliveryState.PARKED if digest else state).value),
                *(due_at, due_at, route.suppressed_because),
            )
        )
    if rows:
        insert_all(Message, MESSAGE, rows)


def _shows_live(ways: Iterable[Route]) -> bool:
    """Whether a word on the open pages of somebody is welcome now."""
    return any(
        route.transport == Transport.LIVE and route.wanted == Wanted.NOW and not route.suppressed_because
        for route in ways
    )


def _park(chosen: Iterable[tuple[uuid.UUID, Route]]) -> dict[tuple[uuid.UUID, Transport], Digest]:
    """The digest of each member and transport that wants it so, held until this transaction ends."""
    slots: dict[Transport, dict[uuid.UUID, datetime.datetime]] = {}
    for member_id, route in chosen:
        if route.digest_at is not None and not route.suppressed_because:
            slots.setdefault(route.transport, {})[member_id] = route.digest_at
    return {
        (member_id, transport): digest
        for transport, wanted in slots.items()
        for member_id, digest in digests.take(wanted, transport=transport).items()
    }


def key_of(notification: Notification, transport: str) -> str:
    """The same for the same event, recipient and transport, whoever computes it and when."""
    return _key(notification.event_id, notification.recipient_id, transport)


def _key(event_id: uuid.UUID, member_id: uuid.UUID, transport: str) -> str:
    return f"{event_id}.{member_id}.{transport}@{KEY_DOMAIN}"
