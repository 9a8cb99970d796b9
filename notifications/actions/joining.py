"""Twenty tasks of one order are one entry: what happens while an entry is open joins it, and its words count along."""

import datetime
import uuid
from collections.abc import Sequence
from typing import Any

from django.db.models import F, Q

from notifications.actions.sayings import Saying
from notifications.kinds import Told
from notifications.models import Notification, Occasion
from tenants import context
from tenants.models import Event
from tenants.models.inserting import insert_all

COALESCE = datetime.timedelta(minutes=5)  # since the first of them: who looks now and then sees what was now and then


def join(saying: Saying, people: Sequence[Told], usual: str) -> list[Told]:
    """Join the entries that are open under the key; answers those who have none and have not been told.

    Entries are held in the order of their ids, and reading, archiving or sending one closes it under the same lock, so
    nothing joins what somebody has seen. Who knows is asked again once they are held: another worker may be telling of
    the very same event.
    """
    _close_old(saying, people)
    held = Notification.objects.filter(open_key=saying.key, recipient__in=[told.member.pk for told in people])
    entries = {entry.recipient_id: entry for entry in held.select_for_update(no_key=True).order_by("pk")}
    known = told_before(saying.event)
    joining = [told for told in people if told.member.pk in entries and told.member.pk not in known]
    rows = [
        (entries[told.member.pk].pk, saying.event.pk, told.member.pk, _alone(saying, told, usual)) for told in joining
    ]
    insert_all(Occasion, ("notification_id", "event_id", "recipient_id", "values"), rows)
    alike: dict[Any, list[Any]] = {}
    for told in joining:
        entry = entries[told.member.pk]
        words = saying.to(told, told.member.language or usual, entry.occasions + 1, entry.content)
        alike.setdefault((words, entry.occasions), []).append(entry.pk)
    for (words, before), ids in alike.items():
        Notification.objects.filter(pk__in=ids).update(
            occasions=before + 1,
            title=words.title,
            content=words.content,
            html=words.html,
            url=saying.url,
            level=saying.level,
            version=F("version") + 1,
            updated_at=context.now(),
        )
    return [told for told in people if told.member.pk not in entries and told.member.pk not in known]


def told_before(event: Event) -> set[uuid.UUID]:
    """Who knows of it. A worker may die after telling and before saying so: they are not told again."""
    told = Notification.objects.filter(event=event).order_by().values_list("recipient")
    joined = Occasion.objects.filter(event=event).order_by().values_list("recipient")
    return {member_id for (member_id,) in told.union(joined)}


def _close_old(saying: Saying, people: Sequence[Told]) -> None:
    """What was begun too long ago stands as it is."""
    old = Q(created_at__lte=context.now() - COALESCE)
    theirs = Notification.objects.filter(old, open_key=saying.key, recipient__in=[told.member.pk for told in people])
    theirs.update(open_key=None)


def _alone(saying: Saying, told: Told, usual: str) -> dict[str, str]:
    """What it would have said if it were the only one."""
    words = saying.to(told, told.member.language or usual)
    return {"title": words.title, "content": words.content}
