"""Over what somebody hears of something, and when: asked when people are told, and once more when a message goes."""

import datetime
import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import prefetch_related_objects

from notifications.engine.quiet import Quiet
from notifications.kinds import KINDS
from notifications.models import DefaultPreference, Message, Preference, PushSubscription
from notifications.queries.hours import SOME, Hours, hours_of
from notifications.states import CHOICES, Kind, Source, Transport, Wanted
from tenants import context
from tenants.errors import NotYet, Suppressed
from tenants.models import Member

QUIET_HOURS = "quiet hours"
TURNED_OFF = "turned off"
NO_ADDRESS = "no e-mail address"
NO_BROWSER = "no browser to push to"
LEFT = "no longer a member"
ROWS = (Transport.EMAIL, Transport.PUSH)  # what is sent later, and may have to wait
Wishes = dict[Transport, Wanted]


@dataclass(frozen=True)
class Route:
    """One way to one member, as decided: at `run_after`, in the digest of `digest_at`, or not at all and why."""

    transport: Transport
    wanted: Wanted
    run_after: datetime.datetime
    held_because: str = ""
    digest_at: datetime.datetime | None = None
    suppressed_because: str = ""


@dataclass(frozen=True)
class Cell:
    """What one kind over one transport comes to for somebody, who said so, and what they may choose.

    `standard` is what holds without a choice of their own.
    """

    kind: Kind
    transport: Transport
    wanted: Wanted
    source: Source
    standard: Wanted
    choices: tuple[Wanted, ...]


def routes(
    members: Iterable[Member],
    *,
    kind: Kind,
    is_urgent: bool,
    moment: datetime.datetime | None = None,
    only: Iterable[Transport] | None = None,
) -> dict[uuid.UUID, list[Route]]:
    """Dict[member id -> their routes], in as many queries for one as for ten thousand.

    `only` is what an escalation names: it counts for more than what somebody turned off, but nobody who has left is
    written to. What is off is a route too, so that it can be seen afterwards why nothing was sent; but nobody is told
    over and over that they have no browser to push to.
    """
    people = list(members)
    prefetch_related_objects(people, "user")
    ids = {member.pk for member in people}
    standard, own, hours, browsers = standards(kind), _chosen(ids, kind), hours_of(ids), _with_browser(ids)
    forced = tuple(Transport(transport) for transport in only or ())
    clock = _Clock(moment or context.now(), is_urgent)
    alike: dict[tuple[Any, ...], list[Route]] = {}  # of ten thousand nearly all are
    found = {}
    for member in people:
        mine, when = own.get(member.pk), hours[member.pk]
        missing = _missing(member, member.pk in browsers)
        about = tuple(sorted(mine.items())) if mine else None, id(when), *missing, _is_here(member)
        if about not in alike:
            wishes = {**standard, **(mine or {})}
            silent = Transport.PUSH in missing and not forced and Transport.PUSH not in (mine or {})
            alike[about] = _routes_of(wishes, forced, clock, when, missing, is_here=about[-1], silent=silent)
        found[member.pk] = alike[about]
    return found


def may_go_now(message: Message) -> None:
    """Ask again before a message is sent: it is decided now, not when it was written down.

    Raises `Suppressed` if it is not wanted any more, and `NotYet` if quiet hours have begun.
    """
    recipient = message.notification.recipient
    if why := unwanted([message]).get(message.pk):
        raise Suppressed(why)
    hours = hours_of({recipient.pk})[recipient.pk]
    moment = context.now()
    if hours.quiet.is_quiet(moment) and not (message.is_urgent and hours.urgent_breaks_through):
        raise NotYet(hours.quiet.ends_at(moment), QUIET_HOURS)


def unwanted(messages: Collection[Message]) -> dict[uuid.UUID, str]:
    """Dict[message id -> why it is not to be sent after all], of messages with their notifications and people.

    An escalation was sent over what its step names, whatever people turned off; so it still is.
    """
    people = {message.notification.recipient_id for message in messages}
    chosen = {
        (member, kind, transport): wanted
        for member, kind, transport, wanted in Preference.objects.filter(member__in=people).values_list(
            "member", "kind", "transport", "wanted"
        )
    }
    standing = {(kind, transport): wanted for kind, transport, wanted in _standing()}
    found = {}
    for message in messages:
        told, transport = message.notification, Transport(message.transport)
        here = KINDS[Kind(told.kind)].defaults[transport]
        wanted = chosen.get((told.recipient_id, told.kind, transport), standing.get((told.kind, transport), here))
        if not _is_here(told.recipient):
            found[message.pk] = LEFT
        elif wanted == Wanted.OFF and told.kind != Kind.ESCALATED:
            found[message.pk] = TURNED_OFF
    return found


def standards(kind: Kind) -> Wishes:
    """What holds for whoever chose nothing."""
    rows = DefaultPreference.objects.filter(kind=kind).values_list("transport", "wanted")
    said = {Transport(transport): Wanted(wanted) for transport, wanted in rows}
    return {**KINDS[Kind(kind)].defaults, **said, Transport.INBOX: Wanted.NOW}


