"""Ways to give a backlog to people, ours and others, each run in a process of its own so that its memory is its own.

`python -m benchmarks.dispatch.ways NAME TASKS MEMBERS ROUNDS` prints what it took and what came out, as JSON.
"""

import heapq
import json
import resource
import sys
import time

import numpy as np
from ortools.graph.python import min_cost_flow
from scipy.optimize import linear_sum_assignment
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import min_weight_full_bipartite_matching

from benchmarks.dispatch import made
from dispatch.engine.backlogs import NOBODY, first_answer, improved, loads, total
from dispatch.engine.balancing import best_answer
from dispatch.engine.planning import Settings, plan


def least_loaded(backlog):
    """To whoever has the fewest tasks of those who can, whatever it costs: a heap for each group of people."""
    load = [0] * backlog.members
    heaps, chosen = {}, []
    for task in range(backlog.tasks):
        start, end = backlog.first[task], backlog.first[task + 1]
        group = backlog.member[start:end].tobytes()
        if group not in heaps:
            heaps[group] = [(0, place, member) for place, member in enumerate(backlog.member[start:end].tolist())]
            heapq.heapify(heaps[group])
        heap = heaps[group]
        while heap[0][0] != load[heap[0][2]]:
            _, place, member = heap[0]
            heapq.heapreplace(heap, (load[member], place, member))
        count, place, member = heap[0]
        load[member] = count + 1
        heapq.heapreplace(heap, (count + 1, place, member))
        chosen.append(start + place)
    return np.array(chosen)


def greedy(backlog):
    """Task by task to whoever is cheapest then."""
    load, member, cost = [0] * backlog.members, backlog.member.tolist(), backlog.cost.tolist()
    first, chosen = backlog.first.tolist(), []
    for task in range(backlog.tasks):
        best = min(range(first[task], first[task + 1]), key=lambda arc: cost[arc] + made.STEP * load[member[arc]])
        load[member[best]] += 1
        chosen.append(best)
    return np.array(chosen)


def local_search(backlog):
    """Greedy, then single tasks move while that is cheaper, one after the other."""
    chosen = greedy(backlog).tolist()
    member, cost, first = backlog.member.tolist(), backlog.cost.tolist(), backlog.first.tolist()
    load = loads(backlog, np.array(chosen)).tolist()
    better = True
    while better:
        better = False
        for task, arc in enumerate(chosen):
            load[member[arc]] -= 1
            best = min(range(first[task], first[task + 1]), key=lambda one: cost[one] + made.STEP * load[member[one]])
            if cost[best] + made.STEP * load[member[best]] < cost[arc] + made.STEP * load[member[arc]]:
                chosen[task], better = best, True
            load[member[chosen[task]]] += 1
    return np.array(chosen)


def _slots(backlog):
    """Rows, columns and prices of a matching in which everybody is as many columns as they may have tasks."""
    most = int(loads(backlog, first_answer(backlog, _none(backlog))).max()) + 1
    arcs = np.repeat(np.arange(len(backlog.member)), most)
    place = np.tile(np.arange(most), len(backlog.member))
    return backlog.task[arcs], backlog.member[arcs] * most + place, backlog.cost[arcs] + made.STEP * (place + 1), most


def _taken(backlog, columns, most):
    chosen = np.full(backlog.tasks, NOBODY)
    for task, member in enumerate((columns // most).tolist()):
        start, end = backlog.first[task], backlog.first[task + 1]
        chosen[task] = start + np.flatnonzero(backlog.member[start:end] == member)[0]
    return chosen


def scipy_dense(backlog):
    rows, columns, prices, most = _slots(backlog)
    matrix = np.full((backlog.tasks, backlog.members * most), float(made.PLENTY))
    matrix[rows, columns] = prices
    return _taken(backlog, linear_sum_assignment(matrix)[1], most)


def scipy_sparse(backlog):
    rows, columns, prices, most = _slots(backlog)
    matrix = csr_matrix((prices, (rows, columns)), (backlog.tasks, backlog.members * most))
    return _taken(backlog, min_weight_full_bipartite_matching(matrix)[1], most)


def bare_flow(backlog):
    """OR-Tools' flow as one would write it down: a slot for every task that somebody could do."""
    tasks, members = backlog.tasks, backlog.members
    slots, sink = np.bincount(backlog.member, minlength=members), tasks + members
    of_slot = np.repeat(np.arange(members), slots)
    place = np.arange(len(of_slot)) - np.repeat(np.cumsum(slots) - slots, slots) + 1
    network = min_cost_flow.SimpleMinCostFlow()
    network.add_arcs_with_capacity_and_unit_cost(
        np.concatenate([backlog.task, tasks + of_slot]),
        np.concatenate([tasks + backlog.member, np.full(len(of_slot), sink)]),
        np.ones(len(backlog.member) + len(of_slot), dtype=np.int64),
        np.concatenate([backlog.cost, made.STEP * place]),
    )
    supply = np.zeros(sink + 1, dtype=np.int64)
    supply[:tasks], supply[sink] = 1, -tasks
    network.set_nodes_supplies(np.arange(sink + 1), supply)
    network.solve()
    return np.flatnonzero(network.flows(np.arange(len(backlog.member))))


def our_first(backlog):
    return improved(backlog, first_answer(backlog, _none(backlog)))


def our_best(backlog):
    """Everything it takes, the first answer that it needs included."""
    return best_answer(backlog, first_answer(backlog, _none(backlog)))


def _none(backlog):
    return np.full(backlog.tasks, NOBODY)


WAYS = {
    "least loaded (heap)": least_loaded,
    "greedy": greedy,
    "greedy + local search": local_search,
    "scipy, dense": scipy_dense,
    "scipy, sparse": scipy_sparse,
    "bare min-cost flow": bare_flow,
    "ours, first answer": our_first,
    "ours, proven optimum": our_best,
}


def measured(name, tasks, members, rounds):
    backlog = made.backlog(tasks, members)
    before = _peak()
    took = []
    for _ in range(rounds):
        start, begun = time.perf_counter(), time.process_time()
        arcs = WAYS[name](backlog)
        took.append((time.process_time() - begun, time.perf_counter() - start))
    return {
        "cpu": min(cpu for cpu, _ in took),
        "seconds": min(wall for _, wall in took),
        "objective": round(total(backlog, arcs)),
        "most": int(loads(backlog, arcs).max()),
        "megabytes": _peak(),
        "of_it_instance": before,
        "arcs": len(backlog.member),
    }


def planned(tasks, members, rounds):
    """A whole plan as the product computes it, from snapshot to rows."""
    snapshot = made.snapshot(tasks, members)
    took = []
    for _ in range(rounds):
        start, begun = time.perf_counter(), time.process_time()
        answer = plan(snapshot, Settings(120, 100, 5), seconds=2)
        took.append((time.process_time() - begun, time.perf_counter() - start))
    return {
        "cpu": min(cpu for cpu, _ in took),
        "seconds": min(wall for _, wall in took),
        "method": answer.method,
        "before": answer.before.tardiness_minutes,
        "after": answer.after.tardiness_minutes,
        "megabytes": _peak(),
    }


def _peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    name, *numbers = sys.argv[1:]
    sizes = [int(one) for one in numbers]
    print(json.dumps(planned(*sizes) if name == "plan" else measured(name, *sizes)))
