"""What the engine answers: a choice together with everything that was weighed, as data and in words."""

import collections
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from dispatch.engine.snapshots import Place, Rule
from dispatch.states import Strategy
from tenants.errors import Problem

NAMED = 3  # a sentence lists at most so many people; the data lists all of them


@dataclass(frozen=True)
class Candidate:
    """Somebody who can take the job. `score` is what the rule's strategy looked at, the least being best."""

    id: uuid.UUID
    name: str
    load: Decimal
    score: Decimal = Decimal(0)

    def as_dict(self) -> dict[str, Any]:
        return {"id": str(self.id), "name": self.name, "load_minutes": str(self.load), "score": str(self.score)}


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
    strategy: Strategy
    place: Place
    candidates: tuple[Candidate, ...]
    refused: tuple[Refused, ...]
    chosen: Candidate | None

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

    def as_dict(self) -> dict[str, Any]:
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
            "candidates": [candidate.as_dict() for candidate in self.candidates],
            "refused": [refused.as_dict() for refused in self.refused],
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
        if self.strategy is Strategy.LEAST_LOADED or tied and self.strategy is not Strategy.ROUND_ROBIN:
            compared = _listed([f"{other.name} {minutes(other.load)}" for other in others], ", ")
            same = "as little open work as anybody" if others[0].load == self.chosen.load else "the least open work"
            equal = "" if self.strategy is Strategy.LEAST_LOADED else EQUAL[self.strategy]
            return f"{equal}{name} has {same} ({load}; {compared})."
        compared = _listed([f"{other.name} {VALUES[self.strategy](other.score)}" for other in others], ", ")
        value = VALUES[self.strategy](self.chosen.score)
        return f"{name} {BECAUSE[self.strategy]} ({value}; {compared})."

    def _nobody(self) -> str:
        return "Nobody there can take it."

    def _who_not(self) -> str:
        return f"Refused: {_listed([str(refused) for refused in self.refused], '; ')}." if self.refused else ""


BECAUSE = {
    Strategy.FASTEST: "is the fastest at it",
    Strategy.ROUND_ROBIN: "has waited longest for a turn",
    Strategy.MOST_SKILLED: "is the most skilled",
    Strategy.KEEP_WITH: "did the process before",
    Strategy.QUEUE_ONLY: "",
}
EQUAL = {
    Strategy.FASTEST: "They are equally fast; ",
    Strategy.MOST_SKILLED: "They are equally skilled; ",
    Strategy.KEEP_WITH: "Nobody of them did the process before; ",
    Strategy.QUEUE_ONLY: "",
}
VALUES: dict[Strategy, Callable[[Decimal], str]] = {
    Strategy.FASTEST: lambda score: f"{100 * score:.0f} % of the estimate",
    Strategy.ROUND_ROBIN: lambda score: "never asked" if not score else "asked since",
    Strategy.MOST_SKILLED: lambda score: f"level {-score:.0f}",
    Strategy.KEEP_WITH: lambda score: "no" if score else "yes",
    Strategy.QUEUE_ONLY: lambda score: str(score),
}


def minutes(amount: Decimal) -> str:
    """Whole minutes as people say them: `35 min`."""
    return f"{amount.quantize(Decimal(1))} min"


def _listed(names: list[str], separator: str) -> str:
    left = len(names) - NAMED
    return separator.join([*names[:NAMED], f"and {left} more"] if left > 0 else names)
