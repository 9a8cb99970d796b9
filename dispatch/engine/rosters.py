"""Whether two shifts of one person ever overlap in real time, over midnights, weeks and nights when clocks change."""

import datetime
import functools
import itertools
import zoneinfo

from dispatch.engine.availability import DAY, Pattern, Span, span_on

WEEKS = 3  # clocks do not change in two weeks running, so what overlaps week by week does so in one of three
YEARS = 2  # a zone changes its clocks on the same weekday every year
REFERENCE = datetime.date(2024, 1, 1)


def overlap(one: Pattern, other: Pattern, zone: zoneinfo.ZoneInfo) -> datetime.date | None:
    """The first day on which a shift of the one overlaps a shift of the other, None if there is no such day.

    Exact without looking at every day: what the walls have in common comes back each week, and besides that only a
    clock that is put forward can push the end of one shift into the next.
    """
    spans: dict[datetime.date, Span | None] = {}  # of the other: each is asked for by three days of the one
    for day in sorted(_days_to_look_at(one, other, zone)):
        mine = span_on(one, day, zone)
        for neighbour in (day - DAY, day, day + DAY) if mine else ():
            if neighbour not in spans:
                spans[neighbour] = span_on(other, neighbour, zone)
            theirs = spans[neighbour]
            if mine and theirs and _share(mine, theirs):
                return min(day, neighbour)
    return None


def _days_to_look_at(one: Pattern, other: Pattern, zone: zoneinfo.ZoneInfo) -> set[datetime.date]:
    """Days of `one`: the first weeks in which both are worked, and the days around each change of the clocks."""
    begins = [pattern.since for pattern in (one, other) if pattern.since]
    ends = [pattern.until for pattern in (one, other) if pattern.until]
    first = max(begins, default=min(ends, default=REFERENCE) - WEEKS * 7 * DAY) - DAY
    last = min([*ends, first + YEARS * 366 * DAY]) + DAY
    found = {first + number * DAY for number in range(WEEKS * 7 + 2)}
    for year in range(first.year, last.year + 1):
        for changed in clock_changes(zone, year):
            found |= {changed - 2 * DAY, changed - DAY, changed, changed + DAY}
    return {day for day in found if first <= day <= last}


@functools.lru_cache(maxsize=256)
def clock_changes(zone: zoneinfo.ZoneInfo, year: int) -> tuple[datetime.date, ...]:
    """The days of a year, by the wall, on which clocks are changed."""
    noon = datetime.datetime(year, 1, 1, 12, tzinfo=zone)
    noons = [noon.replace(tzinfo=None) + number * DAY for number in range(-1, 367)]
    offsets = [(moment, moment.replace(tzinfo=zone).utcoffset()) for moment in noons]
    return tuple(after[0].date() for before, after in itertools.pairwise(offsets) if before[1] != after[1])


def _share(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end
