"""On which days promised work falls: planned slots where they are, the rest into free time, what is due first first."""

import datetime
import itertools
import uuid
import zoneinfo
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from dispatch.engine.availability import DAY, Span, at_wall, joined, without

LAST = datetime.datetime.max.replace(tzinfo=datetime.UTC)
# What somebody without shifts is taken to work, on the organization's wall: any time will do, but nobody works always.
USUAL = (datetime.time(8), datetime.time(16))
WORKING_DAYS = 5


@dataclass(frozen=True)
class Piece:
    """Promised work: minutes that are left, when it is due, and the slot a plan gave it, if it did."""

    task: uuid.UUID
    minutes: float
    due_at: datetime.datetime | None = None
    slot: Span | None = None


@dataclass
class DayLoad:
    """One day on the wall: minutes of planned slots, minutes promised without one, and how many there are to work."""

    day: datetime.date
    planned: float = 0.0
    promised: float = 0.0
    room: float = 0.0

    @property
    def minutes(self) -> float:
        return self.planned + self.promised

    @property
    def is_over(self) -> bool:
        """More than half a minute too much: less is rounding."""
        return self.minutes > self.room + 0.5


def usual_days(days: Sequence[datetime.date], zone: zoneinfo.ZoneInfo) -> list[Span]:
    """Eight hours on each working day, for whoever was never given a shift."""
    start, end = USUAL
    return [Span(at_wall(day, start, zone), at_wall(day, end, zone)) for day in days if day.weekday() < WORKING_DAYS]


def days_of(days: Sequence[datetime.date], zone: zoneinfo.ZoneInfo) -> dict[datetime.date, Span]:
    """From midnight to midnight on the wall: 23 or 25 hours where the clocks change."""
    midnights = [at_wall(day, datetime.time(), zone) for day in (*days, days[-1] + DAY)]
    return {day: Span(*span) for day, span in zip(days, itertools.pairwise(midnights), strict=True)}


def spread(
    pieces: Sequence[Piece], free: Sequence[Span], spans: Mapping[datetime.date, Span], now: datetime.datetime
) -> tuple[list[DayLoad], float]:
    """The load of one member by day, and the minutes that do not fit before the last of the days ends.

    `free` is when they can work, in order, `spans` are the days. A slot that lies ahead is taken as it is, its minutes
    in proportion to how much of it falls on a day; one that is over has not been kept, so its work is still to be
    fitted in. Everything else goes into the free time from now on that no slot takes, in the order it is due.
    """
    found = {day: DayLoad(day) for day in spans}
    for day, part in cut_by_day(free, spans):
        found[day].room += part.minutes
    taken: list[Span] = []
    waiting: list[Piece] = []
    for piece in pieces:
        if piece.slot and piece.slot.end > now:
            slot = Span(max(piece.slot.start, now), piece.slot.end)
            taken.append(slot)
            _place(piece, slot, spans, found)
        else:
            waiting.append(piece)
    ahead = [Span(max(span.start, now), span.end) for span in free if span.end > now]
    left = list(cut_by_day(without(ahead, joined(taken)), spans))
    beyond = _fill(sorted(waiting, key=lambda piece: (piece.due_at or LAST, str(piece.task))), left, found)
    return list(found.values()), beyond


def cut_by_day(parts: Sequence[Span], spans: Mapping[datetime.date, Span]) -> Iterator[tuple[datetime.date, Span]]:
    """The same time in pieces of which none goes over midnight. Both are in order, so each is looked at once."""
    days = list(spans.items())
    number = 0
    for part in parts:
        while number < len(days) and days[number][1].end <= part.start:
            number += 1
        for day, span in days[number:]:
            if span.start >= part.end:
                break
            yield day, Span(max(part.start, span.start), min(part.end, span.end))


def _place(
    piece: Piece, slot: Span, spans: Mapping[datetime.date, Span], found: Mapping[datetime.date, DayLoad]
) -> None:
    if slot.start == slot.end:
        slot = Span(slot.start, slot.end + datetime.timedelta(seconds=1))
    for day, part in cut_by_day([slot], spans):
        found[day].planned += piece.minutes * part.minutes / slot.minutes


def _fill(
    pieces: Sequence[Piece], free: Sequence[tuple[datetime.date, Span]], found: Mapping[datetime.date, DayLoad]
) -> float:
    """Pour the pieces into the free time one after the other; answers the minutes for which there was none."""
    rooms = [part.minutes for _, part in free]
    number, beyond = 0, 0.0
    for piece in pieces:
        left = piece.minutes
        while left > 0 and number < len(rooms):
            poured = min(left, rooms[number])
            found[free[number][0]].promised += poured
            left -= poured
            rooms[number] -= poured
            if rooms[number] <= 0:
                number += 1
        beyond += left
    return beyond
