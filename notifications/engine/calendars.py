"""Waiting that counts only while somebody is there: minutes of business hours, on the wall of an organization.

Days are walked one by one and their open hours are spans of UTC, so a day on which the clocks change is as long as it
really is. The walk is bounded: a calendar that is never open again says so instead of being waited for.
"""

import datetime
import zoneinfo
from dataclasses import dataclass

from dispatch.engine.availability import DAY, Span, at_wall

FURTHEST = 366 * DAY  # from where counting begins; nobody means a step that is further away


@dataclass(frozen=True)
class Calendar:
    """Open from `opens` until before `closes` on `weekdays` (Monday 0) that are no holiday."""

    weekdays: frozenset[int]
    opens: datetime.time
    closes: datetime.time
    holidays: frozenset[datetime.date]
    zone: zoneinfo.ZoneInfo

    def span_on(self, day: datetime.date) -> Span | None:
        """When it is open on a day, None if it is not."""
        if day.weekday() not in self.weekdays or day in self.holidays:
            return None
        start, end = at_wall(day, self.opens, self.zone), at_wall(day, self.closes, self.zone)
        return Span(start, end) if start < end else None


class NeverOpen(Exception):
    """The time a calendar leaves ahead is not enough to count the minutes in."""


def add_minutes(start: datetime.datetime, minutes: int, calendar: Calendar | None) -> datetime.datetime:
    """The first moment, in UTC, before which so many minutes since `start` were open; without a calendar all are.

    Raises `NeverOpen` if the year after `start` does not have them.
    """
    start, left = start.astimezone(datetime.UTC), datetime.timedelta(minutes=minutes)
    if calendar is None or not left:
        return start + left
    day, last = start.astimezone(calendar.zone).date(), (start + FURTHEST).astimezone(calendar.zone).date()
    while day <= last:
        span = calendar.span_on(day)
        if span and span.end > start:
            begins = max(span.start, start)
            if left <= span.end - begins:
                return begins + left
            left -= span.end - begins
        day += DAY
    raise NeverOpen
