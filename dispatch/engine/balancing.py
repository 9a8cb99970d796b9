"""The best answer to a backlog of tasks of equal length, proven.

What tasks cost and what loads cost together are a flow of tasks through people into slots of rising cost, so the
optimum can be found in well under a second (R. K. Ahuja, T. L. Magnanti, J. B. Orlin, Network Flows, 1993, chapter 14:
convex cost flows). Where tasks differ in length every slot is as long as a usual one, and the answer only comes near.
"""

import numpy as np
from ortools.graph.python import min_cost_flow

from dispatch.engine.backlogs import NOBODY, Backlog, Ints

SPARE = 3  # slots above the fullest person of a good answer; the optimum hardly ever needs them


def best_answer(backlog: Backlog, hint: Ints) -> Ints:
    """An arc for each task, or NOBODY. `hint` is any answer: it says how many slots a person can need at most.

    Slots beyond the fullest person of a good answer are left out, which halves the work; an optimum that fills the
    last slot of somebody might have wanted one more, so then it is solved again with more of them.
    """
    fits = np.maximum(backlog.room - backlog.held, 0) // backlog.unit
    most = np.minimum(np.bincount(backlog.member, minlength=backlog.members), fits)  # more than that they cannot have
    given = np.bincount(backlog.member[hint[hint >= 0]], minlength=backlog.members)
    before = backlog.held // backlog.unit
    full = int((before + given).max(initial=0))
    while True:
        slots = np.minimum(most, np.maximum(full + SPARE - before, given + SPARE))
        arcs = _flow(backlog, slots, may_refuse=bool(np.any(hint < 0) or np.any(given > most)))
        used = np.bincount(backlog.member[arcs[arcs >= 0]], minlength=backlog.members)
        if not np.any((used == slots) & (slots < most)):
            return arcs
        full += full + SPARE


def _flow(backlog: Backlog, slots: Ints, *, may_refuse: bool) -> Ints:
    """`may_refuse` leads tasks past people: only where an answer needs it, for it costs an arc more for each task."""
    tasks, members, sink = backlog.tasks, backlog.members, backlog.tasks + backlog.members
    every, from_task = np.arange(tasks), backlog.task
    of_slot = np.repeat(np.arange(members), slots)
    place = np.arange(len(of_slot)) - np.repeat(np.cumsum(slots) - slots, slots) + 1
    tails, heads = [from_task, tasks + of_slot], [tasks + backlog.member, np.full(len(of_slot), sink)]
    waits = backlog.step * (backlog.held[of_slot] + backlog.unit * place) // backlog.unit
    costs = [backlog.cost, waits]
    if may_refuse:
        tails.append(every)
        heads.append(np.full(tasks, sink))
        costs.append(backlog.none)
    network = min_cost_flow.SimpleMinCostFlow()
    tail = np.concatenate(tails)
    network.add_arcs_with_capacity_and_unit_cost(
        tail, np.concatenate(heads), np.ones(len(tail), dtype=np.int64), np.concatenate(costs)
    )
    supply = np.zeros(sink + 1, dtype=np.int64)
    supply[:tasks], supply[sink] = 1, -tasks
    network.set_nodes_supplies(np.arange(sink + 1), supply)
    if network.solve() != network.OPTIMAL:
        raise ValueError("A task has nobody who could do it.")
    taken = np.flatnonzero(network.flows(np.arange(len(from_task))))
    arcs = np.full(tasks, NOBODY, dtype=np.int64)
    arcs[from_task[taken]] = taken
    return arcs
