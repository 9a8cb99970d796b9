"""A timetable with less tardiness, found by small changes: somebody does a late task earlier, or somebody else does it.

A change is kept where it gains more than it costs, by the exact timetable with everybody's shifts. Solvers for job
shops know one clock for all; shifts, absences and work that goes on in the next shift are beyond them.
"""

import random
from dataclasses import dataclass

from dispatch.engine.backlogs import NOBODY, Ints, fits, total
from dispatch.engine.giving import CENT, Limits, uneven
from dispatch.engine.pairing import FINE
from dispatch.engine.schedules import Schedule, Times

WORKS = 250  # backlogs of more are left as the rules have them
ROUNDS = 60_000  # divided by the number of works: about a second
NEAR = 6  # a task moves up by so many places at most


@dataclass
class _State:
    arcs: Ints
    ranks: list[float]
    times: Times
    tardy: int
    price: float


def retimed(schedule: Schedule, arcs: Ints, limits: Limits, *, seconds: float) -> tuple[Ints, Times]:
    """Arcs and times no later than by the rules alone, within the limits. As many rounds as usually take `seconds`."""
    ranks, times = schedule.best_rule(schedule.given(arcs))
    state = _State(arcs, ranks, times, schedule.tardiness(times), total(schedule.pairs.backlog, arcs))
    if not 0 < len(schedule.jobs) <= WORKS:
        return state.arcs, state.times
    dice = random.Random(1)
    for _ in range(int(ROUNDS * seconds / len(schedule.jobs))):
        if not state.tardy:
            break
        work = _to_change(schedule, state, dice)
        tried = (_elsewhere if dice.random() < 0.3 else _earlier)(schedule, state, work, dice)
        if tried and _pays(schedule, state, tried, limits):
            state = tried
    return state.arcs, state.times


def _to_change(schedule: Schedule, state: _State, dice: random.Random) -> int:
    """A late work, or one of the same order that it has to wait for."""
    late = [
        work
        for work, (time, due) in enumerate(zip(state.times, schedule.due, strict=True))
        if due is not None and (schedule.horizon if time is None else time[1]) > due
    ]
    work = dice.choice(late)
    job = schedule.jobs[work]
    if job.order is None:
        return work
    return dice.choice([n for n, one in enumerate(schedule.jobs) if one.order == job.order and one.step <= job.step])


def _earlier(schedule: Schedule, state: _State, work: int, dice: random.Random) -> _State | None:
    """The work moves up in what the same person does."""
    who = schedule.given(state.arcs).person
    if who[work] == NOBODY or schedule.jobs[work].fixed:
        return None
    mine = sorted((n for n, one in enumerate(who) if one == who[work]), key=lambda n: (state.ranks[n], n))
    at = mine.index(work)
    ahead = [n for n in mine[max(0, at - NEAR) : at] if not schedule.jobs[n].fixed]
    if not ahead:
        return None
    to, ranks = dice.choice(ahead), state.ranks.copy()
    ranks[work] = ranks[to] - dice.random() * 60
    return _State(state.arcs, ranks, (), 0, state.price)


def _elsewhere(schedule: Schedule, state: _State, work: int, dice: random.Random) -> _State | None:
    """Somebody else does the work."""
    backlog, task = schedule.pairs.backlog, work - len(schedule.pairs.fixed)
    if task < 0 or state.arcs[task] < 0:
        return None
    others = [a for a in range(backlog.first[task], backlog.first[task + 1]) if a != state.arcs[task]]
    if not others:
        return None
    arcs = state.arcs.copy()
    arcs[task] = dice.choice(others)
    return _State(arcs, state.ranks, (), 0, total(backlog, arcs)) if fits(backlog, arcs) else None


def _pays(schedule: Schedule, state: _State, tried: _State, limits: Limits) -> bool:
    """Whether less tardiness outweighs what else it costs; the tried state learns its times."""
    if tried.arcs is not state.arcs and (
        tried.price > limits.price + CENT
        or uneven(schedule.pairs.backlog, tried.arcs, schedule.pairs.teams) > limits.uneven + CENT
    ):
        return False
    tried.times = schedule.times(schedule.given(tried.arcs), tried.ranks)
    tried.tardy = schedule.tardiness(tried.times)
    if tried.tardy > state.tardy:
        return False
    if tried.arcs is state.arcs:
        return True  # as late as before is good enough: it may lead further
    return (state.tardy - tried.tardy) * FINE / 60 > tried.price - state.price + CENT
