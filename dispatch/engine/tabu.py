"""A good order of operations from a fair one, by small changes: tabu search for the flexible job shop.

A change concerns an operation on the longest path, since nothing else can shorten it: it changes places with its
neighbour there, or goes to somebody else. What it would lead to is estimated from the heads and tails of operations,
not computed; what was just undone is not done again for a while. (E. Taillard, "Parallel taboo search techniques for
the job shop scheduling problem", ORSA Journal on Computing 6, 1994, on the estimate; M. Mastrolilli and L. M.
Gambardella, "Effective neighbourhood functions for the flexible job shop problem", Journal of Scheduling 3, 2000.)
"""

import random
import time
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

TENURE = (8, 16)
PATIENCE = 1200  # rounds without a better plan before it begins again from the best, shaken
SHAKES = 8
CHECKED = 64  # rounds between two looks at the clock


@dataclass
class Plan:
    """Operations, numbered job by job: who does each, and in which order each person does theirs.

    `before` and `after` are the operations of the same job beside it, or `none`, which takes no time and never waits.
    """

    options: Sequence[dict[int, int]]
    before: list[int]
    after: list[int]
    lines: list[list[int]]
    person: list[int]
    minutes: list[int] = field(default_factory=list)
    earlier: list[int] = field(default_factory=list)
    later: list[int] = field(default_factory=list)
    head: list[int] = field(default_factory=list)
    end: list[int] = field(default_factory=list)
    tail: list[int] = field(default_factory=list)
    span: int = 0

    @property
    def none(self) -> int:
        return len(self.options)

    def measure(self) -> None:
        """Compute when each operation begins at the earliest (`head`), what comes after it (`tail`), and the whole."""
        none = self.none
        self.minutes = minutes = [one[who] for one, who in zip(self.options, self.person, strict=True)] + [0]
        self.earlier, self.later = earlier, later = [none] * (none + 1), [none] * (none + 1)
        for line in self.lines:
            last = none
            for operation in line:
                earlier[operation], last = last, operation
            for one, next_one in zip(line, line[1:], strict=False):
                later[one] = next_one
        before, after = self.before, self.after
        waits = [(before[v] != none) + (earlier[v] != none) for v in range(none)] + [-1]
        ready, order = [v for v in range(none) if not waits[v]], []
        head, end, tail = [0] * (none + 1), [0] * (none + 1), [0] * (none + 1)
        while ready:
            v = ready.pop()
            order.append(v)
            done = end[v] = head[v] + minutes[v]
            for follower in (after[v], later[v]):
                if follower != none:
                    if done > head[follower]:
                        head[follower] = done
                    waits[follower] -= 1
                    if not waits[follower]:
                        ready.append(follower)
        for v in reversed(order):
            one, two = after[v], later[v]
            tail[v] = max(minutes[one] + tail[one], minutes[two] + tail[two])
        self.head, self.end, self.tail, self.span = head, end, tail, max(end)

    def copy(self) -> "Plan":
        return Plan(self.options, self.before, self.after, [line[:] for line in self.lines], self.person[:])

    def longest_path(self, dice: random.Random) -> list[int]:
        """Operations that follow each other without a gap from the beginning to the end; one such path of several."""
        end, path = self.span, []
        on_it = [v for v in range(self.none) if self.end[v] == end]
        while on_it:
            v = on_it[0] if len(on_it) == 1 else dice.choice(on_it)
            path.append(v)
            begin = self.head[v]
            on_it = [u for u in {self.before[v], self.earlier[v]} if begin and u != self.none and self.end[u] == begin]
        return path[::-1]


class Move(NamedTuple):
    """What it leads to at the least, by estimate; `tie` is drawn. It puts the operation into a place of a line."""

    span: int
    tie: float
    operation: int
    person: int
    place: int


