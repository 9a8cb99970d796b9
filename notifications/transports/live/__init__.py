"""A word on the pages somebody has open. It has no row: the inbox has the entry, and a page that is not open shows
nothing. The frame is a hint; what it says is read over HTTP, by whom it is for."""

import functools
import uuid
from collections.abc import Mapping

from notifications import hub
from notifications.states import Level
from tenants import context, doorbell

MOST = 1000  # people: news for more is no word to one of them, and their counters tell


def show(entries: Mapping[uuid.UUID, uuid.UUID], *, level: Level) -> None:
    """Say after the commit that an entry has come; `entries` are {member id: entry's id}."""
    if entries and len(entries) <= MOST:
        doorbell.after_commit(functools.partial(_publish, context.organization_id(), dict(entries), level))


def _publish(organization_id: uuid.UUID, entries: dict[uuid.UUID, uuid.UUID], level: Level) -> None:
    for member_id, notification_id in entries.items():
        hub.publish(organization_id, hub.Told(id=notification_id, level=level), member_id=member_id)
