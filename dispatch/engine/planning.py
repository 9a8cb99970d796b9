"""A plan: who does what of a whole backlog, and when. Importing this loads the solvers: only workers do.

Deterministic: the same snapshot gives the same answer, in whatever order its jobs and people come. Searches have a
fixed seed and are stopped by their own count of work, which does not depend on the machine; the clock stops a solver
only when it takes many times longer than it should (engine/solving.py).
"""

import datetime
import itertools
import uuid
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from dispatch.engine.availability import Span
from dispatch.engine.backlogs import NOBODY, Ints, loads
from dispatch.engine.giving import given
from dispatch.engine.pairing import FINE, Ban, Pairs, paired
from dispatch.engine.retiming import retimed
from dispatch.engine.schedules import Figures, Schedule, Times
from dispatch.engine.snapshots import Job, Snapshot

__all__ = ["Answer", "Figures", "Planned", "Settings", "plan"]

Tell = Callable[[str, int, int], None]
NEXT = 5  # so many others are named beside who gets a task
PHASES = ("pairing", "giving", "timing", "comparing")
RETRIES = 3
LONGEST = 6.0  # seconds of search after which hardly anything is found any more


@dataclass(frozen=True)
class Settings:
    """What a plan weighs: `move_penalty` in minutes, `balance_weight` in per cent; it looks `days` ahead."""

    move_penalty: int
    balance_weight: int
    days: int


@dataclass(frozen=True)
class Planned:
    """One task of a plan. `starts_at` and `ends_at` are None where it does not end within the days planned for.

    `parts` is what it costs there, in minutes; `others` are the next best people who have room, the best of them
    first, each with what it would cost there.
    """

    job: Job
    person: uuid.UUID | None
    starts_at: datetime.datetime | None
    ends_at: datetime.datetime | None
    parts: dict[str, int]
    others: tuple[tuple[uuid.UUID, int], ...] = ()


@dataclass(frozen=True)
class Answer:
    """`refusals` says by task how many of its department cannot take it, by reason; fixed tasks are not in it."""

    rows: tuple[Planned, ...]
    method: str
    before: Figures
    after: Figures
    refusals: dict[uuid.UUID, dict[str, int]]


def plan(snapshot: Snapshot, settings: Settings, *, seconds: float, tell: Tell | None = None) -> Answer:
    """Give every job of the snapshot to somebody who can take it, where there is one, and say when they would do it.

    `Person.load` is all the open work somebody has, that of the snapshot's jobs they hold included. `seconds` is how
    long searches may take. Fixed jobs stay with their holder, whoever that is.
    """
    ahead = Span(snapshot.floor.at, snapshot.floor.at + datetime.timedelta(days=settings.days))
    banned: set[Ban] = set()
    for attempt in range(RETRIES + 1):
        said = _Said(tell)
        said(0)
        pairs = paired(
            snapshot,
            ahead,
            move_penalty=settings.move_penalty,
            balance=settings.balance_weight,
            banned=banned,
            strict=attempt == RETRIES,
        )
        said(1)
        spend = min(seconds, LONGEST) / 2
        arcs, method, limits = given(pairs.backlog, pairs.kept, pairs.teams, seconds=spend)
        said(2)
        schedule = Schedule(pairs, ahead)
        arcs, times, by = retimed(schedule, arcs, limits, seconds=spend)
        late = _too_late(snapshot, schedule, arcs, times)
        if not late:
            break
        banned |= late
    said(3)
    holders = schedule.before()
    before = schedule.figures(holders, schedule.best_rule(holders)[1])
    after = schedule.figures(schedule.given(arcs), times)
    return Answer(
        _rows(schedule, arcs, times), "+".join(filter(None, (method, by))), before, after, _refusals(pairs, arcs)
    )


class _Said:
    def __init__(self, tell: Tell | None) -> None:
        self.tell = tell

    def __call__(self, phase: int) -> None:
        if self.tell:
            self.tell(PHASES[phase], phase, len(PHASES))


