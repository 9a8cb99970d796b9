"""Telling people: one entry per person and event, and a row for each way it is to go or does not go, and why."""

import datetime
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from notifications.actions import digests, joining
from notifications.actions.inbox import show_counts
from notifications.kinds import KINDS, Spec, Told
from notifications.kinds.wording import Words, in_language, shortened, words
from notifications.models import Follow, Message, Notification
from notifications.queries.preferences import Route, routes
from notifications.states import Kind, Level, Transport
from notifications.transports import SENDERS
from tenants import context, doorbell
from tenants.models import Event, Member, Organization
from tenants.models.inserting import insert_all
from tenants.states import DeliveryState

KEY_DOMAIN = "workfloor.local"  # the right half of a Message-ID; fixed, or a renamed host would send everything again
GATHERING = datetime.timedelta(seconds=30)  # how long the mail of a kind that is coalesced waits for more
MUTED = "muted"

ENTRY = (
    *("recipient_id", "event_id", "kind", "title", "content", "html", "level", "url", "subject_type", "subject_id"),
    *("why", "is_urgent", "open_key", "hidden_because"),
)
MESSAGE = (
    *("notification_id", "transport", "key", "digest_id", "is_urgent"),
    *("held_because", "state", "run_after", "error"),
)


@dataclass(frozen=True)
class Saying:
    """What is told about an event, beside the words, which depend on who hears them."""

    event: Event
    spec: Spec
    words: Callable[[str, Mapping[str, Any], int, str], Words]
    """`words(language, a person's own facts, occasions, what was said before)`"""
    level: Level
    url: str = ""
    things: Sequence[Any] = ()
    is_urgent: bool = False
    only: Sequence[Transport] | None = None
    key: str = ""
    _said: dict[Any, Words] = field(default_factory=dict)

    def to(self, told: Told, language: str, occasions: int = 1, before: str = "") -> Words:
        """The words for one person, which are made once for all who hear the same."""
        facts = tuple(told.facts.items())
        asked = language, facts, occasions, before
        if asked not in self._said:
            self._said[asked] = self.words(language, told.facts, occasions, before)
        return self._said[asked]
