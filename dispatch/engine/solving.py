"""How long a search goes on, and that it can be repeated."""

from ortools.sat.python import cp_model

WORKERS = 2
WORK = 0.2  # units of its own count that a solver does in a second on a usual machine
LONGEST = 30.0  # seconds after which the clock ends a repeatable search all the same


def solver_for(seconds: float, *, repeatable: bool) -> cp_model.CpSolver:
    """A solver that stops after `seconds`; a repeatable one after the work that usually takes so long.

    A clock ends a search elsewhere each time. Work is the same on every machine for a search that is alone, or takes
    turns with others in a fixed order; alone it finds more in the same time.
    """
    solver = cp_model.CpSolver()
    parameters = solver.parameters
    parameters.random_seed = 1
    parameters.num_workers = 1 if repeatable else WORKERS
    parameters.max_time_in_seconds = seconds
    if repeatable:
        parameters.max_deterministic_time = seconds * WORK
        parameters.max_time_in_seconds = LONGEST
    return solver
