"""Telling people: one entry per person and event, and a row for each way it goes, or does not go and why."""

import datetime
import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Q, QuerySet

from notifications.actions import digests, joining
from notifications.actions.inbox import show_counts
from notifications.actions.sayings import MUTED, Saying, muted, usual_language
from notifications.kinds import KINDS, News, Spec, Told, of_event
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
    *("notification_id", "key", "transport", "is_urgent", "held_because", "digest_id", "state"),
    *("run_after", "first_due_at", "error"),
)
NOWHERE: tuple[Route, ...] = ()  # of what is muted nothing goes anywhere


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
        _tell(_saying_of(event, spec, news), news.to)


def _saying_of(event: Event, spec: Spec, news: News) -> Saying:
    """The news of a kind, in its words."""

    def said(language: str, facts: Mapping[str, Any], occasions: int, before: str) -> Words:
        return words(spec, {**news.facts, **facts}, language=language, occasions=occasions, before=before)

    return Saying(
        event=event,
        spec=spec,
        words=said,
        level=news.level or spec.level,
        url=news.url,
        things=news.things,
        is_urgent=news.is_urgent,
        key=spec.key(news),
    )


def _tell(saying: Saying, to: Iterable[Told]) -> "QuerySet[Notification]":
    people = [told for told in merged(to) if told.member.active]
    known = joining.told_before(saying.event) if people else set()
    left = [told for told in people if told.member.pk not in known] if known else people
    left.sort(key=lambda told: told.member.pk.int)  # all who tell many hold them in one order
    if left:
        usual, hidden = usual_language(), muted(saying)
        heard = [told.member for told in left if told.member.pk not in hidden] if hidden else [t.member for t in left]
        ways = routes(heard, kind=saying.spec.kind, is_urgent=saying.is_urgent, only=saying.only)
        for attempt in range(TRIES):
            key = saying.key if attempt < TRIES - 1 else ""
            if key:
                left = joining.join(saying, left, usual)
            entries = [Entry(uuid7(), told, ways.get(told.member.pk, NOWHERE)) for told in left]
            made = _write(saying, entries, usual, hidden, key)
            _send(saying, made)
            live.show({one.told.member.pk: one.pk for one in made if _shows_live(one.ways)}, level=saying.level)
            done = {one.pk for one in made}
            left = [one.told for one in entries if one.pk not in done]
            if not left or not key:
                break
        doorbell.ring()
        show_counts(told.member.pk for told in people)
    mine = Q(event=saying.event) | Q(further__event=saying.event)
    return Notification.objects.filter(mine).select_related("recipient__user").distinct()


class Entry(NamedTuple):
    """An entry that is being made, for whom, and the ways it goes."""

    pk: uuid.UUID
    told: Told
    ways: Sequence[Route]


def _write(saying: Saying, entries: list[Entry], usual: str, hidden: set[uuid.UUID], key: str) -> list[Entry]:
    """Write the entries; answers those that were written.

    For the others somebody else has made one under the key meanwhile, or another worker told them of this event. What
    is the same for thousands is put together once.
    """
    subject = saying.things[0] if saying.things else None
    about = (subject.NOUN, subject.pk) if subject is not None else ("", None)
    fixed = saying.event.pk, saying.spec.kind.value
    alike: dict[Any, tuple[Any, ...]] = {}
    rows = []
    for one in entries:
        told, member = one.told, one.told.member
        language, is_hidden = member.language or usual, bool(hidden) and member.pk in hidden
        asked = language, id(told.why), tuple(told.facts.items()) if told.facts else (), id(one.ways), is_hidden
        if asked not in alike:
            said = saying.to(told, language)
            alike[asked] = (
                *(*fixed, said.title, said.content, said.html, saying.level.value, saying.url, *about),
                *(saying.why(told, language), saying.is_urgent, len(_with_rows(one.ways))),
                *((None, MUTED) if is_hidden else (key or None, "")),
            )
        rows.append((member.pk, *alike[asked]))
    written = insert_all(Notification, ENTRY, rows, ids=[one.pk for one in entries], once=True)
    return entries if len(written) == len(entries) else [one for one in entries if one.pk in written]


def _send(saying: Saying, made: list[Entry]) -> None:
    """A row for each way that has one: due, parked for a digest, or suppressed with the reason."""
    moment = context.now()
    soonest = moment + GATHERING if saying.key and not saying.is_urgent else moment
    event = str(saying.event.pk)
    digest_of = _park(made)
    alike: dict[int, list[tuple[Route, tuple[Any, ...]]]] = {}
    rows = []
    for pk, told, ways in made:
        if id(ways) not in alike:
            alike[id(ways)] = [(route, _facts(saying, route, soonest)) for route in _with_rows(ways)]
        for route, facts in alike[id(ways)]:
            key = _key(event, told.member.pk, route.transport.value)
            digest = digest_of.get((told.member.pk, route.transport)) if digest_of else None
            if digest:
                facts = (*facts[:3], digest.pk, DeliveryState.PARKED.value, digest.due_at, digest.due_at, "")
            rows.append((pk, key, *facts))
    if rows:
        insert_all(Message, MESSAGE, rows)


def _facts(saying: Saying, route: Route, soonest: datetime.datetime) -> tuple[Any, ...]:
    """What a message is like, beside whose it is; a parked one is told by its digest."""
    state = DeliveryState.SUPPRESSED if route.suppressed_because else DeliveryState.PENDING
    due_at = max(route.run_after, soonest)
    why_not = route.suppressed_because
    return route.transport.value, saying.is_urgent, route.held_because, None, state.value, due_at, due_at, why_not


def _with_rows(ways: Sequence[Route]) -> list[Route]:
    """The ways that are sent later. The inbox is the entry itself, and a word on an open page is gone with it."""
    return [route for route in ways if route.transport in SENDERS]


def _shows_live(ways: Iterable[Route]) -> bool:
    """Whether a word on the open pages of somebody is welcome now."""
    return any(
        route.transport == Transport.LIVE and route.wanted == Wanted.NOW and not route.suppressed_because
        for route in ways
    )


def _park(made: Iterable[Entry]) -> dict[tuple[uuid.UUID, Transport], Digest]:
    """The digest of each member and transport that wants it so, held until this transaction ends."""
    slots: dict[Transport, dict[uuid.UUID, datetime.datetime]] = {}
    for _, told, ways in made:
        for route in ways:
            if route.digest_at is not None and not route.suppressed_because:
                slots.setdefault(route.transport, {})[told.member.pk] = route.digest_at
    return {
        (member_id, transport): digest
        for transport, wanted in slots.items()
        for member_id, digest in digests.take(wanted, transport=transport).items()
    }


def key_of(notification: Notification, transport: str) -> str:
    """The same for the same event, recipient and transport, whoever computes it and when."""
    return _key(str(notification.event_id), notification.recipient_id, transport)


def _key(event_id: str, member_id: uuid.UUID, transport: str) -> str:
    return f"{event_id}.{member_id}.{transport}@{KEY_DOMAIN}"
