"""A member's own word on one order, task or ticket. Whoever submitted it, has it or talks about it needs none.

It concerns nobody else, so like reading it leaves no event.
"""

from typing import Any

from django.db import transaction
from django.db.models import F

from notifications.models import Follow
from tenants import context
from tenants.models import Member


@transaction.atomic
def follow(subject: Any, *, by: Member) -> Follow:
    """Hear of what happens to it; what was muted is heard again. A second time changes nothing."""
    return _say(subject, by=by, muted=False)


@transaction.atomic
def mute(subject: Any, *, by: Member) -> Follow:
    """Hear nothing of it any more, but for what one must: that it is given to one, or that one is named."""
    return _say(subject, by=by, muted=True)


@transaction.atomic
def forget(subject: Any, *, by: Member) -> bool:
    """As if nothing had been said about it; False if nothing was."""
    gone, _ = Follow.objects.of(by).about(subject).delete()
    return bool(gone)


def _say(subject: Any, *, by: Member, muted: bool) -> Follow:
    """Two windows may say it at once: one row, and the later word counts."""
    word = Follow(member=by, subject_type=subject.NOUN, subject_id=subject.pk, muted=muted)
    Follow.objects.bulk_create([word], ignore_conflicts=True)
    mine = Follow.objects.of(by).about(subject)
    mine.exclude(muted=muted).update(muted=muted, version=F("version") + 1, updated_at=context.now())
    return mine.get()
