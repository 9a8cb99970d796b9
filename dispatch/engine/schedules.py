"""How a backlog stands with any answer to it: when everything is done, how late, and how evenly it is shared."""

import datetime
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dispatch.engine.availability import Span
from dispatch.engine.backlogs import NOBODY, Ints
from dispatch.engine.pairing import FINE, Pairs, fine
from dispatch.engine.timetables import Steps, timetable

Times = Sequence[tuple[int, int] | None]
# Hours that a level of urgency counts, see Schedule.ranks; with many jobs only the first two are tried.
RULES = (24.0, 4.0, 0.0, 1.0, 12.0, 72.0, 100_000.0)
MANY = 2000


@dataclass(frozen=True)
class Figures:
    """How a backlog stands. What does not end within the days planned for is late from its due time to their end.

    `load` is minutes of open work by person, `imbalance` how far people usually are from the mean of their department,
    in per cent of the mean of all.
    """

    tardiness_minutes: int
    late_tasks: int
    unassigned: int
    load: dict[uuid.UUID, int]
    most_loaded_percent: int
    imbalance: float

    def as_dict(self) -> dict[str, Any]:
        return {
            "tardiness_minutes": self.tardiness_minutes,
            "late_tasks": self.late_tasks,
            "unassigned": self.unassigned,
            "load": {str(person): minutes for person, minutes in self.load.items()},
            "most_loaded_percent": self.most_loaded_percent,
            "imbalance": self.imbalance,
        }


@dataclass(frozen=True)
class Given:
    """Who does each work, NOBODY or a number, and in how many seconds."""

    person: Sequence[int]
    seconds: Sequence[int]


class Schedule:
    """Timetables for answers to one backlog. Works are the fixed jobs and then the others."""

    def __init__(self, pairs: Pairs, ahead: Span) -> None:
        self.pairs, self.ahead = pairs, ahead
        self.jobs = (*pairs.fixed, *pairs.jobs)
        self.horizon = int((ahead.end - ahead.start).total_seconds())
        self.due = [
            None if job.due_at is None else int((job.due_at - ahead.start).total_seconds()) for job in self.jobs
        ]
        self.weights = [job.urgency + 1 for job in self.jobs if job.due_at is not None]
        self.steps = Steps([(job.order, job.step) for job in self.jobs])
        self.minutes = [*(fine(job.minutes) for job in pairs.fixed), *pairs.backlog.minutes.tolist()]
        self.estimate = [minutes * 60 // FINE for minutes in self.minutes]
        place = pairs.place
        self.holder = [place.get(job.holder, NOBODY) if job.holder else NOBODY for job in self.jobs]

    def given(self, arcs: Ints) -> Given:
        """Each of the jobs takes its arc."""
        stay, member = len(self.pairs.fixed), self.pairs.backlog.member
        some = np.flatnonzero(arcs >= 0)
        who, seconds = np.full(len(arcs), NOBODY), np.zeros(len(arcs), dtype=np.int64)
        who[some], seconds[some] = member[arcs[some]], self.pairs.seconds[arcs[some]]
        return Given(self.holder[:stay] + who.tolist(), self.estimate[:stay] + seconds.tolist())

    def before(self) -> Given:
        """Everybody does what they have now, whether or not they may."""
        known = self.given(self.pairs.kept).seconds
        return Given(self.holder, [one or guess for one, guess in zip(known, self.estimate, strict=True)])

    def best_rule(self, given: Given) -> tuple[list[float], Times]:
        """The ranks of the rule that leaves the least tardiness by urgency, and the times it leads to."""
        rules = RULES if len(self.jobs) <= MANY else RULES[:2]
        found = [(ranks, self.times(given, ranks)) for ranks in map(self.ranks, rules)]
        return min(found, key=lambda one: self.tardiness(one[1]))

    def times(self, given: Given, ranks: Sequence[float]) -> Times:
        """Start and end of each work in seconds."""
        return timetable(self.steps, given.person, given.seconds, ranks, self.pairs.calendars, self.pairs.busy)

    def ranks(self, hours: float) -> list[float]:
        """Fixed works first, then by due time, a level of urgency counting like being due so many hours earlier."""
        far = self.horizon * 1000
        return [
            -far * 1000 if job.fixed else (far if due is None else due) - job.urgency * hours * 3600
            for job, due in zip(self.jobs, self.due, strict=True)
        ]

    def late(self, times: Times) -> list[int]:
        """Seconds of tardiness of each work that is due sometime."""
        ends = [self.horizon if time is None else time[1] for time in times]
        return [max(0, end - due) for end, due in zip(ends, self.due, strict=True) if due is not None]

    def tardiness(self, times: Times) -> int:
        """Seconds of tardiness of all, each as often as it is urgent."""
        return sum(late * weight for late, weight in zip(self.late(times), self.weights, strict=True))

    def figures(self, given: Given, times: Times) -> Figures:
        people, late = self.pairs.people, self.late(times)
        load = [one * FINE // 60 for one in self.pairs.busy]
        for number, minutes in zip(given.person, self.minutes, strict=True):
            if number != NOBODY:
                load[number] += minutes
        full = [100 * mine / fine(one.room) for one, mine in zip(people, load, strict=True) if one.room]
        nobody = [
            job
            for job, number in zip(self.jobs, given.person, strict=True)
            if number == NOBODY and not (job.fixed and job.holder)  # fixed with somebody who is not on this floor
        ]
        return Figures(
            tardiness_minutes=sum(late) // 60,
            late_tasks=sum(1 for one in late if one),
            unassigned=len(nobody),
            load={person.id: minutes // FINE for person, minutes in zip(people, load, strict=True)},
            most_loaded_percent=round(max(full, default=0)),
            imbalance=round(_imbalance(self.pairs.teams, np.array(load, dtype=np.int64)), 2),
        )

    def moment(self, seconds: int) -> datetime.datetime:
        return self.ahead.start + datetime.timedelta(seconds=seconds)


def _imbalance(teams: Ints, load: Ints) -> float:
    if not len(load) or not load.sum():
        return 0.0
    mean = np.bincount(teams, weights=load) / np.maximum(1, np.bincount(teams))
    return float(100 * np.sqrt(((load - mean[teams]) ** 2).mean()) / load.mean())
