"""Planning operations over time: the flexible job shop, where each operation may be done by one of several people.

The operations of a job follow each other, and nobody does two at once. Dispatch rules give a plan in milliseconds;
a solver then starts from the best of them, since without that hint it may find nothing at all in time.
(P. Brandimarte, "Routing and scheduling in a flexible job shop by tabu search", Annals of OR 41, 1993.)
"""

import itertools
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ortools.sat.python import cp_model

from dispatch.engine import tabu
from dispatch.engine.solving import solver_for

AT_ONCE = 0.12  # of the time for the solver: what is easy it proves at once
BY_CHANGES = 0.6  # of the time; the rest is for the solver, which finds what small changes do not lead to
UNTIL = AT_ONCE + BY_CHANGES
ROUNDS = 100_000  # of changes in a second, divided by the number of operations

Operation = dict[int, int]
"""Minutes by the person who could do it."""


@dataclass(frozen=True)
class Slot:
    """When and by whom an operation is done; `start` and `end` in minutes from the beginning of the plan."""

    job: int
    operation: int
    person: int
    start: int
    end: int


@dataclass(frozen=True)
class Timetable:
    slots: tuple[Slot, ...]
    bound: int

    @property
    def end(self) -> int:
        return max((slot.end for slot in self.slots), default=0)


Rule = Callable[[Sequence[Sequence[Operation]], int, int], float]


def _work_left(jobs: Sequence[Sequence[Operation]], job: int, operation: int) -> float:
    return -sum(min(one.values()) for one in jobs[job][operation:])


RULES: dict[str, Rule] = {
    "most work remaining": _work_left,
    "most operations remaining": lambda jobs, job, operation: -(len(jobs[job]) - operation),
    "shortest processing time": lambda jobs, job, operation: min(jobs[job][operation].values()),
    "least work remaining": lambda jobs, job, operation: -_work_left(jobs, job, operation),
}


def by_rule(jobs: Sequence[Sequence[Operation]], rule: Rule) -> tuple[Slot, ...]:
    """One operation after the other, the next by the rule among those that could start first, to who ends it first."""
    free: dict[int, int] = {}
    ready, step = [0] * len(jobs), [0] * len(jobs)
    slots = []
    while waiting := [job for job in range(len(jobs)) if step[job] < len(jobs[job])]:
        ends = {}
        for job in waiting:
            options = jobs[job][step[job]].items()
            ends[job] = min(
                (max(ready[job], free.get(p, 0)) + m, max(ready[job], free.get(p, 0)), p) for p, m in options
            )
        horizon = min(end for end, _, _ in ends.values())
        could = [job for job in waiting if ends[job][1] < horizon]
        job = min(could, key=lambda job: (rule(jobs, job, step[job]), ends[job]))
        end, start, person = ends[job]
        slots.append(Slot(job, step[job], person, start, end))
        free[person] = ready[job] = end
        step[job] += 1
    return tuple(slots)


def best_by_rules(jobs: Sequence[Sequence[Operation]]) -> tuple[Slot, ...]:
    return min((by_rule(jobs, rule) for rule in RULES.values()), key=lambda slots: max(slot.end for slot in slots))


def sequence(jobs: Sequence[Sequence[Operation]], *, seconds: float, repeatable: bool = False) -> Timetable:
    """The shortest plan found in `seconds`, and what none can be shorter than. Never worse than the best rule.

    A `repeatable` search is counted in work instead of time.
    """
    begun = time.monotonic()
    found = Timetable(best_by_rules(jobs), _least(jobs))
    for share, until, way in ((AT_ONCE, AT_ONCE, _solved), (BY_CHANGES, UNTIL, _shortened), (1 - UNTIL, 1, _solved)):
        if found.end == found.bound:
            break
        spend = seconds * share if repeatable else seconds * until - (time.monotonic() - begun)
        found = way(jobs, found, max(0.01, spend), repeatable)
    return found


