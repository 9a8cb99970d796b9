"""Giving tasks of different lengths to people whose time is limited: the generalized assignment problem.

Every task goes to one person, nobody is given more minutes than they have, and the sum of costs is least. The linear
relaxation says which pairs can matter: a pair whose reduced cost is high is in no good answer. What is left is the
core of the problem, small enough to be searched in a second (M. Savelsbergh, "A branch-and-price algorithm for the
generalized assignment problem", Operations Research 45, 1997, on the bound; E. Balas and E. Zemel on cores, 1980).
"""

import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from ortools.linear_solver import pywraplp
from ortools.sat.python import cp_model

Ints = NDArray[np.int64]
CORES = (2, 3, 5)  # how many of the cheapest people of each task take part, one attempt after the other
WORKERS = 2


@dataclass(frozen=True)
class Packing:
    """`cost[p, t]` and `minutes[p, t]` of task t with person p, and the `room` of each person; whole numbers.

    A pair that may not be is left out with `allowed[p, t]` False.
    """

    cost: Ints
    minutes: Ints
    room: Ints
    allowed: NDArray[np.bool_]


@dataclass(frozen=True)
class Packed:
    """Who gets each task, at what cost, and what no answer can be below."""

    person: Ints
    cost: int
    bound: float

    @property
    def gap(self) -> float:
        return self.cost / self.bound - 1 if self.bound else 0.0


def pack(problem: Packing, *, seconds: float) -> Packed | None:
    """The best answer found in `seconds`, with its bound; None if no answer was found, or none can be."""
    end = time.monotonic() + seconds
    relaxed = _relax(problem)
    if relaxed is None:
        return None
    bound, share, reduced = relaxed
    best = None
    for take in (*CORES, len(problem.room)):
        left = end - time.monotonic()
        if left < 0.05 or best and best[0] <= np.ceil(bound - 1e-6):
            break
        core = problem.allowed & (_among_the_cheapest(reduced, take) | (share > 1e-9))
        spend = left if take >= len(problem.room) else left * 0.6
        found = _search(problem, core, best[1] if best else share.argmax(axis=0), spend)
        if found and (best is None or found[0] < best[0]):
            best = found
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
    for person, task in zip(*np.nonzero(problem.allowed), strict=True):
        x = share[person, task] = solver.NumVar(0, 1, "")
        rooms[person].SetCoefficient(x, int(problem.minutes[person, task]))
        once[task].SetCoefficient(x, 1)
        goal.SetCoefficient(x, int(problem.cost[person, task]))
    if solver.Solve() != pywraplp.Solver.OPTIMAL:
        return None
    shares = np.zeros((people, tasks))
    reduced = np.full((people, tasks), np.inf)
    for pair, x in share.items():
        shares[pair], reduced[pair] = x.solution_value(), x.reduced_cost()
    return goal.Value(), shares, reduced


def _search(problem: Packing, core: NDArray[np.bool_], hint: Ints, seconds: float) -> tuple[int, Ints] | None:
    model = cp_model.CpModel()
    people, tasks = core.shape
    given = {(p, t): model.new_bool_var("") for p, t in zip(*np.nonzero(core), strict=True)}
    for task in range(tasks):
        model.add_exactly_one([given[p, task] for p in np.flatnonzero(core[:, task])])
    for person in range(people):
        mine = np.flatnonzero(core[person])
        minutes = [int(m) for m in problem.minutes[person, mine]]
        model.add(
            cp_model.LinearExpr.weighted_sum([given[person, t] for t in mine], minutes) <= int(problem.room[person])
        )
    costs = [int(problem.cost[pair]) for pair in given]
    model.minimize(cp_model.LinearExpr.weighted_sum(list(given.values()), costs))
    for (person, task), x in given.items():
        model.add_hint(x, bool(hint[task] == person))
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.num_workers = WORKERS
    solver.parameters.random_seed = 1
    if solver.solve(model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None
    chosen = np.zeros(tasks, dtype=np.int64)
    for (who, task), x in given.items():
        if solver.value(x):
            chosen[task] = who
    return int(problem.cost[chosen, np.arange(tasks)].sum()), chosen
