"""A plan: who does what of a whole backlog, and when.

Deterministic: the same snapshot gives the same answer, in whatever order its jobs and people come. Solvers run with a
fixed seed and are stopped by their own count of work, which does not depend on the machine; the clock stops them only
when they take many times longer than they should.
"""

import datetime
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dispatch.engine.availability import Span
from dispatch.engine.backlogs import NOBODY, Ints
from dispatch.engine.giving import given
from dispatch.engine.pairing import FINE, Pairs, fine, paired
from dispatch.engine.snapshots import Job, Snapshot
from dispatch.engine.timetables import Steps, timetable

Tell = Callable[[str, int, int], None]
Times = Sequence[tuple[int, int] | None]
RULES = (24.0, 4.0, 0.0, 1.0, 12.0, 72.0, 100_000.0)  # hours that a level of urgency counts; see _Schedule.ranks
MANY = 2000  # with more jobs only the first two are tried
NEXT = 5  # so many others are named beside who gets a task


@dataclass(frozen=True)
class Settings:
    """What a plan weighs: `move_penalty` in minutes, `balance_weight` in per cent; it looks `days` ahead."""

    move_penalty: int
    balance_weight: int
    days: int


@dataclass(frozen=True)
class Planned:
    """One task of a plan. `starts_at` and `ends_at` are None where it does not end within the days planned for.

    `parts` is what it costs there, in minutes; `others` are the next best people, each with what they would cost.
    """

    job: Job
    person: uuid.UUID | None
    starts_at: datetime.datetime | None
    ends_at: datetime.datetime | None
    parts: dict[str, int]
    others: tuple[tuple[uuid.UUID, int], ...] = ()


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
class Answer:
    rows: tuple[Planned, ...]
    method: str
    before: Figures
    after: Figures
    refusals: dict[uuid.UUID, dict[str, int]]
    """By task: how many of its department cannot take it, by reason. Fixed tasks are not in it."""


def plan(snapshot: Snapshot, settings: Settings, *, seconds: float, tell: Tell | None = None) -> Answer:
    """Give every job of the snapshot to somebody who can take it, where there is one, and say when they would do it.

    `Person.load` is all the open work somebody has, that of the snapshot's jobs they hold included. `seconds` is how
    long solvers may search. Fixed jobs stay with their holder, whoever that is.
    """
    say = tell or _silent
    ahead = Span(snapshot.floor.at, snapshot.floor.at + datetime.timedelta(days=settings.days))
    steps = 4
    say("pairing", 0, steps)
    pairs = paired(snapshot, ahead, move_penalty=settings.move_penalty, balance=settings.balance_weight)
    say("giving", 1, steps)
    arcs, method = given(pairs.backlog, pairs.kept, pairs.teams, seconds=seconds)
    say("timing", 2, steps)
    schedule = _Schedule(pairs, ahead)
    who, needs = schedule.people(arcs)
    times = schedule.best(who, needs)
    say("comparing", 3, steps)
    holders, needed = schedule.before()
    before = schedule.figures(holders, schedule.best(holders, needed))
    after = schedule.figures(who, times)
    say("done", steps, steps)
    return Answer(_rows(pairs, arcs, times, ahead), method, before, after, pairs.refusals)


def _silent(phase: str, done: int, total: int) -> None:
    pass


