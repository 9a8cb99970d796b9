"""When everybody does what they were given: each in their own free time, and no step before the steps it needs.

People take the first by rank of what could begin, as soon as they are free; work that does not fit into what is left
of a shift goes on in the next one. (M. Pinedo, Scheduling, on dispatch rules and non-delay schedules.)
"""

import heapq
from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field

Calendar = Sequence[tuple[int, int]]
"""Free time in seconds from the beginning of the plan, in order, apart from each other."""

RELEASED, FREE = 0, 1
NOBODY = -1


class Steps:
    """Which works may begin together, and which come after: the lower steps of the same order have to end first."""

    def __init__(self, places: Sequence[tuple[Hashable, int]]) -> None:
        """`places` is the order and step of each work; one without an order, None, waits for nothing."""
        orders: dict[Hashable, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
        self.group_of = [0] * len(places)
        self.works: list[list[int]] = []
        self.following: list[int | None] = []
        self.ready: list[int] = []
        for work, (order, step) in enumerate(places):
            if order is None:
                self.ready.append(len(self.works))
                self._add([work], last=True)
            else:
                orders[order][step].append(work)
        for steps in orders.values():
            self.ready.append(len(self.works))
            for number, step in enumerate(sorted(steps), start=1):
                self._add(steps[step], last=number == len(steps))

    def _add(self, works: list[int], *, last: bool) -> None:
        for work in works:
            self.group_of[work] = len(self.works)
        self.works.append(works)
        self.following.append(None if last else len(self.works))


@dataclass
class _Desk:
    """Somebody's free time, as far as it is not used up, and what waits for them."""

    calendar: Calendar
    at: int = 0
    is_free: bool = True
    waiting: list[tuple[float, int]] = field(default_factory=list)

    def begin(self, moment: int) -> int | None:
        """The first free second from `moment` on; None if there is none left. Moments come in order."""
        while self.at < len(self.calendar) and self.calendar[self.at][1] <= moment:
            self.at += 1
        return max(moment, self.calendar[self.at][0]) if self.at < len(self.calendar) else None

    def end(self, moment: int, seconds: int) -> int | None:
        """When work that begins at `moment` ends; None if there is not so much free time left."""
        for number in range(self.at, len(self.calendar)):
            start, end = self.calendar[number]
            begin = moment if moment > start else start
            if begin + seconds <= end:
                return begin + seconds
            if end > begin:
                seconds -= end - begin
        return None


def timetable(
    steps: Steps,
    person: Sequence[int],
    seconds: Sequence[int],
    rank: Sequence[float],
    calendars: Sequence[Calendar],
    busy: Sequence[int],
) -> list[tuple[int, int] | None]:
    """Start and end of each work; None where it has NOBODY, or does not end within the free time there is.

    `busy` is how many seconds each person works on other things first. What waits for work without an end has none.
    """
    desks = [_Desk(calendar) for calendar in calendars]
    found: list[tuple[int, int] | None] = [None] * len(person)
    left, ended = [len(works) for works in steps.works], [0] * len(steps.works)
    events = [(0, RELEASED, group) for group in steps.ready]
    for number, desk in enumerate(desks):
        since = desk.end(0, busy[number]) if busy[number] else 0
        if since is None:
            desk.calendar = ()
        elif since:
            desk.is_free = False
            events.append((since, FREE, number))
    heapq.heapify(events)
    push, pop = heapq.heappush, heapq.heappop
    while events:
        moment, asked = events[0][0], set()
        while events and events[0][0] == moment:
            _, kind, number = pop(events)
            if kind == FREE:
                desks[number].is_free = True
                asked.add(number)
                continue
            for work in steps.works[number]:
                if person[work] != NOBODY:
                    push(desks[person[work]].waiting, (rank[work], work))
                    asked.add(person[work])
        for number in sorted(asked):
            desk = desks[number]
            while desk.waiting and desk.is_free:
                start = desk.begin(moment)
                if start is None:
                    desk.waiting.clear()
                elif start > moment:  # something more urgent may come until then
                    push(events, (start, FREE, number))
                    break
                else:
                    work = pop(desk.waiting)[1]
                    end = desk.end(moment, seconds[work])
                    if end is None:
                        continue
                    found[work] = (moment, end)
                    desk.is_free = False
                    push(events, (end, FREE, number))
                    group = steps.group_of[work]
                    left[group] -= 1
                    ended[group] = max(ended[group], end)
                    after = steps.following[group]
                    if not left[group] and after is not None:
                        push(events, (ended[group], RELEASED, after))
    return found
