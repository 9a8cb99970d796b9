"""Quiet hours on somebody's wall: a span of the clock, whole days, or both.

Whether a moment is quiet is read off the wall alone. So a span that falls into the hour that is skipped in spring is
over when the clock jumps past its end, and what the clock shows twice in autumn is judged alike both times.
"""

import datetime
import zoneinfo
from collections.abc import Iterator
from dataclasses import dataclass

DAY = datetime.timedelta(days=1)
SECOND = datetime.timedelta(seconds=1)
BEFORE = datetime.timedelta(hours=3)  # some clocks are changed at midnight, and that midnight is not on their wall
MIDNIGHT = datetime.time()
DAY_MINUTES = 24 * 60
SOON, FAR = 3, 24  # days to look at: a window may be open once a week, and be skipped in spring


@dataclass(frozen=True)
class Quiet:
    """`days` are quiet from midnight to midnight, Monday 0; the span may go over midnight and belongs to every day."""

    zone: zoneinfo.ZoneInfo
    quiet_from: datetime.time | None = None
    quiet_until: datetime.time | None = None
    days: frozenset[int] = frozenset()

    def is_quiet(self, at: datetime.datetime) -> bool:
        wall = at.astimezone(self.zone)
        return wall.weekday() in self.days or self._in_span(wall.time())

    def ends_at(self, at: datetime.datetime) -> datetime.datetime:
        """The first moment from `at` on that is not quiet; `at` itself if it is not. `ValueError` if it never ends."""
        if not self.is_quiet(at):
            return at
        for days in (SOON, FAR):
            for moment in sorted(self._turns(at, days)):
                if moment > at and not self.is_quiet(moment):
                    return moment
        raise ValueError("These quiet hours never end.")

    def spans_of(self, weekday: int) -> list[tuple[int, int]]:
        """The quiet parts of a day of the week in minutes since midnight, in order, the second one not included."""
        if weekday in self.days:
            return [(0, DAY_MINUTES)]
        if self.quiet_from is None or self.quiet_until is None:
            return []
        start, end = _minutes(self.quiet_from), _minutes(self.quiet_until)
        if start < end:
            return [(start, end)]
        return [span for span in ((0, end), (start, DAY_MINUTES)) if span[0] < span[1]]

    def _in_span(self, clock: datetime.time) -> bool:
        if self.quiet_from is None or self.quiet_until is None:
            return False
        if self.quiet_from < self.quiet_until:
            return self.quiet_from <= clock < self.quiet_until
        return clock >= self.quiet_from or clock < self.quiet_until

    def _turns(self, at: datetime.datetime, days: int) -> Iterator[datetime.datetime]:
        """Every moment of the coming days at which it may become quiet or cease to be."""
        first = at.astimezone(self.zone).date()
        clocks = {MIDNIGHT, self.quiet_from or MIDNIGHT, self.quiet_until or MIDNIGHT}
        for date in (first + number * DAY for number in range(-1, days)):
            for clock in clocks:
                yield from instants(datetime.datetime.combine(date, clock), self.zone)
            if jump := jump_on(date, self.zone):
                yield jump


def is_endless(quiet_from: datetime.time | None, quiet_until: datetime.time | None, days: frozenset[int]) -> bool:
    """Whether no minute of the week is left in which somebody may be disturbed."""
    if len(days) >= 7:
        return True
    if quiet_from is None or quiet_until is None:
        return False
    start, end = _seconds(quiet_from), _seconds(quiet_until)
    quiet = (end - start) % (DAY_MINUTES * 60) or DAY_MINUTES * 60
    return DAY_MINUTES * 60 - quiet < 60


def instants(wall: datetime.datetime, zone: zoneinfo.ZoneInfo) -> list[datetime.datetime]:
    """The moments at which a wall shows a time: none in the hour skipped in spring, two in the one repeated."""
    found = []
    for fold in (0, 1):
        moment = wall.replace(tzinfo=zone, fold=fold).astimezone(datetime.UTC)
        if moment.astimezone(zone).replace(tzinfo=None, fold=0) == wall.replace(fold=0) and moment not in found:
            found.append(moment)
    return found


def jump_on(date: datetime.date, zone: zoneinfo.ZoneInfo) -> datetime.datetime | None:
    """The moment of a day at which its clocks are changed, None on nearly all of them."""
    midnight, late = (
        datetime.datetime.combine(day, MIDNIGHT, zone).astimezone(datetime.UTC) for day in (date, date + DAY)
    )
    early = midnight - BEFORE
    before = _offset(early, zone)
    if _offset(late, zone) == before:
        return None
    while late - early > SECOND:
        middle = (early + (late - early) / 2).replace(microsecond=0)
        early, late = (middle, late) if _offset(middle, zone) == before else (early, middle)
    return late


def _offset(moment: datetime.datetime, zone: zoneinfo.ZoneInfo) -> datetime.timedelta | None:
    return moment.astimezone(zone).utcoffset()


def _minutes(clock: datetime.time) -> int:
    return clock.hour * 60 + clock.minute


def _seconds(clock: datetime.time) -> int:
    return _minutes(clock) * 60 + clock.second
