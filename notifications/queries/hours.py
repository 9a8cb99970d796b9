"""When members may be disturbed, and when their digests come."""

import datetime
import uuid
import zoneinfo
from collections.abc import Collection
from dataclasses import dataclass

from notifications.engine.digests import next_slot
from notifications.engine.quiet import Quiet
from notifications.models import NotificationSchedule
from notifications.states import DigestRhythm
from tenants import context
from tenants.models import Member, Organization

SEVEN = datetime.time(7)
SOME = 500  # people to name in a query; for more it is cheaper to read what everybody said


@dataclass(frozen=True)
class Hours:
    """When one member may be disturbed, and when their digest comes."""

    quiet: Quiet
    urgent_breaks_through: bool = True
    digest: str = DigestRhythm.DAILY
    digest_at: datetime.time = SEVEN

    def next_digest(self, after: datetime.datetime) -> datetime.datetime:
        return next_slot(self.digest, self.digest_at, self.quiet, after=after)


def hours_of(ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Hours]:
    """Dict[member id -> their hours]; whoever said nothing may be disturbed at any time."""
    zone = Organization.objects.get(pk=context.organization_id()).zone
    rows = (
        NotificationSchedule.objects.all() if len(ids) > SOME else NotificationSchedule.objects.filter(member__in=ids)
    )
    return dict.fromkeys(ids, Hours(Quiet(zone))) | {row.member_id: hours_in(row, zone) for row in rows}


def hours_in(row: NotificationSchedule, zone: zoneinfo.ZoneInfo) -> Hours:
    """What a row says; `zone` is the organization's."""
    own = zoneinfo.ZoneInfo(row.time_zone) if row.time_zone else zone
    quiet = Quiet(own, row.quiet_from, row.quiet_until, row.quiet_days)
    return Hours(quiet, row.urgent_breaks_through, row.digest, row.digest_at)


def schedule_of(member: Member) -> NotificationSchedule:
    """A member's row, or one that is not written yet and says what holds."""
    found = NotificationSchedule.objects.filter(member=member).select_related("member").first()
    return found or NotificationSchedule(member=member, digest_at=SEVEN)
