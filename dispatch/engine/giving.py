"""Who gets what of a whole backlog: several ways to answer, and the best of their answers.

The one that is at hand at once, task by task, is what the others are measured by: whatever they find is taken only
where it costs less and leaves people no less evenly loaded.
"""

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import gcd

import numpy as np

from dispatch.engine.backlogs import NOBODY, Backlog, Ints, first_answer, improved, loads, total
from dispatch.engine.balancing import best_answer
from dispatch.engine.packing import Packing, Tangent, pack

GREEDY, FLOW, PACKING = "greedy", "flow", "packing"
FLOW_ARCS = 4_000_000  # above it the network alone takes a gigabyte
PACK_ARCS = 4_000
EVENER = (2, 8, 64)  # how much more an even load counts in the attempts to make a cheap answer even enough
CENT = 1e-6
AROUND = np.arange(-4, 4.5, 0.5)  # where the price of a load is drawn, in tasks from what it is in a good answer


@dataclass(frozen=True)
class Limits:
    """What no answer may cost more than, and be more uneven than: the answer at hand."""

    price: float
    uneven: float


def given(backlog: Backlog, kept: Ints, teams: Ints, *, seconds: float) -> tuple[Ints, str, Limits]:
    """An arc for each task, or NOBODY, how it was found, and its limits. `teams` has each member's department.

    `kept` is the answer that leaves everything where it is: the arc of who has each task now, or NOBODY.
    """
    first = first_answer(backlog, kept)
    best, price, method = first, total(backlog, first), GREEDY
    limit, allowed = price, uneven(backlog, first, teams)
    for way, answer in _answers(backlog, first, seconds):
        if len(np.flatnonzero(answer < 0)) < len(np.flatnonzero(first < 0)):
            allowed = max(allowed, uneven(backlog, answer, teams))  # work that nobody had before has to go somewhere
        for attempt in _evened(backlog, answer):
            if total(backlog, attempt) >= price - CENT:
                break
            if uneven(backlog, attempt, teams) <= allowed + CENT:
                best, price, method = attempt, total(backlog, attempt), way
                break
    return best, method, Limits(limit, allowed)


def uneven(backlog: Backlog, arcs: Ints, teams: Ints) -> float:
    """How far the loads are from the mean of their team: the sum of squares, in tasks."""
    load = loads(backlog, arcs) / backlog.unit
    mean = np.bincount(teams, weights=load) / np.maximum(1, np.bincount(teams))
    return round(float(((load - mean[teams]) ** 2).sum()), 6)


def _answers(backlog: Backlog, first: Ints, seconds: float) -> Iterator[tuple[str, Ints]]:
    if not len(backlog.member):
        return
    good = first
    if len(backlog.member) <= FLOW_ARCS:
        good = improved(backlog, first_answer(backlog, best_answer(backlog, first)))
        yield FLOW, good
    if good is first or total(backlog, good) > total(backlog, first):
        good = improved(backlog, first)
        yield GREEDY, good
    if len(backlog.member) <= PACK_ARCS and backlog.minutes.min() < backlog.minutes.max():
        packed = _packed(backlog, good, seconds)
        if packed is not None:
            yield PACKING, improved(backlog, packed)


def _evened(backlog: Backlog, arcs: Ints) -> Iterator[Ints]:
    """The answer, and after it others that are more even and dearer."""
    yield arcs
    for factor in EVENER:
        yield improved(dataclasses.replace(backlog, step=backlog.step * factor), arcs)


def _packed(backlog: Backlog, hint: Ints, seconds: float) -> Ints | None:
    """An answer by packing; one more person, who has room for everything, stands for nobody."""
    people, tasks, task = backlog.members, backlog.tasks, backlog.task
    whole = gcd(*backlog.minutes.tolist()) or 1
    cost = np.zeros((people + 1, tasks), dtype=np.int64)
    allowed = np.zeros((people + 1, tasks), dtype=np.bool_)
    arc_of = np.full((people + 1, tasks), NOBODY, dtype=np.int64)
    cost[backlog.member, task], allowed[backlog.member, task] = backlog.cost, True
    arc_of[backlog.member, task] = np.arange(len(task))
    cost[people], allowed[people] = backlog.none, True
    minutes = np.tile(backlog.minutes // whole, (people + 1, 1))
    room = np.append(np.maximum(backlog.room - backlog.held, 0) // whole, minutes[people].sum())
    tangents = [*(_tangents(backlog, person, load, whole) for person, load in enumerate(loads(backlog, hint))), ()]
    by_person = np.where(hint >= 0, backlog.member[hint], people)
    packed = pack(Packing(cost, minutes, room, allowed, tangents), seconds=seconds, hint=by_person, repeatable=True)
    return None if packed is None else arc_of[packed.person, np.arange(tasks)]


def _tangents(backlog: Backlog, person: int, load: int, whole: int) -> Sequence[Tangent]:
    """Lines below what the load of this person costs beyond what they hold, near what it is in a good answer."""
    held, unit, slope = int(backlog.held[person]), backlog.unit, backlog.slope
    lines = []
    for at in sorted({max(held, int(load + away * unit)) for away in AROUND}):
        steep = slope * (at + unit / 2)
        there = slope * at * (at + unit) / 2 - slope * held * (held + unit) / 2
        lines.append((round(steep * whole), round(there - steep * (at - held))))
    return lines
