"""Many messages in one mail. What is taken is brought once, or says why it is not: nothing is forgotten in between.

Items are messages that are parked. Whoever parks one holds the digest's row, and so does whoever closes it: an item is
either committed before the digest is closed, and goes along, or finds it closed, and takes the next.
"""

import datetime
import uuid
from collections.abc import Collection, Mapping
from typing import Any

from django.db import transaction

from notifications import kinds
from notifications.models import Digest, Message, Notification
from notifications.queries import preferences
from notifications.queries.hours import hours_of
from notifications.states import KEY_DOMAIN, Transport
from notifications.transports.email import digest as mail
from tenants import context, doorbell
from tenants.context import tenant
from tenants.errors import NotYet, Permanent, Suppressed
from tenants.models import Member
from tenants.states import DeliveryState
from tenants.words import names_of

NOTHING_LEFT = "nothing left to tell"
SENDERS = {Transport.EMAIL: mail.send}
Slots = Mapping[uuid.UUID, datetime.datetime]


@transaction.atomic
def take(slots: Slots, *, transport: Transport = Transport.EMAIL) -> dict[uuid.UUID, Digest]:
    """Dict[member id -> the digest to park an item in]; `slots` are the members' next ones, as their routes say.

    Held until the transaction ends, which has to be the one that writes the items. Where a digest is being sent
    already, or was, its member gets the one after it.
    """
    found: dict[uuid.UUID, Digest] = {}
    wanted = dict(slots)
    while wanted:
        rows = _made(wanted, transport)
        found |= {member_id: row for member_id, row in rows.items() if _is_open(row)}
        closed = {member_id: row.due_at for member_id, row in rows.items() if not _is_open(row)}
        hours = hours_of(closed.keys()) if closed else {}
        wanted = {member_id: hours[member_id].next_digest(due_at) for member_id, due_at in closed.items()}
    return found


def key_of(member_id: uuid.UUID, transport: str, due_at: datetime.datetime) -> str:
    """The same for the same member and slot, whoever computes it and when."""
    return f"digest.{member_id}.{transport}.{due_at.astimezone(datetime.UTC):%Y%m%dT%H%M%S}@{KEY_DOMAIN}"


def send(digest: Digest) -> None:
    """Send a claimed digest: close it, ask of each item whether it is still wanted, and bring the rest in one mail.

    The mail goes outside any transaction; the digest and its items are done in one. Raises `NotYet` in quiet hours, and
    `Suppressed` if nothing is left.
    """
    with tenant(digest.organization_id, atomic=False):
        hours = hours_of([digest.member_id])[digest.member_id]
    moment = context.now()
    if hours.quiet.is_quiet(moment):
        raise NotYet(hours.quiet.ends_at(moment), preferences.QUIET_HOURS)
    if digest.transport not in SENDERS:
        raise Permanent(f"There is no digest over {digest.transport}.")
    _close(digest)
    items, names = _wanted_still(digest)
    if not items:
        raise Suppressed(NOTHING_LEFT)
    SENDERS[Transport(digest.transport)](digest, [item.notification for item in items], names=names, quiet=hours.quiet)
    _bring(digest, items)


@transaction.atomic
def let_go(member: Member, *, now: Collection[str] = (), off: Collection[str] = ()) -> None:
    """Take a member's items out of digests that are still open: kinds in `now` go at once, kinds in `off` never."""
    waiting = Digest.objects.filter(member=member, closed_at=None, state=DeliveryState.PENDING)
    held = [row.pk for row in waiting.order_by("pk").select_for_update(of=("self",), no_key=True)]
    items = Message.objects.filter(digest__in=held, state=DeliveryState.PARKED)
    moment = context.now()
    gone = items.filter(notification__kind__in=off)
    gone.update(state=DeliveryState.SUPPRESSED, error=preferences.TURNED_OFF)
    due = {"run_after": moment, "first_due_at": moment, "rung_at": None}
    if items.filter(notification__kind__in=now).update(state=DeliveryState.PENDING, digest=None, **due):
        doorbell.ring()