def swaps(plan: Plan, path: Sequence[int], dice: random.Random) -> Iterator[Move]:
    """Two operations of a person that are next to each other on the path, the other way round."""
    minutes, end, tail, before, after = plan.minutes, plan.end, plan.tail, plan.before, plan.after
    for v, w in zip(path, path[1:], strict=False):
        if plan.later[v] != w or after[v] == w:
            continue
        a, b = plan.earlier[v], plan.later[w]
        head_w = max(end[before[w]], end[a])
        head_v = max(end[before[v]], head_w + minutes[w])
        tail_v = max(minutes[after[v]] + tail[after[v]], minutes[b] + tail[b])
        tail_w = max(minutes[after[w]] + tail[after[w]], minutes[v] + tail_v)
        span = max(head_w + minutes[w] + tail_w, head_v + minutes[v] + tail_v)
        yield Move(span, dice.random(), w, plan.person[v], plan.lines[plan.person[v]].index(v))


def handovers(plan: Plan, path: Sequence[int], dice: random.Random) -> Iterator[Move]:
    """An operation of the path goes to somebody else, into each place where that closes no circle."""
    minutes, head, end, tail, none = plan.minutes, plan.head, plan.end, plan.tail, plan.none
    for v in path:
        if len(plan.options[v]) == 1:
            continue
        job_before, job_after = plan.before[v], plan.after[v]
        starts, follows = end[job_before], minutes[job_after] + tail[job_after]
        for person, takes in plan.options[v].items():
            if person == plan.person[v]:
                continue
            line = plan.lines[person]
            low = bisect_right(line, head[job_before], key=end.__getitem__) if job_before != none else 0
            high = bisect_left(line, end[job_after], key=head.__getitem__) if job_after != none else len(line)
            low += low < len(line) and line[low] == job_before
            high -= high > 0 and line[high - 1] == job_after
            for place in range(low, high + 1):
                start = max(starts, end[line[place - 1]]) if place else starts
                rest = max(follows, minutes[line[place]] + tail[line[place]]) if place < len(line) else follows
                yield Move(start + takes + rest, dice.random(), v, person, place)


def search(plan: Plan, *, seconds: float, rounds: int | None = None, enough: int = 0) -> Plan:
    """The shortest plan found, beginning with this one, in `seconds` or, repeatably, in so many `rounds`."""
    dice, stop = random.Random(1), time.monotonic() + seconds
    plan.measure()
    best, since, turn = plan.copy(), 0, 0
    best.measure()
    tabu: dict[tuple[int, int, int], int] = {}
    while best.span > enough and (rounds is None or turn < rounds):
        turn += 1
        if rounds is None and not turn % CHECKED and time.monotonic() > stop:
            break
        path = plan.longest_path(dice)
        moves = [*swaps(plan, path, dice), *handovers(plan, path, dice)]
        if not moves:
            break
        if since and not since % PATIENCE:
            plan, tabu = best.copy(), {}
            plan.measure()
            for _ in range(SHAKES):
                path = plan.longest_path(dice)
                shaken = [*swaps(plan, path, dice), *handovers(plan, path, dice)]
                if shaken:
                    _make(plan, dice.choice(shaken))
            since += 1
            continue
        free = [one for one in moves if one.span < best.span or tabu.get(_mark(plan, one), 0) < turn]
        move = min(free) if free else dice.choice(moves)
        tabu[move.operation, plan.person[move.operation], plan.earlier[move.operation]] = turn + dice.randint(*TENURE)
        _make(plan, move)
        since += 1
        if plan.span < best.span:
            best, since = plan.copy(), 0
            best.measure()
    return best


def _mark(plan: Plan, move: Move) -> tuple[int, int, int]:
    """An operation, who does it, and what they do right before it: what a move leads to."""
    last = plan.lines[move.person][move.place - 1] if move.place else plan.none
    return move.operation, move.person, last


def _make(plan: Plan, move: Move) -> None:
    v = move.operation
    plan.lines[plan.person[v]].remove(v)
    plan.lines[move.person].insert(move.place, v)
    plan.person[v] = move.person
    plan.measure()
