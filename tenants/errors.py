"""What can be refused, and why. Reasons are data: a page lists them, the API returns them, a verb refuses by them."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Problem:
    """One reason. `code` is stable and for programs, `message` is a sentence for people, `field` names an input."""

    code: str
    message: str
    field: str | None = None

    def as_dict(self) -> dict[str, str]:
        found = {"code": self.code, "message": self.message}
        return found | {"field": self.field} if self.field else found


class Refusal(Exception):
    """A verb that did not run. Nothing was written."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)
        super().__init__("; ".join(problem.message for problem in self.problems))


class NotAllowed(Refusal):
    """The thing is not in a state for this verb, or a rule of the floor forbids it (409)."""


class Invalid(Refusal):
    """What was sent cannot be meant (400): each problem names its field."""


class Stale(Exception):
    """Somebody else changed the thing since the caller looked (409 in v1 and pages, 412 in v2)."""

    def __init__(self, obj: Any) -> None:
        self.obj = obj
        super().__init__("Somebody else changed this meanwhile. Look at it again, then decide.")


class NoTenant(Exception):
    """Tenant rows were touched outside `with tenant(organization):`."""


class Permanent(Exception):
    """A delivery that can never succeed: it is dead at once instead of being tried for three days."""


class Suppressed(Exception):
    """What a row was to do is not wanted any more: it is neither done nor dead, and its words say why."""


class NotYet(Exception):
    """A row whose time has not come after all. It is not a failure: the row is due again at `until`."""

    def __init__(self, until: datetime.datetime, why: str = "") -> None:
        self.until = until
        super().__init__(why or f"Not before {until}.")


def refuse(problems: list[Problem]) -> None:
    """Raise `NotAllowed` with every reason at once, or return when there is none."""
    if problems:
        raise NotAllowed(problems)


def refuse_input(problems: list[Problem]) -> None:
    """Raise `Invalid` with every wrong input at once, or return when there is none."""
    if problems:
        raise Invalid(problems)


def refuse_stale(obj: Any, seen: int | None) -> None:
    """Raise `Stale` if the caller named a version, and it is another one by now."""
    if seen is not None and obj.version != seen:
        raise Stale(obj)
