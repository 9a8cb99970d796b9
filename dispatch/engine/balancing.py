"""Giving a whole backlog of tasks of equal weight to people at once: a first answer, a better one, the best one.

What is minimised is what each task costs with whom it is given to (misfit, lateness, being moved), plus `step` times
1 + 2 + 3 + … for the tasks each person has: a load that grows faster than the work spreads it out. The sum of both is
a flow of tasks through people into slots of rising cost, so its optimum can be proven in well under a second
(R. K. Ahuja, T. L. Magnanti, J. B. Orlin, Network Flows, 1993, chapter 14: convex cost flows).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from ortools.graph.python import min_cost_flow

Ints = NDArray[np.int64]
ROOM = 3  # slots above the fullest person of a good answer; the optimum hardly ever needs them
PASSES = 8


@dataclass(frozen=True)
class Backlog:
    """Who could do what: the arcs of task t are `first[t]` to `first[t + 1]`, each to a `member` at a `cost`.

    `held` is how many tasks each member has already. All arrays are int64; every task has at least one arc.
    """

    first: Ints
    member: Ints
    cost: Ints
    held: Ints
    step: int

    @property
    def tasks(self) -> int:
        return len(self.first) - 1

    @property
    def members(self) -> int:
        return len(self.held)


def total(backlog: Backlog, arcs: Ints) -> int:
    """The objective of an answer: one arc for each task."""
    given = np.bincount(backlog.member[arcs], minlength=backlog.members)
    full = backlog.held + given
    load = full * (full + 1) // 2 - backlog.held * (backlog.held + 1) // 2
    return int(backlog.cost[arcs].sum() + backlog.step * load.sum())


def first_answer(backlog: Backlog, order: Ints) -> Ints:
    """Task by task in `order`, whoever is cheapest then; afterwards single tasks move while that is cheaper.

    At hand in a fraction of a second whatever the size, and never worse than taking them one by one.
    """
    load, first = backlog.held.tolist(), backlog.first.tolist()
    member, cost, step = backlog.member.tolist(), backlog.cost.tolist(), backlog.step
    chosen = [0] * backlog.tasks
    for task in order.tolist():
        arcs = range(first[task], first[task + 1])
        best = min(arcs, key=lambda arc: cost[arc] + step * load[member[arc]])
        chosen[task] = best
        load[member[best]] += 1
    tasks = order.tolist()
    for _ in range(PASSES):
        moved = []
        for task in tasks:
            arc = chosen[task]
            load[member[arc]] -= 1
            best = min(range(first[task], first[task + 1]), key=lambda a: cost[a] + step * load[member[a]])
            if cost[best] + step * load[member[best]] < cost[arc] + step * load[member[arc]]:
                chosen[task] = arc = best
                moved.append(task)
            load[member[arc]] += 1
        if len(moved) * 200 < backlog.tasks:
            break
    return np.array(chosen, dtype=np.int64)


def best_answer(backlog: Backlog, hint: Ints) -> Ints:
    """The optimum, proven. `hint` is any answer: it says how many slots a person can need at most.

    Slots beyond the fullest person of a good answer are left out, which halves the work; an optimum that fills the
    last slot of somebody might have wanted one more, so then it is solved again with more of them.
    """
    given = np.bincount(backlog.member[hint], minlength=backlog.members)
    most = np.bincount(backlog.member, minlength=backlog.members)  # nobody gets more tasks than they can do
    full = int((backlog.held + given).max())
    while True:
        slots = np.minimum(most, np.maximum(full + ROOM - backlog.held, given + ROOM))
        arcs = _flow(backlog, slots)
        used = np.bincount(backlog.member[arcs], minlength=backlog.members)
        if not np.any((used == slots) & (slots < most)):
            return arcs
        full += full + ROOM


def _flow(backlog: Backlog, slots: Ints) -> Ints:
    tasks, members, sink = backlog.tasks, backlog.members, backlog.tasks + backlog.members
    task_of_arc = np.repeat(np.arange(tasks), np.diff(backlog.first))
    member_of_slot = np.repeat(np.arange(members), slots)
    place = np.arange(len(member_of_slot)) - np.repeat(np.cumsum(slots) - slots, slots) + 1
    network = min_cost_flow.SimpleMinCostFlow()
    network.add_arcs_with_capacity_and_unit_cost(
        np.concatenate([task_of_arc, tasks + member_of_slot]),
        np.concatenate([tasks + backlog.member, np.full(len(member_of_slot), sink)]),
        np.ones(len(task_of_arc) + len(member_of_slot), dtype=np.int64),
        np.concatenate([backlog.cost, backlog.step * (backlog.held[member_of_slot] + place)]),
    )
    supply = np.zeros(sink + 1, dtype=np.int64)
    supply[:tasks], supply[sink] = 1, -tasks
    network.set_nodes_supplies(np.arange(sink + 1), supply)
    if network.solve() != network.OPTIMAL:
        raise ValueError("A task has nobody who could do it.")
    return np.flatnonzero(network.flows(np.arange(len(task_of_arc))))
