"""How evenly something is shared out, and how much of a stretch of work lies in the night."""

import datetime
import zoneinfo
from collections.abc import Sequence

from dispatch.engine.availability import DAY, Span, at_wall

NIGHT = (datetime.time(22), datetime.time(6))


def gini(shares: Sequence[float]) -> float:
    """0 where everybody has the same, towards 1 where one has it all; 0 for nobody or nothing.

    The Gini coefficient, half the mean absolute difference in proportion to the mean: G = sum_i sum_j |x_i - x_j| /
    (2 n^2 mean), computed over the sorted shares as (2 sum_i i x_i) / (n sum_i x_i) - (n + 1) / n (Sen, *On Economic
    Inequality*, 1973, section 2.8).
    """
    ordered, total = sorted(shares), sum(shares)
    if not total:
        return 0.0
    count = len(ordered)
    ranked = sum(rank * share for rank, share in enumerate(ordered, start=1))
    return max(0.0, 2 * ranked / (count * total) - (count + 1) / count)


def night_minutes(work: Span, zone: zoneinfo.ZoneInfo) -> float:
    """How much of it lies between 22:00 and 06:00 on the wall, on a night the clocks change as long as it really is."""
    begin, end = NIGHT
    day, last, found = work.start.astimezone(zone).date() - DAY, work.end.astimezone(zone).date(), 0.0
    while day <= last:
        night = Span(at_wall(day, begin, zone), at_wall(day + DAY, end, zone))
        found += max(0.0, Span(max(night.start, work.start), min(night.end, work.end)).minutes)
        day += DAY
    return found
