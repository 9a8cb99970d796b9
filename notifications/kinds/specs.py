"""What a kind of news is made of. Each file beside this one has those of a noun."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet

from notifications.states import Kind, Level, Transport, Wanted
from tenants.models import Event, Member

DEFAULTS: Mapping[Transport, Wanted] = {
    Transport.INBOX: Wanted.NOW,
    Transport.LIVE: Wanted.NOW,
    Transport.EMAIL: Wanted.NOW,
    Transport.PUSH: Wanted.OFF,
}
AT_HAND = {**DEFAULTS, Transport.PUSH: Wanted.NOW}
"""For those who are not at a desk."""
GATHERED = {**DEFAULTS, Transport.EMAIL: Wanted.DIGEST}
"""Good to know, not worth a mail of its own."""
ON_PAGES = {**DEFAULTS, Transport.EMAIL: Wanted.OFF}


@dataclass(frozen=True)
class Told:
    """Somebody to tell, why it is them, and what is said to them and not to the others."""

    member: Member
    why: str  # or a lazy one, which becomes words in the language of the member
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class News:
    """What an event comes to: whom to tell, and what the words are made of.

    `facts` are plain values, for the templates of the kind. A mute of the `subject`, or of what it lies `within`,
    hides it. `over` says why it is news no more; entries are made even then, for the inbox is also a history, but what
    has not been sent is not.
    """

    to: Sequence[Told]
    facts: Mapping[str, Any]
    url: str
    subject: Any
    within: Sequence[Any] = ()
    level: Level | None = None
    is_urgent: bool = False
    over: str = ""

    @property
    def things(self) -> list[Any]:
        return [self.subject, *self.within]


Maker = Callable[[Event, QuerySet[Member]], News | None]
"""`maker(event, people)`: what it comes to for those among `people`; None if it is no news of this kind."""


@dataclass(frozen=True)
class Spec:
    """One kind of news. `makers` says by kind of event how it is made; without any, a verb tells it in its own words.

    What has the same `coalesce` key within a few minutes becomes one entry and one mail. With `has_html` there is a
    template `<kind>.html` too, for mails in which paragraphs would not do.
    """

    kind: Kind
    makers: Mapping[str, Maker] = field(default_factory=dict)
    level: Level = Level.INFO
    defaults: Mapping[Transport, Wanted] = field(default_factory=lambda: DEFAULTS)
    coalesce: Callable[[News], str] | None = None
    breaks_mute: bool = False
    has_html: bool = False
    over: Callable[[Event], str] | None = None

    @property
    def template(self) -> str:
        return f"notifications/kinds/{self.kind.value}"

    def news(self, event: Event, people: QuerySet[Member]) -> News | None:
        maker = self.makers.get(event.kind)
        return maker(event, people) if maker else None

    def key(self, news: News) -> str:
        """What open entries are joined by; blank if each event is an entry."""
        return f"{self.kind.value}:{part}" if self.coalesce and (part := self.coalesce(news)) else ""


def of_subject(news: News) -> str:
    """One entry for all that happens to one thing within a few minutes."""
    return str(news.subject.pk)


def of_order(news: News) -> str:
    """One entry for all tasks of an order."""
    return str(news.within[0].pk) if news.within else ""