def _made(wanted: Slots, transport: Transport) -> dict[uuid.UUID, Digest]:
    """The row of each slot, there before or new, and held. In the order of members, then of ids: two that take at the
    same time wait for each other and never both."""
    rows = [
        Digest(
            member_id=member_id,
            transport=transport,
            due_at=due_at,
            run_after=due_at,
            first_due_at=due_at,
            key=key_of(member_id, transport, due_at),
        )
        for member_id, due_at in sorted(wanted.items())
    ]
    Digest.objects.bulk_create(rows, ignore_conflicts=True)
    there = Digest.objects.filter(member__in=wanted, transport=transport, due_at__in=set(wanted.values()))
    held = there.order_by("pk").select_for_update(of=("self",), no_key=True)
    return {row.member_id: row for row in held if wanted[row.member_id] == row.due_at}


def _is_open(row: Digest) -> bool:
    return row.closed_at is None and row.state == DeliveryState.PENDING


def _close(digest: Digest) -> None:
    """Let nothing more in."""
    with tenant(digest.organization_id):
        _still_mine(digest, closed_at=digest.closed_at or context.now())


def _wanted_still(digest: Digest) -> tuple[list[Message], Any]:
    """What is to be brought, with the names of what it is about. What is not wanted any more says so.

    Asked again at each try: who was taken off meanwhile is not told. Entries are closed first, since what joined one
    that was brought already would be told to nobody; in a transaction of its own, for whoever joins holds the entry
    and may want a digest.
    """
    with tenant(digest.organization_id):
        parked = Message.objects.filter(digest=digest, state=DeliveryState.PARKED)
        open_ones = Notification.objects.filter(pk__in=parked.values("notification"), open_key__isnull=False)
        held = open_ones.select_for_update(of=("self",), no_key=True).order_by("pk").values_list("pk", flat=True)
        Notification.objects.filter(pk__in=list(held)).update(open_key=None)
        loaded = parked.select_related("notification__recipient__user", "notification__recipient__organization")
        items = list(loaded.order_by("notification__created_at", "pk"))
        dropped = _unwanted(items)
        for why in set(dropped.values()):
            ids = [pk for pk, reason in dropped.items() if reason == why]
            parked.filter(pk__in=ids).update(state=DeliveryState.SUPPRESSED, error=why)
        left = [item for item in items if item.pk not in dropped]
        about: dict[str, set[uuid.UUID]] = {}
        for item in left:
            if item.notification.subject_id:
                about.setdefault(item.notification.subject_type, set()).add(item.notification.subject_id)
        return left, names_of(about)


def _unwanted(items: Collection[Message]) -> dict[uuid.UUID, str]:
    """Dict[item id -> why it is not to be brought]: turned off, not theirs any more, over."""
    dropped = preferences.unwanted(items)
    left = [item for item in items if item.pk not in dropped]
    return dropped | {item.pk: why for item in left if (why := kinds.no_longer(item.notification))}


def _bring(digest: Digest, items: Collection[Message]) -> None:
    """The mail is out: it and what it brought are done together, or, if somebody else has the digest by now, not."""
    done = {"state": DeliveryState.DONE, "done_at": context.now()}
    with tenant(digest.organization_id):
        _still_mine(digest, lease_until=None, error="", **done)
        brought = Message.objects.filter(pk__in=[item.pk for item in items], state=DeliveryState.PARKED)
        brought.update(error="", **done)


def _still_mine(digest: Digest, **changes: Any) -> None:
    """Change the digest if this worker still holds it. Its lease may have run out, and then another one sends it."""
    mine = Digest.objects.filter(pk=digest.pk, owner=digest.owner, state=DeliveryState.PENDING)
    if not mine.update(**changes):
        raise LostDigest(f"{digest} is somebody else's by now.")
    for name, value in changes.items():
        setattr(digest, name, value)


class LostDigest(Exception):
    """The lease ran out while the digest was being sent, and somebody else sends it."""