def _shortened(jobs: Sequence[Sequence[Operation]], known: Timetable, seconds: float, repeatable: bool) -> Timetable:
    """A shorter plan than the known one, by small changes."""
    names = [(job, number) for job, operations in enumerate(jobs) for number in range(len(operations))]
    number_of = {name: number for number, name in enumerate(names)}
    none = len(names)
    before = [number_of.get((job, number - 1), none) for job, number in names]
    after = [number_of.get((job, number + 1), none) for job, number in names]
    lines: list[list[int]] = [[] for _ in range(1 + max(person for one in itertools.chain(*jobs) for person in one))]
    person = [0] * none
    for slot in sorted(known.slots, key=lambda slot: slot.start):
        number = number_of[slot.job, slot.operation]
        lines[slot.person].append(number)
        person[number] = slot.person
    options = list(itertools.chain(*jobs))
    best = tabu.search(
        tabu.Plan(options, [*before, none], [*after, none], lines, person),
        seconds=seconds,
        rounds=int(seconds * ROUNDS / none) if repeatable else None,
        enough=known.bound,
    )
    if best.span >= known.end:
        return known
    slots = (Slot(*names[number], best.person[number], best.head[number], best.end[number]) for number in range(none))
    return Timetable(tuple(slots), known.bound)


def _solved(jobs: Sequence[Sequence[Operation]], known: Timetable, seconds: float, repeatable: bool) -> Timetable:
    """A shorter plan than the known one, or that there is none, as far as `seconds` reach."""
    hint = known.slots
    horizon = max(slot.end for slot in hint)
    hinted = {(slot.job, slot.operation): slot for slot in hint}
    model = cp_model.CpModel()
    starts: dict[tuple[int, int], cp_model.IntVar] = {}
    on: dict[tuple[int, int, int], cp_model.IntVar] = {}
    intervals: dict[int, list[cp_model.IntervalVar]] = {}
    latest = model.new_int_var(known.bound, horizon, "")
    for job, operations in enumerate(jobs):
        head = 0
        tail = sum(min(one.values()) for one in operations)
        before = None
        for number, options in enumerate(operations):
            shortest = min(options.values())
            start = model.new_int_var(head, horizon - tail, "")
            end = model.new_int_var(head + shortest, horizon - tail + max(options.values()), "")
            starts[job, number] = start
            slot = hinted[job, number]
            model.add_hint(start, slot.start)
            chosen = []
            for person, minutes in options.items():
                does = model.new_bool_var("") if len(options) > 1 else model.new_constant(1)
                chosen.append(does)
                on[job, number, person] = does
                if len(options) > 1:
                    model.add_hint(does, person == slot.person)
                intervals.setdefault(person, []).append(
                    model.new_optional_interval_var(start, minutes, end, does, "")
                    if len(options) > 1
                    else model.new_interval_var(start, minutes, end, "")
                )
            if len(options) > 1:
                model.add_exactly_one(chosen)
            if before is not None:
                model.add(start >= before)
            before = end
            head += shortest
            tail -= shortest
        model.add(latest >= before)
    for mine in intervals.values():
        model.add_no_overlap(mine)
    model.minimize(latest)
    solver = solver_for(seconds, repeatable=repeatable)
    if solver.solve(model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return known
    slots = []
    for (job, number, person), does in on.items():
        if solver.value(does):
            begins = solver.value(starts[job, number])
            slots.append(Slot(job, number, person, begins, begins + jobs[job][number][person]))
    found = Timetable(tuple(slots), int(round(solver.best_objective_bound)))
    return found if found.end <= horizon else Timetable(hint, found.bound)


def _least(jobs: Sequence[Sequence[Operation]]) -> int:
    """No plan is shorter than its longest job, nor than all work shared evenly."""
    longest = max(sum(min(one.values()) for one in operations) for operations in jobs)
    people = {person for operations in jobs for one in operations for person in one}
    work = sum(min(one.values()) for one in itertools.chain(*jobs))
    return max(longest, -(-work // len(people)))
