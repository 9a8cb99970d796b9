"""A timetable with less tardiness, found by small changes: somebody does a late task earlier, or somebody else does it.

A change is kept where it gains more than it costs, by the exact timetable with everybody's shifts. The shop that the
backlog is, one clock for all and without shifts, is solved too; its order is one more to begin with.
"""

import itertools
import random
from collections import defaultdict
from collections.abc import Hashable
from dataclasses import dataclass

from dispatch.engine.backlogs import NOBODY, Ints, fits, total
from dispatch.engine.giving import CENT, Limits, uneven
from dispatch.engine.pairing import FINE
from dispatch.engine.schedules import Schedule, Times
from dispatch.engine.sequencing import sequence

SEQUENCING = "sequencing"

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


def retimed(schedule: Schedule, arcs: Ints, limits: Limits, *, seconds: float) -> tuple[Ints, Times, str]:
    """Arcs and times no later than by the rules alone, within the limits, and what they were found by if not by rules.

    As many rounds as usually take `seconds`.
    """
    ranks, times = schedule.best_rule(schedule.given(arcs))
    state = _State(arcs, ranks, times, schedule.tardiness(times), total(schedule.pairs.backlog, arcs))
    if not state.tardy or len(schedule.jobs) > WORKS:
        return state.arcs, state.times, ""
    found, by = _changed(schedule, state, limits, seconds / 3), ""
    shop = _as_shop(schedule, state, limits, seconds / 3) if found.tardy else None
    if shop:
        other = _changed(schedule, shop, limits, seconds / 3)
        if _worth(other) < _worth(found):
            found, by = other, SEQUENCING
    return found.arcs, found.times, by


def _worth(state: _State) -> float:
    return state.price + state.tardy * FINE / 60


def _changed(schedule: Schedule, state: _State, limits: Limits, seconds: float) -> _State:
    dice = random.Random(1)
    for _ in range(int(ROUNDS * seconds / len(schedule.jobs))):
        if not state.tardy:
            break
        work = _to_change(schedule, state, dice)
        tried = (_elsewhere if dice.random() < 0.3 else _earlier)(schedule, state, work, dice)
        if tried and _pays(schedule, state, tried, limits):
            state = tried
    return state


def _as_shop(schedule: Schedule, state: _State, limits: Limits, seconds: float) -> _State | None:
    """The order, and where the limits allow it the people, of the shortest plan; None if there is nothing to do."""
    backlog, given = schedule.pairs.backlog, schedule.given(state.arcs)
    stay = len(schedule.pairs.fixed)
    rows: dict[Hashable, list[int]] = defaultdict(list)
    in_turn = sorted(range(len(schedule.jobs)), key=lambda n: (schedule.jobs[n].step, state.ranks[n], n))
    for work in in_turn:
        if given.person[work] != NOBODY:
            rows[schedule.jobs[work].order or work].append(work)
    names = list(rows.values())
    if not names:
        return None
    takes = schedule.pairs.seconds
    options = [
        {given.person[work]: given.seconds[work]}
        if work < stay
        else {
            int(backlog.member[arc]): int(takes[arc])
            for arc in range(backlog.first[work - stay], backlog.first[work - stay + 1])
        }
        for work in itertools.chain(*names)
    ]
    each = iter({person: max(1, -(-time // 60)) for person, time in one.items()} for one in options)
    shop = sequence([[next(each) for _ in works] for works in names], seconds=seconds, repeatable=True)
    arcs, ranks = state.arcs.copy(), state.ranks.copy()
    for slot in shop.slots:
        work = names[slot.job][slot.operation]
        ranks[work] = float(slot.start)
        if work >= stay:
            here = range(backlog.first[work - stay], backlog.first[work - stay + 1])
            arcs[work - stay] = next(arc for arc in here if backlog.member[arc] == slot.person)
    if not _within(schedule, arcs, limits):
        arcs = state.arcs
    times = schedule.times(schedule.given(arcs), ranks)
    return _State(arcs, ranks, times, schedule.tardiness(times), total(backlog, arcs))


def _within(schedule: Schedule, arcs: Ints, limits: Limits) -> bool:
    backlog = schedule.pairs.backlog
    return (
        fits(backlog, arcs)
        and total(backlog, arcs) <= limits.price + CENT
        and uneven(backlog, arcs, schedule.pairs.teams) <= limits.uneven + CENT
    )


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
    return _State(arcs, state.ranks, (), 0, total(backlog, arcs))


def _pays(schedule: Schedule, state: _State, tried: _State, limits: Limits) -> bool:
    """Whether less tardiness outweighs what else it costs; the tried state learns its times."""
    if tried.arcs is not state.arcs and not _within(schedule, tried.arcs, limits):
        return False
    tried.times = schedule.times(schedule.given(tried.arcs), tried.ranks)
    tried.tardy = schedule.tardiness(tried.times)
    if tried.tardy > state.tardy:
        return False
    if tried.arcs is state.arcs:
        return True  # as late as before is good enough: it may lead further
    return (state.tardy - tried.tardy) * FINE / 60 > tried.price - state.price + CENT
