"""When somebody works: shifts on the wall clock of their organization, absences, and what the time clock says.

Everything is computed in UTC from wall times, so a night on which the clocks change is as long as it really is: a
shift from 22:00 to 06:00 lasts seven or nine hours then.
"""

import datetime
import zoneinfo
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from dispatch.states import AFTER, LEADS_TO, Presence, Punch

DAY = datetime.timedelta(days=1)


@dataclass(frozen=True, order=True)
class Span:
    """A stretch of time, `start` included and `end` not; both aware, in UTC."""

    start: datetime.datetime
    end: datetime.datetime

    @property
    def minutes(self) -> float:
        return (self.end - self.start).total_seconds() / 60

    def __contains__(self, moment: datetime.datetime) -> bool:
        return self.start <= moment < self.end


@dataclass(frozen=True)
class Pattern:
    """A shift that comes back every week. One that ends before it starts, or when it does, runs over midnight.

    `weekdays` are those it starts on, Monday 0; `since` and `until` are the first and last of its days, None for open.
    """

    weekdays: frozenset[int]
    starts: datetime.time
    ends: datetime.time
    since: datetime.date | None = None
    until: datetime.date | None = None

    def falls_on(self, day: datetime.date) -> bool:
        return (
            day.weekday() in self.weekdays
            and (self.since is None or day >= self.since)
            and (self.until is None or day <= self.until)
        )


def at_wall(day: datetime.date, wall: datetime.time, zone: zoneinfo.ZoneInfo) -> datetime.datetime:
    """The moment a wall clock shows this, in UTC. Of an hour that comes twice the first; one left out is passed."""
    local = datetime.datetime.combine(day, wall, tzinfo=zone)
    moment = local.astimezone(datetime.UTC)
    if moment.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None):
        return moment
    # 02:30 on a night without a 02:30: read it by the offset that held before, as people's clocks do.
    return (local - DAY).astimezone(datetime.UTC) + DAY


def span_on(pattern: Pattern, day: datetime.date, zone: zoneinfo.ZoneInfo) -> Span | None:
    """The shift that starts on `day`, None if there is none, or if the clocks pass over all of it."""
    if not pattern.falls_on(day):
        return None
    over_midnight = pattern.ends <= pattern.starts
    start = at_wall(day, pattern.starts, zone)
    end = at_wall(day + DAY if over_midnight else day, pattern.ends, zone)
    return Span(start, end) if start < end else None


def shifts(patterns: Iterable[Pattern], zone: zoneinfo.ZoneInfo, within: Span) -> list[Span]:
    """The shifts that touch `within`, whole, in order; two that overlap or meet are one."""
    first = within.start.astimezone(zone).date() - DAY
    last = within.end.astimezone(zone).date()
    found = []
    for pattern in patterns:
        day = first
        while day <= last:
            span = span_on(pattern, day, zone)
            if span and span.start < within.end and span.end > within.start:
                found.append(span)
            day += DAY
    return joined(found)


def joined(spans: Iterable[Span]) -> list[Span]:
    """The same time in as few spans as possible, in order."""
    found: list[Span] = []
    for span in sorted(spans):
        if found and span.start <= found[-1].end:
            found[-1] = Span(found[-1].start, max(found[-1].end, span.end))
        else:
            found.append(span)
    return found


def without(spans: Sequence[Span], gaps: Iterable[Span]) -> list[Span]:
    """What is left of `spans` outside of `gaps`."""
    left = list(spans)
    for gap in gaps:
        left = list(_cut(left, gap))
    return left


def _cut(spans: Iterable[Span], gap: Span) -> Iterator[Span]:
    for span in spans:
        if gap.end <= span.start or span.end <= gap.start:
            yield span
            continue
        if span.start < gap.start:
            yield Span(span.start, gap.start)
        if gap.end < span.end:
            yield Span(gap.end, span.end)


def minutes_in(spans: Iterable[Span], within: Span) -> float:
    """How many minutes of `spans` lie inside `within`."""
    return sum(max(0.0, Span(max(s.start, within.start), min(s.end, within.end)).minutes) for s in spans)


LONGEST_STAY = datetime.timedelta(hours=16)


@dataclass(frozen=True)
class Clocked:
    """What the time clock says at a moment: where somebody is since when, the time worked, and what does not add up."""

    presence: Presence
    since: datetime.datetime | None
    worked: tuple[Span, ...]
    missing: tuple[datetime.datetime, ...]
    """Moments of punches that another one should have come before."""


def clocked(punches: Sequence[tuple[datetime.datetime, Punch]], now: datetime.datetime) -> Clocked:
    """Read punches, which are in order. Somebody who has been in for longer than a long day has forgotten to go.

    A forgotten punch makes no time up: what it would have begun or ended is not counted.
    """
    presence, since = Presence.AWAY, None
    worked: list[Span] = []
    missing: list[datetime.datetime] = []
    for moment, punch in punches:
        if since and presence is not Presence.AWAY and moment - since > LONGEST_STAY:
            missing.append(moment)
            presence, since = Presence.AWAY, moment
        if (presence, punch) not in AFTER:
            missing.append(moment)
        elif presence is Presence.HERE and since:
            worked.append(Span(since, moment))
        presence, since = LEADS_TO[punch], moment
    if since and presence is not Presence.AWAY and now - since > LONGEST_STAY:
        missing.append(now)
        return Clocked(Presence.AWAY, since, tuple(worked), tuple(missing))
    if presence is Presence.HERE and since and now > since:
        worked.append(Span(since, now))
    return Clocked(presence, since, tuple(worked), tuple(missing))
