"""What somebody was to work on a day and what they did, side by side: late, gone early, forgotten."""

import datetime
import zoneinfo
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dispatch.engine.availability import DAY, LONGEST_STAY, Pattern, Span, at_wall, clocked, shifts, without
from dispatch.states import Punch

REST = datetime.timedelta(hours=4)  # whoever is gone for longer than this has gone home; shorter is a long lunch


@dataclass(frozen=True)
class Day:
    """One day of somebody. A night belongs to the day it began on, planned or worked."""

    day: datetime.date
    planned: tuple[Span, ...]
    """Their shifts without their absences."""
    worked: tuple[Span, ...]
    away: bool
    """Whether an absence touches the day."""
    late_minutes: int
    early_minutes: int
    missed_minutes: int
    """Planned, over, and nobody came."""
    missing: tuple[datetime.datetime, ...]
    """Moments of punches that another one should have come before."""

    @property
    def planned_minutes(self) -> int:
        return round(sum(span.minutes for span in self.planned))

    @property
    def worked_minutes(self) -> int:
        return round(sum(span.minutes for span in self.worked))


def timesheet(
    punches: Sequence[tuple[datetime.datetime, Punch]],
    *,
    patterns: Iterable[Pattern],
    away: Sequence[Span],
    first: datetime.date,
    last: datetime.date,
    zone: zoneinfo.ZoneInfo,
    now: datetime.datetime,
) -> list[Day]:
    """One entry for each day from `first` to `last`. `punches` are in order, and begin and end some days outside."""
    seen = clocked([(moment, punch) for moment, punch in punches if moment <= now], now)
    midnight = datetime.time()
    within = Span(at_wall(first - DAY, midnight, zone), at_wall(last + 2 * DAY, midnight, zone))
    planned = shifts(patterns, zone, within)
    placed = [(_day_of(stint, planned, zone), stint) for stint in stints(seen.worked)]
    found, day = [], first
    while day <= last:
        whole = Span(at_wall(day, midnight, zone), at_wall(day + DAY, midnight, zone))
        mine = [span for span in planned if span.start.astimezone(zone).date() == day]
        worked = [span for at, stint in placed if at == day for span in stint]
        found.append(
            _day(
                day,
                planned=without(mine, away),
                worked=worked,
                away=any(gap.start < whole.end and gap.end > whole.start for gap in away),
                missing=tuple(moment for moment in seen.missing if moment in whole),
                now=now,
            )
        )
        day += DAY
    return found


def stints(worked: Iterable[Span]) -> list[list[Span]]:
    """Work with no more than breaks in between; nobody's lasts longer than the longest stay from its begin."""
    found: list[list[Span]] = []
    for span in worked:
        if found and span.start - found[-1][-1].end < REST and span.end - found[-1][0].start <= LONGEST_STAY:
            found[-1].append(span)
        else:
            found.append([span])
    return found


def _day_of(stint: Sequence[Span], planned: Iterable[Span], zone: zoneinfo.ZoneInfo) -> datetime.date:
    """The day of the shift it mostly belongs to, so that coming before midnight to a shift at midnight is on time."""
    whole = Span(stint[0].start, stint[-1].end)
    shared, shift = max(((_shared(whole, span), span) for span in planned), default=(0.0, whole))
    return (shift if shared > 0 else whole).start.astimezone(zone).date()


def _shared(one: Span, other: Span) -> float:
    return Span(max(one.start, other.start), min(one.end, other.end)).minutes


def _day(
    day: datetime.date,
    *,
    planned: list[Span],
    worked: list[Span],
    away: bool,
    missing: tuple[datetime.datetime, ...],
    now: datetime.datetime,
) -> Day:
    late = early = missed = 0.0
    for span in planned:
        there = [part for part in worked if _shared(part, span) > 0]
        if there:
            late += max(0.0, Span(span.start, there[0].start).minutes)
            early += max(0.0, Span(there[-1].end, span.end).minutes) if span.end <= now else 0.0
        elif span.end <= now:
            missed += span.minutes
        elif span.start < now:
            late += Span(span.start, now).minutes
    return Day(day, tuple(planned), tuple(worked), away, round(late), round(early), round(missed), missing)