def grid(member: Member) -> list[Cell]:
    """Every kind over every transport, as it is for one member."""
    own = {
        (kind, transport): Wanted(wanted)
        for kind, transport, wanted in Preference.objects.filter(member=member).values_list(
            "kind", "transport", "wanted"
        )
    }
    missing = missing_of(member)
    cells = []
    for cell in standard_grid():
        wanted = own.get((cell.kind, cell.transport))
        choices = (Wanted.OFF,) if cell.transport in missing else cell.choices
        source = Source.MINE if wanted else cell.source
        cells.append(Cell(cell.kind, cell.transport, wanted or cell.wanted, source, cell.wanted, choices))
    return cells


def standard_grid() -> list[Cell]:
    """The same for whoever chose nothing."""
    said = {(kind, transport): Wanted(wanted) for kind, transport, wanted in _standing()}
    cells = []
    for kind in Kind:
        for transport, choices in CHOICES.items():
            here = KINDS[kind].defaults[transport]
            wanted = said.get((kind, transport))
            source = Source.ORGANIZATION if wanted else Source.DEFAULT
            cells.append(Cell(kind, transport, wanted or here, source, here, choices))
    return cells


def missing_of(member: Member) -> dict[Transport, str]:
    """Dict[transport -> what a member lacks for it]."""
    return _missing(member, bool(_with_browser({member.pk})))


class _Clock:
    """Answers about one moment, once for all who have the same hours."""

    def __init__(self, at: datetime.datetime, is_urgent: bool) -> None:
        self.at, self.is_urgent = at, is_urgent
        self._held: dict[Quiet, datetime.datetime | None] = {}
        self._digests: dict[Hours, datetime.datetime] = {}

    def held_until(self, hours: Hours) -> datetime.datetime | None:
        if self.is_urgent and hours.urgent_breaks_through:
            return None
        if hours.quiet not in self._held:
            is_quiet = hours.quiet.is_quiet(self.at)
            self._held[hours.quiet] = hours.quiet.ends_at(self.at) if is_quiet else None
        return self._held[hours.quiet]

    def digest_at(self, hours: Hours) -> datetime.datetime:
        if hours not in self._digests:
            self._digests[hours] = hours.next_digest(self.at)
        return self._digests[hours]


def _routes_of(
    wishes: Wishes,
    forced: tuple[Transport, ...],
    clock: _Clock,
    hours: Hours,
    missing: dict[Transport, str],
    *,
    is_here: bool,
    silent: bool,
) -> list[Route]:
    """`silent`: nothing is said of push, which somebody without a browser for it did not ask for."""
    found = []
    for transport, chosen in wishes.items():
        if forced and transport not in (Transport.INBOX, *forced):
            continue
        wanted = Wanted.NOW if transport in forced else chosen
        if not is_here:
            found.append(Route(transport, wanted, clock.at, suppressed_because=LEFT))
        elif transport == Transport.PUSH and silent:
            continue
        elif wanted == Wanted.OFF or transport in missing:
            why = TURNED_OFF if wanted == Wanted.OFF else missing[transport]
            found.append(Route(transport, wanted, clock.at, suppressed_because=why))
        elif transport not in ROWS:
            is_quiet = transport == Transport.LIVE and clock.held_until(hours)  # seen now or not at all
            found.append(Route(transport, wanted, clock.at, suppressed_because=QUIET_HOURS if is_quiet else ""))
        else:
            found.append(_timed(transport, wanted, clock, hours))
    return found


def _timed(transport: Transport, wanted: Wanted, clock: _Clock, hours: Hours) -> Route:
    """What is urgent waits neither for a digest nor for the morning, unless the member said it may."""
    if wanted == Wanted.DIGEST and not (clock.is_urgent and hours.urgent_breaks_through):
        slot = clock.digest_at(hours)
        return Route(transport, wanted, slot, digest_at=slot)
    if until := clock.held_until(hours):
        return Route(transport, Wanted.NOW, until, held_because=QUIET_HOURS)
    return Route(transport, Wanted.NOW, clock.at)


def _chosen(ids: Collection[uuid.UUID], kind: Kind) -> dict[uuid.UUID, Wishes]:
    rows = Preference.objects.filter(kind=kind)
    rows = rows if len(ids) > SOME else rows.filter(member__in=ids)
    found: dict[uuid.UUID, Wishes] = {}
    for member_id, transport, wanted in rows.values_list("member", "transport", "wanted"):
        found.setdefault(member_id, {})[Transport(transport)] = Wanted(wanted)
    return found


def _with_browser(ids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    rows = PushSubscription.objects.order_by()
    rows = rows if len(ids) > SOME else rows.filter(member__in=ids)
    return set(rows.values_list("member", flat=True))


def _standing() -> list[tuple[str, str, str]]:
    return list(DefaultPreference.objects.values_list("kind", "transport", "wanted"))


def _missing(member: Member, has_browser: bool) -> dict[Transport, str]:
    found = {} if member.user.email else {Transport.EMAIL: NO_ADDRESS}
    return found if has_browser else {**found, Transport.PUSH: NO_BROWSER}


def _is_here(member: Member) -> bool:
    return member.active and member.user.is_active
