"""How long a search goes on, and that it can be repeated."""

from ortools.sat.python import cp_model

WORKERS = 2
WORK = 0.2  # units of its own count that a solver does in a second on a usual machine
SLOW = 20  # a machine may be so many times slower than usual before the clock ends a repeatable search


def solver_for(seconds: float, *, repeatable: bool) -> cp_model.CpSolver:
    """A solver that stops after `seconds`; a repeatable one after the work that usually takes so long.

    A clock ends a search elsewhere each time. Work is the same on every machine as long as the searches take turns
    in a fixed order, which costs a little.
    """
    solver = cp_model.CpSolver()
    parameters = solver.parameters
    parameters.random_seed = 1
    parameters.num_workers = WORKERS
    parameters.max_time_in_seconds = seconds
    if repeatable:
        parameters.interleave_search = True
        parameters.max_deterministic_time = seconds * WORK
        parameters.max_time_in_seconds = seconds * SLOW
    return solver