def _too_late(snapshot: Snapshot, schedule: Schedule, arcs: Ints, times: Times) -> set[Ban]:
    """Tasks with people whose certificate will have expired before they are done."""
    pairs, zone = schedule.pairs, snapshot.floor.wall
    if not pairs.expiring:
        return set()
    found = set()
    people = schedule.given(arcs).person[len(pairs.fixed) :]
    for job, number, time in zip(pairs.jobs, people, times[len(pairs.fixed) :], strict=True):
        until = pairs.expiring.get((number, job.skill))
        if until is None:
            continue
        end = schedule.moment(time[1] if time else schedule.horizon)
        if end.astimezone(zone).date() > until:
            found.add((job.id, pairs.people[number].id))
    return found


def _refusals(pairs: Pairs, arcs: Ints) -> dict[uuid.UUID, dict[str, int]]:
    """Why others cannot; of a task nobody gets, whoever could take it but for what they have already, too."""
    found = dict(pairs.refusals)
    for task in np.flatnonzero(arcs < 0).tolist():
        could = int(pairs.backlog.first[task + 1] - pairs.backlog.first[task])
        if could:
            job = pairs.jobs[task].id
            found[job] = {**found[job], "overloaded": found[job].get("overloaded", 0) + could}
    return found


def _rows(schedule: Schedule, arcs: Ints, times: Times) -> tuple[Planned, ...]:
    pairs, stay = schedule.pairs, len(schedule.pairs.fixed)
    moments = [(None, None) if one is None else (schedule.moment(one[0]), schedule.moment(one[1])) for one in times]
    rows = [Planned(job, job.holder, start, end, {}) for job, (start, end) in zip(pairs.fixed, moments, strict=False)]
    people, prices = [person.id for person in pairs.people], _prices(pairs, arcs)
    columns = {**pairs.parts, "load": prices - pairs.backlog.cost}
    given = np.flatnonzero(arcs >= 0)
    each = zip(*((values[arcs[given]] // FINE).tolist() for values in columns.values()), strict=True)
    parts: dict[int, dict[str, int]] = {
        task: dict(zip(columns, values, strict=True)) for task, values in zip(given.tolist(), each, strict=True)
    }
    who, others = schedule.given(arcs).person[stay:], _others(pairs, arcs, prices, people)
    for task, (job, (start, end)) in enumerate(zip(pairs.jobs, moments[stay:], strict=True)):
        person = None if who[task] == NOBODY else people[who[task]]
        rows.append(Planned(job, person, start, end, parts.get(task, {}), others[task]))
    return tuple(rows)


def _prices(pairs: Pairs, arcs: Ints) -> Ints:
    """What each arc costs, the load it adds to included, if everything else stays as it is."""
    backlog, task = pairs.backlog, pairs.backlog.task
    size = backlog.minutes[task]
    own = backlog.member == np.where(arcs >= 0, backlog.member[arcs], NOBODY)[task] if len(task) else task == NOBODY
    there = loads(backlog, arcs)[backlog.member] - np.where(own, size, 0)
    return backlog.cost + (backlog.slope * size * (there + (size + backlog.unit) / 2)).astype(np.int64)


def _others(pairs: Pairs, arcs: Ints, prices: Ints, people: list[uuid.UUID]) -> list[tuple[tuple[uuid.UUID, int], ...]]:
    """For each of the jobs who else could take it now, the cheapest first."""
    backlog, task = pairs.backlog, pairs.backlog.task
    can = loads(backlog, arcs)[backlog.member] + backlog.minutes[task] <= backlog.room[backlog.member]
    can[arcs[arcs >= 0]] = False
    left = np.flatnonzero(can)
    left = left[np.lexsort((backlog.member[left], prices[left], task[left]))]
    counts = np.bincount(task[left], minlength=backlog.tasks)
    place = np.arange(len(left)) - np.repeat(np.cumsum(counts) - counts, counts)
    left = left[place < NEXT]
    named = list(
        zip([people[member] for member in backlog.member[left].tolist()], (prices[left] // FINE).tolist(), strict=True)
    )
    bounds = np.searchsorted(task[left], np.arange(backlog.tasks + 1)).tolist()
    return [tuple(named[start:end]) for start, end in itertools.pairwise(bounds)]
