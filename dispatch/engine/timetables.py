"""When everybody does what they were given: each in their own free time, and no step before the steps it needs.

People take the first by rank of what could begin, as soon as they are free; work that does not fit into what is left
of a shift goes on in the next one. (M. Pinedo, Scheduling, on dispatch rules and non-delay schedules.)
"""

import heapq
from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

Calendar = Sequence[tuple[int, int]]
"""Free time in seconds from the beginning of the plan, in order, apart from each other."""

RELEASED, FREE = 0, 1


@dataclass(frozen=True)
class Work:
    """Something to be done by `person`, None while nobody has it. Lower steps of the same order come first."""

    person: int | None
    seconds: int
    rank: tuple[float, ...]
    order: Hashable = None
    step: int = 0


class Desk:
    """Somebody's free time, as far as it is not used up."""

    def __init__(self, calendar: Calendar, busy: int) -> None:
        self.calendar, self.at, self.is_free = calendar, 0, True
        self.waiting: list[tuple[tuple[float, ...], int]] = []
        self.since = self.done(0, busy) if busy else 0

    def begin(self, moment: int) -> int | None:
        """The first free second from `moment` on; None if there is none left."""
        while self.at < len(self.calendar) and self.calendar[self.at][1] <= moment:
            self.at += 1
        return max(moment, self.calendar[self.at][0]) if self.at < len(self.calendar) else None

    def done(self, moment: int, seconds: int) -> int | None:
        """When work of so many seconds that begins at `moment`, a free one, ends; None if it does not in time."""
        for start, end in self.calendar[self.at :]:
            begin = max(moment, start)
            if begin + seconds <= end:
                return begin + seconds
            seconds -= max(0, end - begin)
        return None


def timetable(works: Sequence[Work], calendars: Sequence[Calendar], busy: Sequence[int]) -> list[tuple[int, int] | None]:
    """Start and end of each work in seconds; None where it has nobody, or does not end within the free time there is.

    `busy` is how long each person works on other things first. What follows work without an end has none either.
    """
    groups, members, following, left = _groups(works)
    desks = [Desk(calendar, other) for calendar, other in zip(calendars, busy, strict=True)]
    found: list[tuple[int, int] | None] = [None] * len(works)
    ended = [0] * len(members)
    events = [(0, RELEASED, group) for group in groups]
    for person, desk in enumerate(desks):
        if desk.since is None:
            desk.calendar = ()
        elif desk.since:
            desk.is_free = False
            events.append((desk.since, FREE, person))
    heapq.heapify(events)
    while events:
        moment, asked = events[0][0], set()
        while events and events[0][0] == moment:
            _, kind, number = heapq.heappop(events)
            if kind == FREE:
                desks[number].is_free = True
                asked.add(number)
                continue
            for work in members[number]:
                person = works[work].person
                if person is not None:
                    heapq.heappush(desks[person].waiting, (works[work].rank, work))
                    asked.add(person)
        for person in sorted(asked):
            desk = desks[person]
            while desk.is_free and desk.waiting:
                start = desk.begin(moment)
                if start is None:
                    desk.waiting.clear()
                    break
                if start > moment:  # something more urgent may come until then
                    heapq.heappush(events, (start, FREE, person))
                    break
                _, work = heapq.heappop(desk.waiting)
                end = desk.done(moment, works[work].seconds)
                if end is None:
                    continue
                found[work] = (moment, end)
                desk.is_free = False
                heapq.heappush(events, (end, FREE, person))
                group = left[work]
                ended[group[0]] = max(ended[group[0]], end)
                group[1] -= 1
                if not group[1] and following[group[0]] is not None:
                    heapq.heappush(events, (ended[group[0]], RELEASED, following[group[0]]))
    return found


def _groups(works: Sequence[Work]) -> tuple[list[int], list[list[int]], list[int | None], list[list[int]]]:
    """Works that may begin together: the groups that wait for none, the works of each, the group after each, and for
    each work its group and how many of it are left, which is one list for all of them."""
    steps: dict[Hashable, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for number, work in enumerate(works):
        steps[("alone", number) if work.order is None else ("order", work.order)][work.step].append(number)
    ready: list[int] = []
    members: list[list[int]] = []
    following: list[int | None] = []
    left: list[list[int]] = [[] for _ in works]
    for of_order in steps.values():
        ready.append(len(members))
        for step in sorted(of_order):
            state = [len(members), len(of_order[step])]
            for number in of_order[step]:
                left[number] = state
            members.append(of_order[step])
            following.append(len(members))
        following[-1] = None
    return ready, members, following, left
