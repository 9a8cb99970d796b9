"""When a schedule is due. Pure: a schedule, a zone and moments in, moments out.

A time of day is meant as the clock on the wall shows it, once per date. An hour that the clock skips is taken when the
skip is over; of an hour that it shows twice, the first is taken.
"""

import datetime
import zoneinfo
from collections.abc import Iterator
from dataclasses import dataclass

EPOCH = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)
MADE_UP = datetime.timedelta(minutes=10)


@dataclass(frozen=True)
class Schedule:
    """What the clock asks for: the dotted path of what runs, what people call it, and when.

    `at` ("02:00") is local to each organization. `every` counts seconds from a fixed moment, so that all schedulers
    agree on the slots.
    """

    run: str
    label: str
    at: str = ""
    every: int = 0

    def __post_init__(self) -> None:
        if bool(self.at) == bool(self.every):
            raise ValueError(f"{self.run}: say either `at` or `every`.")
        if self.at:
            datetime.time.fromisoformat(self.at)

    @property
    def in_words(self) -> str:
        if self.at:
            return f"every day at {self.at}"
        return f"every {self.every // 60} min" if self.every % 60 == 0 else f"every {self.every} s"


def next_slot(schedule: Schedule, zone: zoneinfo.ZoneInfo, after: datetime.datetime) -> datetime.datetime:
    """The first slot later than `after`."""
    if schedule.every:
        passed = (after - EPOCH) // datetime.timedelta(seconds=schedule.every)
        return EPOCH + datetime.timedelta(seconds=(passed + 1) * schedule.every)
    date = after.astimezone(zone).date() - DAY
    while (slot := _on(date, schedule, zone)) <= after:
        date += DAY
    return slot


def last_slot(schedule: Schedule, zone: zoneinfo.ZoneInfo, until: datetime.datetime) -> datetime.datetime:
    """The newest slot that is not later than `until`."""
    if schedule.every:
        passed = (until - EPOCH) // datetime.timedelta(seconds=schedule.every)
        return EPOCH + datetime.timedelta(seconds=passed * schedule.every)
    date = until.astimezone(zone).date() + DAY
    while (slot := _on(date, schedule, zone)) > until:
        date -= DAY
    return slot


def slots(
    schedule: Schedule, zone: zoneinfo.ZoneInfo, *, after: datetime.datetime, until: datetime.datetime
) -> Iterator[datetime.datetime]:
    """The slots later than `after` and not later than `until`, in order."""
    slot = next_slot(schedule, zone, after)
    while slot <= until:
        yield slot
        slot = next_slot(schedule, zone, slot)


def missed(
    schedule: Schedule, zone: zoneinfo.ZoneInfo, *, since: datetime.datetime, until: datetime.datetime
) -> list[datetime.datetime]:
    """What is to be made up after `since`: each slot of the last minutes, and of a longer outage the newest alone."""
    found = list(slots(schedule, zone, after=max(since, until - MADE_UP), until=until))
    newest = last_slot(schedule, zone, until)
    return found or ([newest] if newest > since else [])


def _on(date: datetime.date, schedule: Schedule, zone: zoneinfo.ZoneInfo) -> datetime.datetime:
    """The slot of one date. A wall time that does not exist is read with the offset from before the clock moved."""
    wall = datetime.datetime.combine(date, datetime.time.fromisoformat(schedule.at), tzinfo=zone)
    return wall.astimezone(datetime.UTC)
