"""Who works which shift, and who would be at two at once."""

import datetime
import itertools
import uuid
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from dispatch.engine.availability import Pattern
from dispatch.engine.rosters import overlap
from dispatch.models import MemberShift, Shift
from tenants import context
from tenants.models import Organization


@dataclass(frozen=True)
class Clash:
    """`row` and `other` are worked by one member at the same time, first on `day`."""

    row: MemberShift
    other: MemberShift
    day: datetime.date


def pattern_of(row: MemberShift) -> Pattern:
    shift = row.shift
    return Pattern(shift.weekdays, shift.starts, shift.ends, row.since, row.until)


def clashes(ids: Collection[uuid.UUID], *, row: MemberShift | None = None, shift: Shift | None = None) -> list[Clash]:
    """Where these members, whom the caller holds, would be at two shifts at once, one for each of them at most.

    `row` is one that is to be written, or `shift` one as it is meant to be. What overlaps besides is left alone.
    """
    zone = Organization.objects.get(pk=context.organization_id()).zone
    rosters: dict[uuid.UUID, list[MemberShift]] = defaultdict(list)
    standing = MemberShift.objects.filter(member__in=ids).select_related("shift", "member__user")
    for each in standing.order_by("since", "pk"):
        if shift is not None and each.shift_id == shift.pk:
            each.shift = shift
        if each.shift.active and (row is None or each.pk != row.pk):
            rosters[each.member_id].append(each)
    if row is not None and row.shift.active:
        rosters[row.member_id].append(row)
    found = []
    for roster in rosters.values():
        changed = [each for each in roster if each is row or shift is not None and each.shift_id == shift.pk]
        found += list(itertools.islice(_clashes(changed, roster, zone), 1))
    return found


def _clashes(changed, roster, zone):
    for one, other in itertools.product(changed, roster):
        if one is not other and (day := overlap(pattern_of(one), pattern_of(other), zone)) is not None:
            yield Clash(one, other, day)
