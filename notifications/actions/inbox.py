"""Reading an inbox, and the number beside it."""

import functools
import uuid
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import F

from notifications import hub
from notifications.models import Notification
from notifications.queries import unread_counts
from tenants import context, doorbell
from tenants.context import tenant
from tenants.models import Member


@transaction.atomic
def read(notification: Notification, *, by: Member) -> Notification:
    """Mark one entry as read; a second time changes nothing. Raises `DoesNotExist` for somebody else's entry."""
    mine = Notification.objects.of(by)
    if _mark(mine.filter(pk=notification.pk)):
        show_counts([by.pk])
    return mine.get(pk=notification.pk)


@transaction.atomic
def read_all(*, by: Member) -> int:
    """Mark a member's whole inbox as read; answers how many entries that changed."""
    changed = _mark(Notification.objects.of(by))
    if changed:
        show_counts([by.pk])
    return changed


def _mark(entries: Any) -> int:
    moment = context.now()
    return entries.unread().update(read_at=moment, updated_at=moment, version=F("version") + 1)


def show_counts(member_ids: Iterable[uuid.UUID]) -> None:
    """Tell the open pages of these members, after the commit, how much they have not read."""
    doorbell.after_commit(functools.partial(_publish_counts, context.organization_id(), list(member_ids)))


def _publish_counts(organization_id: uuid.UUID, member_ids: list[uuid.UUID]) -> None:
    """Count after the commit: a count taken inside would miss what others committed meanwhile."""
    with tenant(organization_id, atomic=False):
        counts = unread_counts(member_ids)
    for member_id, count in counts.items():
        hub.publish(organization_id, hub.Unread(count=count), member_id=member_id)
