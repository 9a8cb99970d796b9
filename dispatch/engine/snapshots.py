"""What the engine is told about the floor. Plain values: a snapshot can be kept, compared and decided again."""

import datetime
import functools
import hashlib
import json
import uuid
import zoneinfo
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from pydantic import TypeAdapter

from dispatch.engine.availability import Span
from dispatch.states import Presence


@dataclass(frozen=True)
class Job:
    """A task that needs somebody. `urgency` grows with its order's priority, `minutes` is what is left to do.

    `before` is who did the process before it in its order, `skill` the code of the one it needs. What only plans look
    at: `order` and `step` (what has a lower step in the same order comes first), `holder` who has it now, `fixed` that
    it is running or pinned and so stays where it is, `version` of the task that was read.
    """

    id: uuid.UUID
    process: uuid.UUID | None
    department: uuid.UUID
    customer: uuid.UUID | None
    priority: str
    urgency: int
    due_at: datetime.datetime | None
    minutes: Decimal
    product: uuid.UUID | None = None
    tags: frozenset[uuid.UUID] = frozenset()
    quantity: Decimal = Decimal(1)
    skill: str = ""
    before: uuid.UUID | None = None
    order: uuid.UUID | None = None
    step: int = 0
    holder: uuid.UUID | None = None
    fixed: bool = False
    version: int = 0


@dataclass(frozen=True)
class Rule:
    """A dispatch rule. A condition that is None or empty always holds; `department` None leaves the job where it is."""

    id: uuid.UUID
    name: str
    rank: int
    strategy: str
    department: uuid.UUID | None = None
    if_process: uuid.UUID | None = None
    if_department: uuid.UUID | None = None
    if_customer: uuid.UUID | None = None
    if_priority: str = ""
    if_product: uuid.UUID | None = None
    if_tag: uuid.UUID | None = None
    if_quantity_from: Decimal | None = None
    if_quantity_to: Decimal | None = None
    active_from: datetime.datetime | None = None
    active_until: datetime.datetime | None = None
    version: int = 1

    def catches(self, job: Job) -> bool:
        return (
            self.if_process in (None, job.process)
            and self.if_department in (None, job.department)
            and self.if_customer in (None, job.customer)
            and self.if_priority in ("", job.priority)
            and self.if_product in (None, job.product)
            and (self.if_tag is None or self.if_tag in job.tags)
            and (self.if_quantity_from is None or self.if_quantity_from <= job.quantity)
            and (self.if_quantity_to is None or job.quantity <= self.if_quantity_to)
        )

    def covers(self, other: "Rule") -> bool:
        """Whether it catches whatever the other one does, whenever the other one does. False where it is not sure."""
        return (
            all(getattr(self, name) in (None, "", getattr(other, name)) for name in EXACT)
            and _is_at_most(self.if_quantity_from, other.if_quantity_from)
            and _is_at_most(other.if_quantity_to, self.if_quantity_to, open_is_last=True)
            and _is_at_most(self.active_from, other.active_from)
            and _is_at_most(other.active_until, self.active_until, open_is_last=True)
        )

    def comes_before(self, other: "Rule") -> bool:
        return self.id != other.id and self.turn < other.turn

    @property
    def turn(self) -> tuple[int, str, str]:
        """By this rules are asked, the least first."""
        return (self.rank, self.name, str(self.id))

    def is_active(self, at: datetime.datetime) -> bool:
        return (self.active_from is None or self.active_from <= at) and (
            self.active_until is None or at < self.active_until
        )


# Conditions on one value: the rule's own, or any.
EXACT = ("if_process", "if_department", "if_customer", "if_priority", "if_product", "if_tag")


def _is_at_most(low: Any, high: Any, *, open_is_last: bool = False) -> bool:
    """Compares two bounds, where None lies before everything, or after everything if `open_is_last`."""
    if open_is_last:
        return high is None or low is not None and low <= high
    return low is None or high is not None and low <= high


@dataclass(frozen=True)
class Certificate:
    """A skill somebody has: how well, from 1 to 5, and the last day it is certified for, None for good."""

    level: int = 3
    until: datetime.date | None = None


@dataclass(frozen=True)
class Away:
    """A time somebody is not there, and what it is called."""

    span: Span
    kind: str = "leave"


@dataclass(frozen=True)
class Pace:
    """What somebody's finished work on one process was estimated at, and what it took, in minutes."""

    estimated: Decimal
    took: Decimal


@dataclass(frozen=True)
class Person:
    """A member of a department; `load` is minutes of open work already promised, `room` how many there may be.

    `shifts` are the coming ones, None where none was ever planned for them: then any time will do. `presence` is None
    where the house keeps no time clock. `paces` are by process, `asked_at` is when a rule last chose them.
    """

    id: uuid.UUID
    name: str
    department: uuid.UUID
    role: str
    active: bool
    load: Decimal
    room: Decimal | None = None
    skills: dict[str, Certificate] = field(default_factory=dict)
    shifts: tuple[Span, ...] | None = None
    away: tuple[Away, ...] = ()
    presence: Presence | None = None
    paces: dict[uuid.UUID, Pace] = field(default_factory=dict)
    asked_at: datetime.datetime | None = None


@dataclass(frozen=True)
class Place:
    """A department, as far as decisions name it."""

    id: uuid.UUID
    name: str


@dataclass(frozen=True)
class Floor:
    """Everything the engine may look at, at the moment `at` in `zone`; `declined` is who said no to which job."""

    rules: tuple[Rule, ...] = ()
    places: tuple[Place, ...] = ()
    people: tuple[Person, ...] = ()
    declined: dict[uuid.UUID, frozenset[uuid.UUID]] = field(default_factory=dict)
    at: datetime.datetime = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
    zone: str = "UTC"

    @property
    def wall(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.zone)


@dataclass(frozen=True)
class Snapshot:
    """Jobs and the floor they are decided on: kept with a decision, it can be decided again."""

    jobs: tuple[Job, ...]
    floor: Floor

    def as_values(self) -> dict[str, Any]:
        """JSON; rows and sets in one order, whatever order they were read in: the same snapshot is the same text."""
        return _in_order(_SNAPSHOT.dump_python(self, mode="json"))

    @staticmethod
    def of_values(values: dict[str, Any]) -> "Snapshot":
        return _SNAPSHOT.validate_python(values)

    @functools.cached_property
    def hash(self) -> str:
        """SHA-256 of the snapshot, hexadecimal: two decisions with the same one were made from the same facts."""
        return hash_of(self.as_values())


_SNAPSHOT = TypeAdapter(Snapshot)


def hash_of(values: dict[str, Any]) -> str:
    """The hash of a snapshot's values, as they were kept."""
    return hashlib.sha256(_text(values).encode()).hexdigest()


def _in_order(value: Any) -> Any:
    """No list in a snapshot means anything by its order: sets, people, spans of time."""
    if isinstance(value, dict):
        return {key: _in_order(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return sorted((_in_order(inner) for inner in value), key=_place)
    return value


def _place(value: Any) -> str:
    """Rows go by their ids, which nobody shares: ten thousand tasks need not be written out to be put in order."""
    return value["id"] if isinstance(value, dict) and "id" in value else _text(value)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True, separators=(",", ":"))
