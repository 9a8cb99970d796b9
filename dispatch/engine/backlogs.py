"""A whole backlog as arrays, what an answer to it costs, and a good answer at once.

What is minimised is what each task costs with whom it is given to (misfit, lateness, being moved), and what their load
costs: with `step` for each `unit` of work before it, which for tasks of equal length is how long they all wait. A load
that grows faster than the work spreads it out.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
NOBODY = -1
PASSES = 12
FEW = 400  # a pass that moves less than one task in so many was the last


@dataclass(frozen=True)
class Backlog:
    """Who could do what: the arcs of task t are `first[t]` to `first[t + 1]`, each to a `member` at a `cost`.

    `minutes` is how long each task is, `held` and `room` how much each member has already and may have in all, `unit`
    how long a task usually is, `none` what it costs to give a task to nobody. Any whole unit of time will do, as long
    as it is the same one. All arrays are int64; a task may have no arc.
    """

    first: Ints
    member: Ints
    cost: Ints
    minutes: Ints
    held: Ints
    room: Ints
    none: Ints
    step: int
    unit: int

    @property
    def tasks(self) -> int:
        return len(self.first) - 1

    @property
    def members(self) -> int:
        return len(self.held)

    @property
    def task(self) -> Ints:
        """The task of each arc."""
        return np.repeat(np.arange(self.tasks), np.diff(self.first))

    @property
    def slope(self) -> float:
        """What a minute costs for each minute that is there before it."""
        return self.step / self.unit**2


def loads(backlog: Backlog, arcs: Ints) -> Ints:
    """Minutes of each member if each task takes its arc; NOBODY takes none."""
    given = arcs >= 0
    extra = np.zeros(backlog.members, dtype=np.int64)
    np.add.at(extra, backlog.member[arcs[given]], backlog.minutes[given])
    return backlog.held + extra


def total(backlog: Backlog, arcs: Ints) -> float:
    """The objective of an answer: one arc for each task, or NOBODY."""
    given = arcs >= 0
    load, held = loads(backlog, arcs).astype(np.float64), backlog.held.astype(np.float64)
    waiting = (load * (load + backlog.unit) - held * (held + backlog.unit)).sum() * backlog.slope / 2
    return float(backlog.cost[arcs[given]].sum() + backlog.none[~given].sum() + waiting)


def fits(backlog: Backlog, arcs: Ints) -> bool:
    """Whether nobody is given more than they have room for; what they hold already is not this answer's fault."""
    load = loads(backlog, arcs)
    return bool(np.all((load <= backlog.room) | (load == backlog.held)))


def first_answer(backlog: Backlog, kept: Ints) -> Ints:
    """Each task in its turn to whoever is cheapest then, those that are `kept` (an arc or NOBODY) staying.

    At hand in a fraction of a second whatever the size. Nobody gets more than their room; what fits nowhere is left.
    """
    load, room = backlog.held.tolist(), backlog.room.tolist()
    first, member, cost = backlog.first.tolist(), backlog.member.tolist(), backlog.cost.tolist()
    minutes, slope, chosen = backlog.minutes.tolist(), backlog.slope, kept.tolist()
    for task, arc in enumerate(chosen):
        if arc < 0:
            continue
        who = member[arc]
        if load[who] + minutes[task] <= room[who]:
            load[who] += minutes[task]
        else:
            chosen[task] = NOBODY
    for task, arc in enumerate(chosen):
        if arc >= 0:
            continue
        size = minutes[task]
        weight, least, best = slope * size, float("inf"), NOBODY
        for arc in range(first[task], first[task + 1]):
            there = load[member[arc]]
            price = cost[arc] + weight * there
            if price < least and there + size <= room[member[arc]]:
                least, best = price, arc
        if best >= 0:
            chosen[task] = best
            load[member[best]] += size
    return np.array(chosen, dtype=np.int64)


def improved(backlog: Backlog, arcs: Ints, *, passes: int = PASSES) -> Ints:
    """The same answer with single tasks moved, for as long as that is cheaper. Nobody's load passes their room.

    Which tasks could gain is found for all at once; they are then looked at one after the other, since each move
    changes what the next one would gain.
    """
    first, minutes, slope, arcs = backlog.first, backlog.minutes, backlog.slope, arcs.copy()
    if not len(backlog.member):
        return arcs
    task, some = backlog.task, np.flatnonzero(np.diff(first))
    load = loads(backlog, arcs)
    for _ in range(passes):
        size = minutes[task]
        own = backlog.member == np.where(arcs >= 0, backlog.member[arcs], NOBODY)[task]
        before = load[backlog.member] - np.where(own, size, 0)
        price = backlog.cost + slope * size * (before + (size + backlog.unit) / 2)
        price[before + size > backlog.room[backlog.member]] = np.inf
        now = backlog.none.astype(np.float64)
        given = arcs >= 0
        now[given] = price[arcs[given]]
        least = np.full(backlog.tasks, np.inf)
        least[some] = np.minimum.reduceat(price, first[:-1][some])
        moved = _moved(backlog, arcs, load, np.flatnonzero(least < now - 1e-6))
        if moved * FEW < backlog.tasks:
            break
    return arcs


def _moved(backlog: Backlog, arcs: Ints, load: Ints, tasks: Ints) -> int:
    """How many of these tasks were moved to whoever is cheapest for them now; `arcs` and `load` follow."""
    moved = 0
    for task in tasks.tolist():
        here, size = slice(backlog.first[task], backlog.first[task + 1]), backlog.minutes[task]
        member, now = backlog.member[here], arcs[task] - backlog.first[task]
        there = load[member]
        if arcs[task] >= 0:
            there[now] -= size
        price = backlog.cost[here] + backlog.slope * size * (there + (size + backlog.unit) / 2)
        price[there + size > backlog.room[member]] = np.inf
        best = int(price.argmin())
        if price[best] < (price[now] if arcs[task] >= 0 else float(backlog.none[task])) - 1e-6:
            if arcs[task] >= 0:
                load[member[now]] -= size
            load[member[best]] += size
            arcs[task] = backlog.first[task] + best
            moved += 1
    return moved
