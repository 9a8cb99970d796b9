"""How a machine is written down, and the words tenants themselves use.

A machine is a literal table `verb -> (from-states, to-state, past tense)`. From it come the buttons a page shows,
`allowed_actions` in the API and the kinds of events, so a verb cannot exist in one of them only.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import TextChoices

from tenants.errors import Problem


class Role(TextChoices):
    """What a member may do, weakest first; a supervisor's word counts in the own department."""

    VIEWER = "viewer", "Viewer"
    OPERATOR = "operator", "Operator"
    SUPERVISOR = "supervisor", "Supervisor"
    PLANNER = "planner", "Planner"
    ADMIN = "admin", "Admin"

    @property
    def rank(self) -> int:
        return RANKS[self]

    def at_least(self, other: "Role") -> bool:
        return RANKS[self] >= RANKS[other]


RANKS: dict[str, int] = {role: rank for rank, role in enumerate(Role)}  # asked for every verb of every row


LANGUAGES = [("en", "English"), ("de", "Deutsch")]


class OrganizationStatus(TextChoices):
    ACTIVE = "active", "Active"
    SUSPENDED = "suspended", "Suspended"


class DeliveryState(TextChoices):
    """What became of a row that somebody is to work on: created = done + pending + parked + dead + suppressed."""

    PENDING = "pending", "Pending"
    PARKED = "parked", "Parked"  # another row will bring it along: a digest its items
    DONE = "done", "Done"
    DEAD = "dead", "Dead"
    SUPPRESSED = "suppressed", "Suppressed"  # decided against, and its `error` says why


@dataclass(frozen=True)
class Move:
    """One line of a machine: where a verb may start, where it may end, and how the event of it is called."""

    sources: frozenset[str]
    targets: frozenset[str]
    past: str


@dataclass(frozen=True)
class Machine:
    """A checked table of moves for one noun."""

    noun: str
    states: type[TextChoices]
    initial: str
    moves: dict[str, Move]

    @property
    def ended(self) -> frozenset[str]:
        """States nothing leads out of."""
        left = {state for move in self.moves.values() for state in move.sources - move.targets}
        return frozenset(self.states.values) - left

    @property
    def open(self) -> frozenset[str]:
        return frozenset(self.states.values) - self.ended

    def verbs_from(self, status: str) -> tuple[str, ...]:
        """The verbs that lead out of `status`, in the table's order."""
        return tuple(verb for verb, move in self.moves.items() if status in move.sources)

    def kind(self, verb: str) -> str:
        """The kind of the event a verb leaves, such as `workorder.approved`."""
        return f"{self.noun}.{self.moves[verb].past}"


Table = dict[str, tuple[Iterable[str], str | Iterable[str], str]]


def checked(noun: str, states: type[TextChoices], table: Table, *, initial: str) -> Machine:
    """Turn a literal table into a machine, or refuse to load: a state nobody reaches is a slip of the pen."""
    moves = {
        verb: Move(frozenset(map(str, sources)), _targets(target), past)
        for verb, (sources, target, past) in table.items()
    }
    known = frozenset(states.values)
    for verb, move in moves.items():
        if strange := (move.sources | move.targets) - known:
            raise ValueError(f"{noun}.{verb} names states that do not exist: {sorted(strange)}")
        if not move.sources:
            raise ValueError(f"{noun}.{verb} starts nowhere")
    reached = {str(initial)}
    while grown := {t for m in moves.values() if m.sources & reached for t in m.targets} - reached:
        reached |= grown
    if lost := known - reached:
        raise ValueError(f"{noun}: nothing leads to {sorted(lost)}")
    return Machine(noun, states, str(initial), moves)


def _targets(target: str | Iterable[str]) -> frozenset[str]:
    return frozenset({str(target)}) if isinstance(target, str) else frozenset(map(str, target))


def wrong_state(obj: Any, verb: str) -> list[Problem]:
    """Say why `verb` does not lead out of the state `obj` is in; nothing when it does."""
    machine: Machine = obj.MOVES
    move = machine.moves[verb]
    if obj.status in move.sources:
        return []
    label = str(machine.states(obj.status).label).lower()
    if obj.status in move.targets:
        return [Problem(f"already_{obj.status}", f"It is already {label}.")]
    wanted = " or ".join(sorted(str(machine.states(state).label).lower() for state in move.sources))
    return [Problem("wrong_state", f"It is {label}; to {verb} it, it must be {wanted}.")]
