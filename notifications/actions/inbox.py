"""Reading and putting away what one was told, and the number beside it.

Reading or archiving an entry closes it: what happens later opens a new one, or somebody who looked once would not be
told again.
"""

import datetime
import functools
import uuid
from collections.abc import Collection, Iterable
from typing import Any

from django.db import transaction
from django.db.models import F

from notifications import hub
from notifications.models import Notification
from notifications.queries import unread_counts
from tenants import context, doorbell
from tenants.context import tenant
from tenants.errors import Problem, refuse_input
from tenants.models import Member

MOST_AT_ONCE = 100


@transaction.atomic
def read(notification: Notification, *, by: Member) -> Notification:
    """Mark one entry as read; a second time changes nothing. Raises `DoesNotExist` for somebody else's entry."""
    mine = Notification.objects.of(by)
    if _mark(mine.filter(pk=notification.pk)):
        show_counts([by.pk])
    return mine.get(pk=notification.pk)


@transaction.atomic
def read_many(ids: Collection[uuid.UUID], *, by: Member) -> int:
    """Mark some entries as read, all of them or none; answers how many that changed. `Invalid` if one is not there."""
    changed = _mark(_named(ids, by=by))
    if changed:
        show_counts([by.pk])
    return changed


@transaction.atomic
def read_all(
    *,
    by: Member,
    kinds: Collection[str] = (),
    subject_type: str = "",
    subject_id: uuid.UUID | None = None,
    until: datetime.datetime | None = None,
) -> int:
    """Mark a member's inbox as read, or the part of it that is named; answers how many entries that changed.

    `until` is the newest one that was on the page: what came later was not seen by whoever said "all".
    """
    entries = Notification.objects.of(by)
    if kinds:
        entries = entries.filter(kind__in=kinds)
    if subject_type:
        entries = entries.filter(subject_type=subject_type)
    if subject_id:
        entries = entries.filter(subject_id=subject_id)
    if until:
        entries = entries.filter(created_at__lte=until)
    changed = _mark(entries)
    if changed:
        show_counts([by.pk])
    return changed


@transaction.atomic
def archive(notification: Notification, *, by: Member) -> Notification:
    """Put one entry away, read or not; a second time changes nothing. Raises `DoesNotExist` for somebody else's."""
    mine = Notification.objects.of(by)
    if _put_away(mine.filter(pk=notification.pk)):
        show_counts([by.pk])
    return mine.get(pk=notification.pk)


@transaction.atomic
def archive_many(ids: Collection[uuid.UUID], *, by: Member) -> int:
    """Put some entries away, all of them or none; answers how many that changed. `Invalid` if one is not there."""
    changed = _put_away(_named(ids, by=by))
    if changed:
        show_counts([by.pk])
    return changed


@transaction.atomic
def unarchive(notification: Notification, *, by: Member) -> Notification:
    """Take one entry out of the archive, as read or unread as it went in."""
    mine = Notification.objects.of(by)
    if _changed(mine.archived().filter(pk=notification.pk), archived_at=None):
        show_counts([by.pk])
    return mine.get(pk=notification.pk)


def _named(ids: Collection[uuid.UUID], *, by: Member) -> Any:
    """These entries of a member's own. Somebody else's is refused like one that does not exist."""
    wanted = set(ids)
    if len(wanted) > MOST_AT_ONCE:
        refuse_input([Problem("too_many", f"At most {MOST_AT_ONCE} at once.", "ids")])
    mine = Notification.objects.of(by).filter(pk__in=wanted)
    if missing := wanted - set(mine.values_list("pk", flat=True)):
        refuse_input([Problem("does_not_exist", f"There is no entry {pk}.", "ids") for pk in sorted(missing)])
    return mine


def _mark(entries: Any) -> int:
    return _changed(entries.unread(), read_at=context.now())


def _put_away(entries: Any) -> int:
    return _changed(entries.in_inbox(), archived_at=context.now())


def _changed(entries: Any, **values: Any) -> int:
    """Open ones are held first, and in the order of their ids: so does whoever lets something join them."""
    open_ones = entries.filter(open_key__isnull=False).order_by("pk").select_for_update(of=("self",), no_key=True)
    list(open_ones.values_list("pk"))
    return entries.update(**values, open_key=None, updated_at=context.now(), version=F("version") + 1)


def show_counts(member_ids: Iterable[uuid.UUID]) -> None:
    """Tell the open pages of these members, after the commit, how much they have not read."""
    doorbell.after_commit(functools.partial(_publish_counts, context.organization_id(), list(member_ids)))


def _publish_counts(organization_id: uuid.UUID, member_ids: list[uuid.UUID]) -> None:
    """Count after the commit: a count taken inside would miss what others committed meanwhile."""
    with tenant(organization_id, atomic=False):
        counts = unread_counts(member_ids)
    for member_id, count in counts.items():
        hub.publish(organization_id, hub.Unread(count=count), member_id=member_id)
