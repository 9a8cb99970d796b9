"""What is told about an event, before it is known who has to hear it in which language."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from notifications.kinds import Spec, Told
from notifications.kinds.wording import Words, in_language
from notifications.models import Follow
from notifications.states import Level, Transport
from tenants import context
from tenants.models import Event, Organization

MUTED = "muted"


@dataclass(frozen=True)
class Saying:
    """`words(language, a person's own facts, occasions, what was said before)` makes the words.

    `things` are what it is about: the first is its subject, and a mute of any hides it. Entries with the same `key`
    are joined.
    """

    event: Event
    spec: Spec
    words: Callable[..., Words]
    level: Level
    url: str = ""
    things: Sequence[Any] = ()
    is_urgent: bool = False
    only: tuple[Transport, ...] | None = None
    key: str = ""
    _made: dict[Any, Any] = field(default_factory=dict)

    def to(self, told: Told, language: str, occasions: int = 1, before: str = "") -> Words:
        """The words for one person, made once for all who hear the same."""
        asked = language, tuple(told.facts.items()) if told.facts else (), occasions, before
        if asked not in self._made:
            self._made[asked] = self.words(language, told.facts, occasions, before)
        return self._made[asked]

    def why(self, told: Told, language: str) -> str:
        """Why it is this person, in their language."""
        asked = language, id(told.why)
        if asked not in self._made:
            self._made[asked] = in_language(told.why, language)[:200]
        return self._made[asked]


def usual_language() -> str:
    """What those are told in who chose no language."""
    return Organization.objects.values_list("language", flat=True).get(pk=context.organization_id())


def muted(saying: Saying) -> set[uuid.UUID]:
    """Ids of those who want to hear nothing of what it is about, unless it is of a kind that they must."""
    if saying.spec.breaks_mute or not saying.things:
        return set()
    rows = Follow.objects.filter(subject_id__in=[thing.pk for thing in saying.things], muted=True)
    return set(rows.values_list("member", flat=True))
