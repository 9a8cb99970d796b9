"""What somebody said about single things: that they want to hear of them, or do not."""

import uuid
from collections.abc import Iterable
from typing import Any

from notifications.models import Follow
from workorder.queries import SUBJECTS


def subject_of(noun: str, pk: Any) -> Any:
    """The order, task or ticket with this id; None if there is none here."""
    return SUBJECTS[noun].objects.filter(pk=pk).first()


def of_member(things: Iterable[Any], member) -> dict[uuid.UUID, Follow]:
    """Dict[thing's id -> what the member said about it], for those about which they said anything."""
    rows = Follow.objects.of(member).filter(subject_id__in=[thing.pk for thing in things])
    return {row.subject_id: row for row in rows}
