"""Giving tasks of different lengths to people whose time is limited: the generalized assignment problem.

Every task goes to one person, nobody is given more minutes than they have, and the sum of costs is least. The linear
relaxation says which pairs can matter: a pair whose reduced cost is high is in no good answer. What is left is the
core of the problem, small enough to be searched in a second (M. Savelsbergh, "A branch-and-price algorithm for the
generalized assignment problem", Operations Research 45, 1997, on the bound; E. Balas and E. Zemel on cores, 1980).
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from ortools.linear_solver import pywraplp
from ortools.sat.python import cp_model

from dispatch.engine.solving import solver_for

Ints = NDArray[np.int64]
Tangent = tuple[int, int]
"""What load costs at least: the first for each minute, and the second."""

CORES = (2, 3, 5)  # how many of the cheapest people of each task take part, one attempt after the other
LATE = 5  # times the seconds, where nothing was found in them


@dataclass(frozen=True)
class Packing:
    """`cost[p, t]` and `minutes[p, t]` of task t with person p, and the `room` of each person; whole numbers.

    A pair that may not be is left out with `allowed[p, t]` False. Where load has a price of its own, `tangents` has
    for each person lines below it: the greatest of them is what their load costs.
    """

    cost: Ints
    minutes: Ints
    room: Ints
    allowed: NDArray[np.bool_]
    tangents: Sequence[Sequence[Tangent]] = ()

    def price(self, person: Ints) -> int:
        """What an answer costs."""
        tasks = np.arange(len(person))
        load = np.bincount(person, weights=self.minutes[person, tasks], minlength=len(self.room))
        waits = [
            max((a * mine + b for a, b in lines), default=0) for lines, mine in zip(self.tangents, load, strict=False)
        ]
        return int(self.cost[person, tasks].sum() + sum(waits))


@dataclass(frozen=True)
class Packed:
    """Who gets each task, at what cost, and what no answer can be below."""

    person: Ints
    cost: int
    bound: float

    @property
    def gap(self) -> float:
        return self.cost / self.bound - 1 if self.bound else 0.0


def pack(problem: Packing, *, seconds: float, hint: Ints | None = None, repeatable: bool = False) -> Packed | None:
    """The best answer found in `seconds`, or if there was none in LATE times as many; with its bound. None: no answer.

    `hint` is an answer to begin with. A `repeatable` search is counted in work instead of time.
    """
    end = time.monotonic() + seconds
    relaxed = _relax(problem)
    if relaxed is None:
        return None
    bound, share, reduced = relaxed
    best = None if hint is None else (problem.price(hint), hint)
    for take in (*CORES, len(problem.room)):
        left = seconds / (len(CORES) + 1) if repeatable else end - time.monotonic()
        if left < 0.05 or best and best[0] <= np.ceil(bound - 1e-6):
            break
        core = problem.allowed & (_among_the_cheapest(reduced, take) | (share > 1e-9))
        if best:
            core[best[1], np.arange(len(best[1]))] = True
        spend = left if repeatable or take >= len(problem.room) else left * 0.6
        found = _search(problem, core, best[1] if best else share.argmax(axis=0), spend, repeatable)
        if found and (best is None or found[0] < best[0]):
            best = found
    if best is None:  # on a machine that is busy otherwise; an answer that comes late is better than none
        best = _search(problem, problem.allowed, share.argmax(axis=0), LATE * seconds, repeatable)
    return Packed(best[1], best[0], bound) if best else None


def _among_the_cheapest(reduced: NDArray[np.float64], take: int) -> NDArray[np.bool_]:
    take = min(take, len(reduced))
    return reduced <= np.partition(reduced, take - 1, axis=0)[take - 1]


def _relax(problem: Packing) -> tuple[float, NDArray[np.float64], NDArray[np.float64]] | None:
    """The linear relaxation: its value, its shares, and what each pair costs beyond its prices."""
    solver = pywraplp.Solver.CreateSolver("GLOP")
    people, tasks = problem.cost.shape
    share = {}
    rooms = [solver.Constraint(0, int(room)) for room in problem.room]
    once = [solver.Constraint(1, 1) for _ in range(tasks)]
    goal = solver.Objective()
    over: list[list[tuple[int, pywraplp.Constraint]]] = [[] for _ in range(people)]
    for person, lines in enumerate(problem.tangents):
        waits = solver.NumVar(0, solver.infinity(), "")
        goal.SetCoefficient(waits, 1)
        for slope, least in lines:
            line = solver.Constraint(least, solver.infinity())
            line.SetCoefficient(waits, 1)
            over[person].append((slope, line))
    for person, task in zip(*np.nonzero(problem.allowed), strict=True):
        x = share[person, task] = solver.NumVar(0, 1, "")
        minutes = int(problem.minutes[person, task])
        rooms[person].SetCoefficient(x, minutes)
        once[task].SetCoefficient(x, 1)
        goal.SetCoefficient(x, int(problem.cost[person, task]))
        for slope, line in over[person]:
            line.SetCoefficient(x, -slope * minutes)
    if solver.Solve() != pywraplp.Solver.OPTIMAL:
        return None
    shares = np.zeros((people, tasks))
    reduced = np.full((people, tasks), np.inf)
    for pair, x in share.items():
        shares[pair], reduced[pair] = x.solution_value(), x.reduced_cost()
    return goal.Value(), shares, reduced


def _search(
    problem: Packing, core: NDArray[np.bool_], hint: Ints, seconds: float, repeatable: bool
) -> tuple[int, Ints] | None:
    model = cp_model.CpModel()
    people, tasks = core.shape
    given = {(p, t): model.new_bool_var("") for p, t in zip(*np.nonzero(core), strict=True)}
    for task in range(tasks):
        model.add_exactly_one([given[p, task] for p in np.flatnonzero(core[:, task])])
    costs = [int(problem.cost[pair]) for pair in given]
    goal = cp_model.LinearExpr.weighted_sum(list(given.values()), costs)
    for person in range(people):
        mine = np.flatnonzero(core[person])
        minutes = [int(m) for m in problem.minutes[person, mine]]
        load = cp_model.LinearExpr.weighted_sum([given[person, t] for t in mine], minutes)
        model.add(load <= int(problem.room[person]))
        if problem.tangents and problem.tangents[person]:
            dearest = max(slope * sum(minutes) + least for slope, least in problem.tangents[person])
            waits = model.new_int_var(0, max(0, dearest), "")
            for slope, least in problem.tangents[person]:
                model.add(waits >= slope * load + least)
            goal += waits
    model.minimize(goal)
    for (person, task), x in given.items():
        model.add_hint(x, bool(hint[task] == person))
    solver = solver_for(seconds, repeatable=repeatable)
    if solver.solve(model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None
    chosen = np.zeros(tasks, dtype=np.int64)
    for (who, task), x in given.items():
        if solver.value(x):
            chosen[task] = who
    return problem.price(chosen), chosen
