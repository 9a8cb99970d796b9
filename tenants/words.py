"""What happened, in words. Every app brings sentences for its own kinds of events; here names and words meet.

An app contributes to the noun "event": `sentences`, a dict of kind -> template or function of `Facts`; `names`, a dict
of noun -> (model, expression); and `keys`, a dict of key in an event's data -> the noun whose id stands there. Names of
all that a list of events speaks of are read with one query, however long the list is.
"""

import datetime
import functools
import uuid
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import F, TextField, Value
from django.db.models.functions import Cast, Coalesce, Concat, NullIf
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from tenants.access import contributed
from tenants.models import ApiToken, Department, Deputy, Member, Replay
from tenants.queries.dead import kind_of

SYSTEM = "Workfloor"
GONE = "something that is gone"
QUOTED = ("comment", "reason", "note", "resolution", "text", "why")
Ids = Mapping[str, set[uuid.UUID]]
Names = Mapping[str, Mapping[uuid.UUID, str]]


@dataclass(frozen=True)
class Said:
    """A sentence without its full stop, and the words somebody gave along."""

    text: str
    quoted: str = ""

    def __str__(self) -> str:
        return f"{self.text}: {self.quoted}" if self.quoted else self.text


class Facts(dict[str, Any]):
    """What a sentence about one event may say: `{who}`, `{what}`, and anything in its data by its key."""

    def __init__(self, event: Any, names: Names, it: Collection[uuid.UUID]) -> None:
        super().__init__()
        self.event, self.data, self._names, self._it = event, event.data or {}, names, it

    def __missing__(self, key: str) -> Any:
        return self.value(key, self.data.get(key))

    @property
    def who(self) -> str:
        """Who did it, and in whose place."""
        actor = self.event.actor_id
        name = self.named("member", actor) if actor else SYSTEM
        behind = self.data.get("on_behalf_of")
        return f"{name}, for {self.named('member', behind)}," if behind else name

    @property
    def what(self) -> str:
        """What it happened to; `it` where the reader has it before them."""
        return self.of(self.event.subject_type, self.event.subject_id)

    def of(self, noun: str, pk: Any) -> str:
        """A thing by its name; for a reader of the whole ledger also where it belongs (`NAMES` of "task.place")."""
        if _uuid(pk) in self._it:
            return "it"
        place = "" if self._it else self._names.get(f"{noun}.place", {}).get(_uuid(pk))
        return f"{self.named(noun, pk)} of {place}" if place else self.named(noun, pk)

    def named(self, noun: str, pk: Any) -> str:
        key = _uuid(pk)
        if key is None:
            return "nobody" if noun == "member" else "none"
        return self._names.get(noun, {}).get(key) or str(self.data.get("name") or GONE)

    def value(self, key: str, value: Any) -> str:
        """One thing in the data as people write it."""
        if noun := contributions()[2].get(key):
            return self.named(noun, value)
        if value is None or value == "":
            return "none"
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, list):
            return ", ".join(str(part) for part in value)
        return plain(str(value))

    def changes(self) -> str:
        """What an edit changed: the names, and where the event knows them what they were and what they are."""
        before, after = self.data.get("from"), self.data.get("to")
        named = self.data.get("changed") or self.data.get("fields") or sorted(after or {})
        if isinstance(named, dict):  # {name: {from, to}}
            before = {name: pair["from"] for name, pair in named.items()}
            after = {name: pair["to"] for name, pair in named.items()}
        return in_a_row([self._change(name, before or {}, after or {}) for name in named]) or "nothing"

    def _change(self, name: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
        label = LABELS.get(name, name.replace("_", " "))
        if name not in after or not isinstance(before, dict):
            return label
        return f"{label} {self.value(name, before.get(name))} → {self.value(name, after[name])}"


Sentence = str | Callable[[Facts], str]
LABELS = {"due_at": "due date", "customer_reference": "customer's reference", "is_active": "active", "work": "the work"}


def said(events: Iterable[Any], *, it: Collection[uuid.UUID] = ()) -> dict[uuid.UUID, Said]:
    """Dict[event id -> what it says]; `it` are the things the reader looks at, which need no name."""
    rows = list(events)
    sentences, _, _ = contributions()
    names = names_of(_mentioned(rows))
    return {event.pk: _said(sentences.get(event.kind), Facts(event, names, it)) for event in rows}


def _said(sentence: Sentence | None, facts: Facts) -> Said:
    if callable(sentence):
        text = sentence(facts)
    else:
        facts |= {"who": facts.who, "what": facts.what}
        text = (sentence or _unknown(facts.event.kind)).format_map(facts)
    text = " ".join(text.split())
    quoted = next((str(facts.data[key]) for key in QUOTED if facts.data.get(key)), "")
    return Said(text[:1].upper() + text[1:], quoted)


def _unknown(kind: str) -> str:
    """A kind of a later version: better a plain word than none."""
    return "{who}: {what} " + kind.partition(".")[2].replace("_", " ")


@functools.cache
def contributions() -> tuple[dict[str, Sentence], dict[str, tuple[Any, Any]], dict[str, str]]:
    """All sentences, all that has a name, and all keys that stand for something with a name."""
    found: list[dict[str, Any]] = [{}, {}, {}]
    for place, slot in enumerate(("sentences", "names", "keys")):
        for part in contributed("event", slot):
            found[place] |= part  # type: ignore[arg-type]
    return found[0], found[1], found[2]


def kinds() -> list[str]:
    """Every kind of event there are words for."""
    return sorted(contributions()[0])


def names_of(wanted: Ids) -> Names:
    """Dict[noun -> dict[id -> name]], in one query for all nouns together."""
    _, nouns, _ = contributions()
    asked = [
        model.objects.filter(pk__in=wanted[noun.partition(".")[0]])
        .order_by()
        .annotate(its_noun=Value(noun, TextField()), its_name=Cast(expression, TextField()))
        .values_list("pk", "its_noun", "its_name")
        for noun, (model, expression) in nouns.items()
        if wanted.get(noun.partition(".")[0])
    ]
    found: dict[str, dict[uuid.UUID, str]] = defaultdict(dict)
    if asked:
        for pk, noun, name in asked[0].union(*asked[1:], all=True):
            found[noun][pk] = name
    return found


def _mentioned(events: Iterable[Any]) -> dict[str, set[uuid.UUID]]:
    """Everything that has a name, by noun."""
    found: dict[str, set[uuid.UUID]] = defaultdict(set)
    for event in events:
        found[event.subject_type].add(event.subject_id)
        if event.actor_id:
            found["member"].add(event.actor_id)
        _collect(event.data, found)
    return found


def _collect(data: Any, found: dict[str, set[uuid.UUID]]) -> None:
    keys = contributions()[2]
    if isinstance(data, list):
        for part in data:
            _collect(part, found)
    if not isinstance(data, dict):
        return
    if "subject_type" in data and (pk := _uuid(data.get("subject_id"))):
        found[str(data["subject_type"])].add(pk)
    for key, value in data.items():
        if key in keys:
            found[keys[key]].update(pk for each in _each(value) if (pk := _uuid(each)))
        _collect(value, found)


def _each(value: Any) -> list[Any]:
    return value if isinstance(value, list) else list(value.values()) if isinstance(value, dict) else [value]


def _uuid(value: Any) -> uuid.UUID | None:
    if isinstance(value, uuid.UUID):
        return value
    try:
        return uuid.UUID(value)
    except (ValueError, TypeError, AttributeError):
        return None


def plain(text: str) -> str:
    """A moment on the wall of whoever reads, a number without the zeros of its column, anything else as it is."""
    if len(text) >= 16 and text[4:5] == "-" and (moment := _moment(text)):
        return when(moment)
    try:
        return f"{Decimal(text).normalize():f}" if "." in text else text
    except InvalidOperation:
        return text


def when(moment: datetime.datetime) -> str:
    local = timezone.localtime(moment)
    return f"{local.day} {local:%b %Y, %H:%M}"


def _moment(text: str) -> datetime.datetime | None:
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    return found if found is not None and timezone.is_aware(found) else None


def in_a_row(parts: Iterable[str]) -> str:
    """a, b and c"""
    *most, last = list(parts) or [""]
    return f"{', '.join(most)} and {last}" if most else last


def quoted(column: str) -> Concat:
    """A name in quotation marks, since people made it up."""
    return Concat(Value("“"), F(column), Value("”"))


def edited(facts: Facts) -> str:
    return f"{facts.who} changed {facts.what}: {facts.changes()}"


def deputy(verb: str) -> Sentence:
    def sentence(facts: Facts) -> str:
        span = f"{facts['starts_at']} to {facts['ends_at']}"
        return f"{facts.who} {verb} {facts['deputy']} as deputy of {facts['member']}, {span}"

    return sentence


_PERSON = Coalesce(NullIf(F("user__name"), Value("")), F("user__email"))
SENTENCES: dict[str, Sentence] = {
    "member.added": "{who} let {what} in as {role}",
    "member.edited": edited,
    "department.created": "{who} added the department {name}",
    "department.edited": edited,
    "department.removed": "{who} removed the department {name}",
    "deputy.named": deputy("named"),
    "deputy.edited": deputy("changed the time of"),
    "deputy.ended": deputy("ended the time of"),
    "token.made": "{who} made the API token {name}",
    "token.revoked": "{who} revoked {what}",
    "replay.requested": lambda facts: f"{facts.who} had a dead {kind_of(str(facts.data.get('label')))} tried again",
    "platform.entered": "{email} of the platform's staff looked around",
}
NAMES = {
    "member": (Member, _PERSON),
    "department": (Department, F("name")),
    "deputy": (Deputy, Value("a deputy")),
    "token": (ApiToken, F("name")),
    "replay": (Replay, F("label")),
}
KEYS = {
    "member": "member",
    "deputy": "member",
    "on_behalf_of": "member",
    "mentions": "member",
    "department": "department",
}

# Noun -> the page of one, for those who read of it in the audit log.
PLACES = {
    "member": "tenants:member_edit",
    "department": "tenants:department_edit",
}
