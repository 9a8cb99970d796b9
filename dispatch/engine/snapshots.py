"""What the engine is told about the floor. Plain values: a snapshot can be kept, compared and decided again."""

import datetime
import uuid
from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True)
class Job:
    """A task that needs somebody. `urgency` grows with its order's priority, `minutes` is what is left to do."""

    id: uuid.UUID
    process: uuid.UUID | None
    department: uuid.UUID
    customer: uuid.UUID | None
    priority: str
    urgency: int
    due_at: datetime.datetime | None
    minutes: Decimal


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

    def catches(self, job: Job) -> bool:
        return (
            self.if_process in (None, job.process)
            and self.if_department in (None, job.department)
            and self.if_customer in (None, job.customer)
            and self.if_priority in ("", job.priority)
        )


@dataclass(frozen=True)
class Person:
    """A member of a department; `load` is minutes of open work already promised."""

    id: uuid.UUID
    name: str
    department: uuid.UUID
    role: str
    active: bool
    load: Decimal


@dataclass(frozen=True)
class Place:
    """A department, as far as decisions name it."""

    id: uuid.UUID
    name: str


@dataclass(frozen=True)
class Floor:
    """Everything the engine may look at. `declined` holds who has said no to which job."""

    rules: tuple[Rule, ...] = ()
    places: tuple[Place, ...] = ()
    people: tuple[Person, ...] = ()
    declined: dict[uuid.UUID, frozenset[uuid.UUID]] = field(default_factory=dict)
