"""Putting something into inboxes, and reading it."""

import functools
import uuid
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import F

from notifications import hub
from notifications.models import Message, Notification
from notifications.queries import unread_counts
from notifications.states import Kind, Level, Transport
from tenants import context, doorbell
from tenants.context import tenant
from tenants.models import Event, Member

KEY_DOMAIN = "workfloor.local"  # the right half of a Message-ID; fixed, or a renamed host would send everything again


@transaction.atomic
def tell(
    event: Event,
    *,
    to: Iterable[Member],
    kind: Kind,
    title: str,
    content: str = "",
    level: Level = Level.INFO,
    url: str = "",
) -> list[Notification]:
    """Tell each member about the event, once however often it is said; answers the entries they now have.

    Members who are no longer active are left out. Nothing is sent from here: mail is a row, and goes after the commit.
    """
    recipients = {member.pk: member for member in to if member.active}
    if not recipients:
        return []
    Notification.objects.bulk_create(
        [
            Notification(
                recipient=member, event=event, kind=kind, title=_shortened(title), content=content, level=level, url=url
            )
            for member in recipients.values()
        ],
        ignore_conflicts=True,
    )
    # Read back: with conflicts ignored, the keys made above may belong to rows that were never written.
    told = list(Notification.objects.filter(event=event, recipient__in=recipients).select_related("recipient__user"))
    Message.objects.bulk_create(
        [
            Message(notification=notification, transport=transport, key=key_of(notification, transport))
            for notification in told
            for transport in Transport
        ],
        ignore_conflicts=True,
    )
    doorbell.ring()
    _show_counts(recipients)
    return told


def key_of(notification: Notification, transport: str) -> str:
    """The same for the same event, recipient and transport, whoever computes it and when."""
    return f"{notification.event_id}.{notification.recipient_id}.{transport}@{KEY_DOMAIN}"


@transaction.atomic
def read(notification: Notification, *, by: Member) -> Notification:
    """Mark one entry as read; a second time changes nothing. Raises `DoesNotExist` for somebody else's entry."""
    mine = Notification.objects.of(by)
    if _mark(mine.filter(pk=notification.pk)):
        _show_counts([by.pk])
    return mine.get(pk=notification.pk)


@transaction.atomic
def read_all(*, by: Member) -> int:
    """Mark a member's whole inbox as read; answers how many entries that changed."""
    changed = _mark(Notification.objects.of(by))
    if changed:
        _show_counts([by.pk])
    return changed


def _mark(entries: Any) -> int:
    moment = context.now()
    return entries.unread().update(read_at=moment, updated_at=moment, version=F("version") + 1)


def _show_counts(member_ids: Iterable[uuid.UUID]) -> None:
    doorbell.after_commit(functools.partial(_publish_counts, context.organization_id(), list(member_ids)))


def _publish_counts(organization_id: uuid.UUID, member_ids: list[uuid.UUID]) -> None:
    """Count after the commit: a count taken inside would miss what others committed meanwhile."""
    with tenant(organization_id, atomic=False):
        counts = unread_counts(member_ids)
    for member_id, count in counts.items():
        hub.publish(organization_id, hub.Unread(count=count), member_id=member_id)


def _shortened(title: str) -> str:
    return title if len(title) <= 200 else f"{title[:199]}…"
