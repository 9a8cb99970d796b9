"""Counting what people have not read."""

import uuid
from collections.abc import Iterable

from django.db.models import Count, F

from notifications.models import Notification
from tenants.models.prepared import Among


def unread_count(member) -> int:
    """How many entries of a member's inbox are unread."""
    return Notification.objects.of(member).unread().count()


def unread_counts(member_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, int]:
    """The same for several members in one query: dict[member id -> count], zeros included."""
    wanted = list(member_ids)
    shown = Notification.objects.filter(Among(F("recipient_id"), wanted), hidden_because="")
    rows = shown.unread().order_by().values("recipient")
    return dict.fromkeys(wanted, 0) | dict(rows.annotate(n=Count("id")).values_list("recipient", "n"))
