"""Telling people: one entry per person and event, and a message for each way it is to go."""

from collections.abc import Iterable

from django.db import transaction

from notifications.actions.inbox import show_counts
from notifications.models import Message, Notification
from notifications.states import Kind, Level, Transport
from tenants import doorbell
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
            for transport in (Transport.EMAIL,)
        ],
        ignore_conflicts=True,
    )
    doorbell.ring()
    show_counts(recipients)
    return told


def key_of(notification: Notification, transport: str) -> str:
    """The same for the same event, recipient and transport, whoever computes it and when."""
    return f"{notification.event_id}.{notification.recipient_id}.{transport}@{KEY_DOMAIN}"


def _shortened(title: str) -> str:
    return title if len(title) <= 200 else f"{title[:199]}…"
