"""What the engine answers: a choice together with everything that was weighed, as data and in words."""

import collections
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from dispatch.engine.snapshots import Place, Rule, Snapshot
from dispatch.states import Strategy
from tenants.errors import Problem

NAMED = 3  # a sentence lists at most so many people; the data lists all of them
NEXT = 5  # what a brief record keeps beside whoever was chosen


@dataclass(frozen=True)
class Candidate:
    """Somebody who can take the job. `score` is what the rule's strategy looked at, the least being best.

    The rest is what it could have looked at: `pace` (0.9 takes a tenth less than estimated), `level` in the skill it
    needs (0: it needs none), `kept` if they did the process before, and the minutes they have `waited` since a rule
    last chose them (None: never).
    """

    id: uuid.UUID
    name: str
    load: Decimal
    score: Decimal = Decimal(0)
    room: Decimal | None = None
    pace: Decimal = Decimal(1)
    level: int = 0
    kept: bool = False
    waited: Decimal | None = None

    def as_dict(self) -> dict[str, Any]:
        return {
            "id": str(self.id),
            "name": self.name,
            "load_minutes": str(self.load),
            "score": str(self.score),
            "parts": {
                "load_minutes": str(self.load),
                "room_minutes": None if self.room is None else str(self.room),
                "pace": str(self.pace),
                "level": self.level,
                "kept": self.kept,
                "waited_minutes": None if self.waited is None else str(self.waited),
            },
        }


@dataclass(frozen=True)
class Refused:
    id: uuid.UUID
    name: str
    reasons: tuple[Problem, ...]

    def as_dict(self) -> dict[str, Any]:
        return {"id": str(self.id), "name": self.name, "reasons": [reason.as_dict() for reason in self.reasons]}

    def __str__(self) -> str:
        return f"{self.name}: {', '.join(reason.message for reason in self.reasons)}"


@dataclass(frozen=True)
class Decision:
    """Where a job goes and who gets it. `chosen` is None when it waits in the department's queue.

    `candidates` are in the order of preference, so `chosen` is the first of them. `input` is what all decisions of
    one run were made from, together.
    """

    job: uuid.UUID
    rule: Rule | None
    strategy: Strategy
    place: Place
    candidates: tuple[Candidate, ...]
    refused: tuple[Refused, ...]
    chosen: Candidate | None
    input: Snapshot | None = field(default=None, compare=False, repr=False)

    @property
    def nobody_eligible(self) -> bool:
        """Nobody can take it, as opposed to: a rule wants it to wait for whoever claims it."""
        return not self.candidates

    @property
    def refusals(self) -> dict[str, int]:
        """How many were refused for each reason, the commonest first."""
        counted = collections.Counter(reason.code for one in self.refused for reason in one.reasons)
        return dict(sorted(counted.items(), key=lambda entry: (-entry[1], entry[0])))

    @property
    def why(self) -> str:
        """The decision as a supervisor would explain it."""
        return " ".join(part for part in (self._where(), self._who(), self._who_not()) if part)

    def as_dict(self, *, brief: bool = False) -> dict[str, Any]:
        """Everything that was weighed. `brief` leaves out whom nobody asks about and `input` can bring back."""
        rule = self.rule
        return {
            "rule": rule
            and {
                "id": str(rule.id),
                "name": rule.name,
                "rank": rule.rank,
                "strategy": rule.strategy,
                "version": rule.version,
            },
            "department": {"id": str(self.place.id), "name": self.place.name},
            "chosen": self.chosen and self.chosen.as_dict(),
            "strategy": self.strategy.value,
            "candidates": [candidate.as_dict() for candidate in self.candidates[: NEXT + 1 if brief else None]],
            "could": len(self.candidates),
            "refused": [] if brief else [refused.as_dict() for refused in self.refused],
            "refusals": self.refusals,
        }

    def _where(self) -> str:
        if self.rule is None:
            return f"No rule matches, so it stays in {self.place.name}."
        verb = "sends it to" if self.rule.department else "leaves it in"
        return f"Rule '{self.rule.name}' (rank {self.rule.rank}) {verb} {self.place.name}."

    def _who(self) -> str:
        if self.chosen is None:
            return self._nobody() if self.nobody_eligible else "Whoever is free there claims it."
        others = self.candidates[1:]
        name, load = self.chosen.name, minutes(self.chosen.load)
        if not others:
            return f"{name} is the only one who can take it ({load})."
        tied = others[0].score == self.chosen.score
        if self.strategy is Strategy.LEAST_LOADED or tied:
            compared = _listed([f"{other.name} {minutes(other.load)}" for other in others], ", ")
            same = "as little open work as anybody" if others[0].load == self.chosen.load else "the least open work"
            equal = EQUAL.get(self.strategy, "")
            return f"{equal}{name} has {same} ({load}; {compared})."
        value = VALUES[self.strategy]
        compared = _listed([f"{other.name} {value(other)}" for other in others], ", ")
        return f"{name} {BECAUSE[self.strategy]} ({value(self.chosen)}; {compared})."

    def _nobody(self) -> str:
        return "Nobody there can take it."

    def _who_not(self) -> str:
        return f"Refused: {_listed([str(refused) for refused in self.refused], '; ')}." if self.refused else ""


BECAUSE = {
    Strategy.FASTEST: "is the fastest at it",
    Strategy.ROUND_ROBIN: "has waited longest for a turn",
    Strategy.MOST_SKILLED: "is the most skilled",
    Strategy.KEEP_WITH: "did the process before",
}
EQUAL = {
    Strategy.FASTEST: "They are equally fast; ",
    Strategy.ROUND_ROBIN: "Nobody's turn comes before another's; ",
    Strategy.MOST_SKILLED: "They are equally skilled; ",
    Strategy.KEEP_WITH: "Nobody of them did the process before; ",
}


def _turn(candidate: Candidate) -> str:
    return "never asked" if candidate.waited is None else f"asked {long(candidate.waited)} ago"


VALUES: dict[Strategy, Callable[[Candidate], str]] = {
    Strategy.FASTEST: lambda candidate: f"{100 * candidate.pace:.0f} % of the estimate",
    Strategy.ROUND_ROBIN: _turn,
    Strategy.MOST_SKILLED: lambda candidate: f"level {candidate.level}",
    Strategy.KEEP_WITH: lambda candidate: "yes" if candidate.kept else "no",
}


def long(amount: Decimal) -> str:
    """A time as people say it: `35 min`, `5 h`, `3 days`."""
    if amount < 120:
        return minutes(amount)
    hours = amount / 60
    return f"{hours:.0f} h" if hours < 48 else f"{hours / 24:.0f} days"


def minutes(amount: Decimal) -> str:
    """Whole minutes as people say them: `35 min`."""
    return f"{amount.quantize(Decimal(1))} min"


def _listed(names: list[str], separator: str) -> str:
    left = len(names) - NAMED
    return separator.join([*names[:NAMED], f"and {left} more"] if left > 0 else names)
