"""What the engine answers: a choice together with everything that was weighed, as data and in words."""

import uuid
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from dispatch.engine.snapshots import Place, Rule
from tenants.errors import Problem

NAMED = 3  # a sentence lists at most so many people; the data lists all of them


@dataclass(frozen=True)
class Candidate:
    id: uuid.UUID
    name: str
    load: Decimal

    def as_dict(self) -> dict[str, Any]:
        return {"id": str(self.id), "name": self.name, "load_minutes": str(self.load)}


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

    `candidates` are in the order of preference, so `chosen` is the first of them.
    """

    job: uuid.UUID
    rule: Rule | None
    place: Place
    candidates: tuple[Candidate, ...]
    refused: tuple[Refused, ...]
    chosen: Candidate | None

    @property
    def nobody_eligible(self) -> bool:
        """Nobody can take it, as opposed to: a rule wants it to wait for whoever claims it."""
        return not self.candidates

    @property
    def why(self) -> str:
        """The decision as a supervisor would explain it."""
        return " ".join(part for part in (self._where(), self._who(), self._who_not()) if part)

    def as_dict(self) -> dict[str, Any]:
        rule = self.rule
        return {
            "rule": rule and {"id": str(rule.id), "name": rule.name, "rank": rule.rank, "strategy": rule.strategy},
            "department": {"id": str(self.place.id), "name": self.place.name},
            "chosen": self.chosen and self.chosen.as_dict(),
            "candidates": [candidate.as_dict() for candidate in self.candidates],
            "refused": [refused.as_dict() for refused in self.refused],
        }

    def _where(self) -> str:
        if self.rule is None:
            return f"No rule matches, so it stays in {self.place.name}."
        verb = "sends it to" if self.rule.department else "leaves it in"
        return f"Rule '{self.rule.name}' (rank {self.rule.rank}) {verb} {self.place.name}."

    def _who(self) -> str:
        if self.chosen is None:
            return "Nobody there can take it." if self.nobody_eligible else "Whoever is free there claims it."
        others = self.candidates[1:]
        if not others:
            return f"{self.chosen.name} is the only one who can take it ({minutes(self.chosen.load)})."
        compared = _listed([f"{other.name} {minutes(other.load)}" for other in others], ", ")
        same = "as little open work as anybody" if others[0].load == self.chosen.load else "the least open work"
        return f"{self.chosen.name} has {same} ({minutes(self.chosen.load)}; {compared})."

    def _who_not(self) -> str:
        return f"Refused: {_listed([str(refused) for refused in self.refused], '; ')}." if self.refused else ""


def minutes(amount: Decimal) -> str:
    """Whole minutes as people say them: `35 min`."""
    return f"{amount.quantize(Decimal(1))} min"


def _listed(names: list[str], separator: str) -> str:
    left = len(names) - NAMED
    return separator.join([*names[:NAMED], f"and {left} more"] if left > 0 else names)
