"""Making the clock's wishes rows, and running them. Any number of processes may tick: the rows are unique."""

import datetime
import uuid
from collections.abc import Mapping

from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string

from tenants import doorbell
from tenants.context import tenant
from tenants.engine import Schedule, missed, next_slot
from tenants.errors import Permanent
from tenants.models import Organization, ScheduledRun
from tenants.states import DeliveryState, OrganizationStatus

KEPT = datetime.timedelta(days=30)


def schedules() -> Mapping[str, Schedule]:
    """Name of each schedule -> when it is due and what it runs."""
    found: Mapping[str, Schedule] = import_string(settings.SCHEDULES)
    return found


class Scheduler:
    """Writes the row of every slot that is due, for each active organization.

    It remembers when each schedule is due next, so that a tick with nothing due costs one query. Nothing depends on
    that memory: who begins without it, or next to others, writes rows that are there, and the database keeps one each.
    """

    def __init__(self) -> None:
        self._next: dict[tuple[uuid.UUID, str, str], datetime.datetime] = {}

    def tick(self, moment: datetime.datetime | None = None) -> int:
        """Answers how many slots had become due as far as this scheduler knew, whoever wrote their rows."""
        moment = moment or timezone.now()
        active = Organization.objects.filter(status=OrganizationStatus.ACTIVE)
        return sum(self._tick(organization, moment) for organization in active.only("time_zone", "created_at"))

    def _tick(self, organization: Organization, moment: datetime.datetime) -> int:
        rows, later = [], {}
        for name, schedule in schedules().items():
            key = organization.pk, organization.time_zone, name
            if (due_at := self._next.get(key)) and due_at > moment:
                continue
            since = due_at - datetime.timedelta.resolution if due_at else _last(organization, name)
            zone = organization.zone
            for slot in missed(schedule, zone, since=since, until=moment):
                rows.append(
                    ScheduledRun(
                        organization_id=organization.pk,
                        schedule=name,
                        due_at=slot,
                        run_after=slot,
                        first_due_at=moment,
                    )
                )
            later[key] = next_slot(schedule, zone, moment)
        if rows:
            with tenant(organization):
                ScheduledRun.objects.bulk_create(rows, ignore_conflicts=True)
                doorbell.ring()
        self._next |= later  # after the rows: what failed is still due
        return len(rows)


def _last(organization: Organization, name: str) -> datetime.datetime:
    """The newest slot that has its row: rows are written with all that are missing before them."""
    with tenant(organization, atomic=False):
        written = ScheduledRun.objects.filter(schedule=name).order_by("-due_at")
        last = written.values_list("due_at", flat=True).first()
    return last or organization.created_at


def run(row: ScheduledRun) -> None:
    """Run what a schedule names, and keep what it answers as the outcome."""
    schedule = schedules().get(row.schedule)
    if schedule is None:
        raise Permanent(f"There is no schedule {row.schedule} any more.")
    outcome = import_string(schedule.run)(row)
    with tenant(row.organization_id):
        ScheduledRun.objects.filter(pk=row.pk, owner=row.owner).update(outcome=outcome or {})


def tidy(row: ScheduledRun) -> dict[str, int]:
    """Forget runs of last month. What failed stays for as long as it is dead: somebody may want it replayed."""
    with tenant(row.organization_id):
        old = ScheduledRun.objects.filter(due_at__lt=timezone.now() - KEPT, state=DeliveryState.DONE)
        forgotten, _ = old.delete()
    return {"forgotten": forgotten}
