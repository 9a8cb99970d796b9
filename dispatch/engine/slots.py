"""Where in somebody's time one more task fits, and how even a load is: what changing a plan by hand has to know."""

import datetime
from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence

from dispatch.engine.availability import Span


def first_slot(free: Sequence[Span], busy: Sequence[Span], earliest: datetime.datetime, minutes: float) -> Span | None:
    """The first stretch from `earliest` on that holds the work and meets nothing of `busy`; None if there is none.

    Work that does not end with a shift goes on in the next one, but is not taken apart for other work.
    """
    moment = earliest
    taken = sorted(busy)
    while (span := _worked(free, moment, minutes)) is not None:
        in_the_way = next((other for other in taken if other.start < span.end and span.start < other.end), None)
        if in_the_way is None:
            return span
        moment = in_the_way.end
    return None


def _worked(free: Sequence[Span], earliest: datetime.datetime, minutes: float) -> Span | None:
    left, start = datetime.timedelta(minutes=minutes), None
    for span in free:
        begin = max(span.start, earliest)
        if begin >= span.end:
            continue
        start = start or begin
        if begin + left <= span.end:
            return Span(start, begin + left)
        left -= span.end - begin
    return None


def overlapping(spans: Sequence[Span], others: Sequence[Span]) -> set[int]:
    """Numbers of those of `spans` that meet one of `others`."""
    found, beyond = set(), sorted(others)
    for number, span in enumerate(spans):
        if any(other.start < span.end and span.start < other.end for other in beyond):
            found.add(number)
    return found


def imbalance(load: Mapping[Hashable, float], place: Mapping[Hashable, Hashable]) -> float:
    """How far people usually are from the mean of their department, in per cent of the mean of all."""
    if not load or not sum(load.values()):
        return 0.0
    by_place: dict[Hashable, list[float]] = defaultdict(list)
    for person, minutes in load.items():
        by_place[place[person]].append(minutes)
    off = sum((one - sum(all_) / len(all_)) ** 2 for all_ in by_place.values() for one in all_)
    return float(100 * (off / len(load)) ** 0.5 / (sum(load.values()) / len(load)))
