"""When the next digest comes."""

import datetime
import zoneinfo

from notifications.engine.quiet import DAY, Quiet, instants, jump_on
from notifications.states import DigestRhythm

HOUR = datetime.timedelta(hours=1)


def next_slot(rhythm: str, digest_at: datetime.time, quiet: Quiet, *, after: datetime.datetime) -> datetime.datetime:
    """The first slot later than `after`: on the hour, or at `digest_at`, of the wall; one in quiet hours waits for
    their end."""
    hourly = rhythm == DigestRhythm.HOURLY
    slot = next_hour(quiet.zone, after) if hourly else next_daily(digest_at, quiet.zone, after)
    return quiet.ends_at(slot)


def next_hour(zone: zoneinfo.ZoneInfo, after: datetime.datetime) -> datetime.datetime:
    """The next moment at which the wall shows a full hour, which it may do twice in autumn."""
    start = after.astimezone(zone).replace(tzinfo=None, fold=0, minute=0, second=0, microsecond=0)
    found = [moment for hours in range(-2, 4) for moment in instants(start + hours * HOUR, zone)]
    return min(moment for moment in found if moment > after)


def next_daily(clock: datetime.time, zone: zoneinfo.ZoneInfo, after: datetime.datetime) -> datetime.datetime:
    """Once on each date: the first time the wall shows `clock`, or the moment it jumps past it."""
    first = after.astimezone(zone).date()
    found = []
    for date in (first + number * DAY for number in range(-1, 3)):
        shown = instants(datetime.datetime.combine(date, clock), zone)
        found.append(shown[0] if shown else jump_on(date, zone))
    return min(moment for moment in found if moment is not None and moment > after)