class _Schedule:
    """The timetable and figures of any answer to one backlog. Works are the fixed jobs and then the others."""

    def __init__(self, pairs: Pairs, ahead: Span) -> None:
        self.pairs = pairs
        self.jobs = (*pairs.fixed, *pairs.jobs)
        self.horizon = int((ahead.end - ahead.start).total_seconds())
        self.due = [
            None if job.due_at is None else int((job.due_at - ahead.start).total_seconds()) for job in self.jobs
        ]
        self.weights = [job.urgency + 1 for job in self.jobs if job.due_at is not None]
        self.steps = Steps([(job.order, job.step) for job in self.jobs])
        self.minutes = [*(fine(job.minutes) for job in pairs.fixed), *pairs.backlog.minutes.tolist()]
        place = pairs.place
        self.holder = [place.get(job.holder, NOBODY) if job.holder else NOBODY for job in self.jobs]

    def people(self, arcs: Ints) -> tuple[list[int], list[int]]:
        """Who does each work if each of the jobs takes its arc, and in how many seconds."""
        stay, member = len(self.pairs.fixed), self.pairs.backlog.member
        some = np.flatnonzero(arcs >= 0)
        who, seconds = np.full(len(arcs), NOBODY), np.zeros(len(arcs), dtype=np.int64)
        who[some], seconds[some] = member[arcs[some]], self.pairs.seconds[arcs[some]]
        return self.holder[:stay] + who.tolist(), self._estimates()[:stay] + seconds.tolist()

    def before(self) -> tuple[list[int], list[int]]:
        """The same for who has each now, whether or not they may."""
        _, seconds = self.people(self.pairs.kept)
        return self.holder, [known or guess for known, guess in zip(seconds, self._estimates(), strict=True)]

    def _estimates(self) -> list[int]:
        return [minutes * 60 // FINE for minutes in self.minutes]

    def best(self, who: Sequence[int], seconds: Sequence[int]) -> Times:
        """Start and end of each work in seconds, by the rule that leaves the least tardiness by urgency."""
        rules = RULES if len(self.jobs) <= MANY else RULES[:2]
        return min((self.times(who, seconds, self.ranks(rule)) for rule in rules), key=self.tardiness)

    def times(self, who: Sequence[int], seconds: Sequence[int], rank: Sequence[float]) -> Times:
        return timetable(self.steps, who, seconds, rank, self.pairs.calendars, self.pairs.busy)

    def ranks(self, hours: float) -> list[float]:
        """Fixed works first, then by due time, a level of urgency counting like being due so many hours earlier."""
        far = self.horizon * 1000
        return [
            -far * 1000 if job.fixed else (far if due is None else due) - job.urgency * hours * 3600
            for job, due in zip(self.jobs, self.due, strict=True)
        ]

    def tardiness(self, times: Times) -> int:
        """Seconds of tardiness of all, each as often as it is urgent."""
        return sum(late * weight for late, weight in zip(self.late(times), self.weights, strict=True))

    def late(self, times: Times) -> list[int]:
        """Seconds of tardiness of each work that is due sometime."""
        ends = [self.horizon if time is None else time[1] for time in times]
        return [max(0, end - due) for end, due in zip(ends, self.due, strict=True) if due is not None]

    def figures(self, who: Sequence[int], times: Times) -> Figures:
        people, late = self.pairs.people, self.late(times)
        load = [one * FINE // 60 for one in self.pairs.busy]
        for number, minutes in zip(who, self.minutes, strict=True):
            if number != NOBODY:
                load[number] += minutes
        full = [100 * mine / fine(one.room) for one, mine in zip(people, load, strict=True) if one.room]
        return Figures(
            tardiness_minutes=sum(late) // 60,
            late_tasks=sum(1 for one in late if one),
            unassigned=sum(
                1
                for job, number in zip(self.jobs, who, strict=True)
                if number == NOBODY and not (job.fixed and job.holder)
            ),
            load={person.id: minutes // FINE for person, minutes in zip(people, load, strict=True)},
            most_loaded_percent=round(max(full, default=0)),
            imbalance=round(_imbalance(self.pairs.teams, np.array(load, dtype=np.int64)), 2),
        )


def _imbalance(teams: Ints, load: Ints) -> float:
    """How far people usually are from the mean of their department, in per cent of the mean of all."""
    if not len(load) or not load.sum():
        return 0.0
    mean = np.bincount(teams, weights=load) / np.maximum(1, np.bincount(teams))
    return float(100 * np.sqrt(((load - mean[teams]) ** 2).mean()) / load.mean())


def _rows(pairs: Pairs, arcs: Ints, times: Times, ahead: Span) -> tuple[Planned, ...]:
    moments = [
        (None, None)
        if time is None
        else (ahead.start + datetime.timedelta(seconds=time[0]), ahead.start + datetime.timedelta(seconds=time[1]))
        for time in times
    ]
    rows = [Planned(job, job.holder, *moment, {}) for job, moment in zip(pairs.fixed, moments, strict=False)]
    people, member = [person.id for person in pairs.people], pairs.backlog.member
    taken = np.where(arcs >= 0, arcs, 0)
    parts = {name: (values[taken] // FINE).tolist() if len(member) else [] for name, values in pairs.parts.items()}
    who = np.where(arcs >= 0, member[taken], NOBODY).tolist() if len(member) else [NOBODY] * len(pairs.jobs)
    for number, (job, moment) in enumerate(zip(pairs.jobs, moments[len(pairs.fixed) :], strict=True)):
        if who[number] < 0:
            rows.append(Planned(job, None, *moment, {}))
        else:
            cost = {name: values[number] for name, values in parts.items()}
            rows.append(Planned(job, people[who[number]], *moment, cost))
    return tuple(rows)
