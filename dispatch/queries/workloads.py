"""Who has how much to do on which day, against the hours there are."""

import datetime
import uuid
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from dispatch.engine.availability import DAY, Pattern, Span, shifts, without
from dispatch.engine.spreading import DayLoad, Piece, days_of, spread, usual_days
from dispatch.models import Absence, Assignment, MemberShift
from dispatch.queries.rosters import pattern_of
from tenants import context
from tenants.models import Department, Member, Organization
from tenants.states import Role
from workorder.models import WorkOrderTask

MOST_DAYS = 92
FURTHEST = datetime.timedelta(days=366)  # work is laid out from today on, day by day


@dataclass(frozen=True)
class MemberLoad:
    """One member's days. `beyond` are minutes that do not fit in; `is_assumed` that no shift was ever planned."""

    member: Member
    days: list[DayLoad]
    beyond: float
    is_assumed: bool

    @property
    def minutes(self) -> float:
        return sum(day.minutes for day in self.days)

    @property
    def room(self) -> float:
        return sum(day.room for day in self.days)

    @property
    def over(self) -> int:
        """On how many of the days there is more than fits."""
        return sum(day.is_over for day in self.days)


def today() -> datetime.date:
    return context.today(Organization.objects.get(pk=context.organization_id()))


def load_by_day(
    departments: Collection[Department], first: datetime.date, last: datetime.date
) -> dict[uuid.UUID, list[MemberLoad]]:
    """Dict[department id -> its members' loads by day], both days included, in a fixed number of statements."""
    organization = Organization.objects.get(pk=context.organization_id())
    zone, now = organization.zone, context.now()
    begin = min(first, now.astimezone(zone).date()) if last >= now.astimezone(zone).date() else first
    days = [begin + DAY * number for number in range((last - begin).days + 1)]
    working = Member.objects.active().at_least(Role.OPERATOR).filter(department__in=departments)
    members = list(working.select_related("user").order_by("user__name", "pk"))
    ids = [member.pk for member in members]
    spans = days_of(days, zone)
    ahead = Span(spans[days[0]].start, spans[days[-1]].end)
    patterns, away, usual, pieces = _patterns(ids), _away(ids, ahead), usual_days(days, zone), _pieces(ids)
    laid_out = {roster: shifts(roster, zone, ahead) for roster in set(map(tuple, patterns.values()))}
    found: dict[uuid.UUID, list[MemberLoad]] = defaultdict(list)
    for member in members:
        mine = patterns.get(member.pk)
        hours = usual if mine is None else laid_out[tuple(mine)]
        loads, beyond = spread(pieces[member.pk], without(hours, away[member.pk]), spans, now)
        shown = [load for load in loads if load.day >= first]
        found[member.department_id].append(MemberLoad(member, shown, beyond, mine is None))
    return found


def _patterns(ids: Collection[uuid.UUID]) -> dict[uuid.UUID, list[Pattern]]:
    """The shifts of those who were ever given one."""
    found: dict[uuid.UUID, list[Pattern]] = defaultdict(list)
    for row in MemberShift.objects.filter(member__in=ids, shift__active=True).select_related("shift"):
        found[row.member_id].append(pattern_of(row))
    return found


def _away(ids: Collection[uuid.UUID], ahead: Span) -> dict[uuid.UUID, list[Span]]:
    found: dict[uuid.UUID, list[Span]] = defaultdict(list)
    rows = Absence.objects.in_force().touching(ahead.start, ahead.end).filter(member__in=ids)
    for member_id, start, end in rows.order_by().values_list("member_id", "starts_at", "ends_at"):
        found[member_id].append(Span(start, end))
    return found


def _pieces(ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[Piece]]:
    """What each of them has promised and not done, with its slot if a plan gave it one."""
    tasks = WorkOrderTask.objects.open().filter(assigned_member__in=ids)
    slots = {
        task: Span(start, end)
        for task, start, end in Assignment.objects.open()
        .filter(task__in=tasks.order_by().values("pk"), starts_at__isnull=False)
        .order_by()
        .values_list("task", "starts_at", "ends_at")
    }
    columns = ("assigned_member", "pk", "due_at", "work_order__due_at", "estimate_minutes", "quantity")
    found: dict[uuid.UUID, list[Piece]] = defaultdict(list)
    for row in tasks.order_by().values_list(*columns, "reported_quantity"):
        member_id, pk, due_at, order_due_at, *amounts = row
        minutes = float(WorkOrderTask.share_left(*amounts))
        found[member_id].append(Piece(pk, minutes, due_at or order_due_at, slots.get(pk)))
    return found


def day_values(load: MemberLoad) -> list[dict[str, Any]]:
    """The days of a member as the API says them, minutes as Decimal."""
    return [
        {
            "date": day.day,
            "planned_minutes": _minutes(day.planned),
            "promised_minutes": _minutes(day.promised),
            "capacity_minutes": _minutes(day.room),
            "overloaded": day.is_over,
        }
        for day in load.days
    ]


def _minutes(amount: float) -> Decimal:
    return Decimal(amount).quantize(Decimal("0.01"))
