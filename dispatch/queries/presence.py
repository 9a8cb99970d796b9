"""Who is here, who worked when, and who should have: the time clock beside the shifts, a fixed number of queries."""

import datetime
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable

from django.db.models import Q

from dispatch.engine.availability import DAY, Clocked, Pattern, Span, at_wall, clocked
from dispatch.engine.timesheets import Day, timesheet
from dispatch.models import Absence, Attendance, MemberShift
from dispatch.queries.rosters import pattern_of
from dispatch.states import Punch
from tenants import context
from tenants.models import Member, Organization, TenantQuerySet
from tenants.states import Role
from workorder.models import WorkOrderTask
from workorder.states import TaskStatus

AROUND = datetime.timedelta(days=2)  # a stay that began before the first day may end on it
Punches = list[tuple[datetime.datetime, Punch]]


def whereabouts(ids: Collection[uuid.UUID], at: datetime.datetime | None = None) -> dict[uuid.UUID, Clocked]:
    """Dict[member id -> what the time clock says at that moment], now if none is named; for everybody asked about."""
    moment = at or context.now()
    punches = punches_of(ids, Span(moment - AROUND, moment))
    return {pk: clocked(punches[pk], moment) for pk in ids}


def punches_of(ids: Collection[uuid.UUID], within: Span) -> dict[uuid.UUID, Punches]:
    """The punches of each, in order, the last moment included."""
    found: dict[uuid.UUID, Punches] = defaultdict(list)
    rows = Attendance.objects.filter(member__in=ids, at__gte=within.start, at__lte=within.end).order_by("at", "pk")
    for member_id, at, punch in rows.values_list("member_id", "at", "punch"):
        found[member_id].append((at, Punch(punch)))
    return found


def timesheets(ids: Collection[uuid.UUID], first: datetime.date, last: datetime.date) -> dict[uuid.UUID, list[Day]]:
    """Dict[member id -> one entry per day], planned beside worked, on the organization's wall."""
    zone = Organization.objects.get(pk=context.organization_id()).zone
    midnight, now = datetime.time(), context.now()
    days = Span(at_wall(first, midnight, zone), at_wall(last + DAY, midnight, zone))
    around = Span(days.start - AROUND, days.end + AROUND)
    punches, away = punches_of(ids, around), _away(ids, around)
    patterns: dict[uuid.UUID, list[Pattern]] = defaultdict(list)
    for row in MemberShift.objects.filter(member__in=ids, shift__active=True).select_related("shift"):
        patterns[row.member_id].append(pattern_of(row))
    return {
        pk: timesheet(punches[pk], patterns=patterns[pk], away=away[pk], first=first, last=last, zone=zone, now=now)
        for pk in ids
    }


def _away(ids: Iterable[uuid.UUID], within: Span) -> dict[uuid.UUID, list[Span]]:
    found: dict[uuid.UUID, list[Span]] = defaultdict(list)
    rows = Absence.objects.in_force().touching(within.start, within.end).filter(member__in=ids)
    for member_id, start, end in rows.values_list("member_id", "starts_at", "ends_at"):
        found[member_id].append(Span(start, end))
    return found


def absent_now(ids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Those of them who were granted to be away right now."""
    now = context.now()
    rows = Absence.objects.in_force().filter(member__in=ids, starts_at__lte=now, ends_at__gt=now)
    return set(rows.values_list("member_id", flat=True))


def still_running(member: Member) -> list[WorkOrderTask]:
    """What somebody is at: nobody who has gone home is."""
    running = WorkOrderTask.objects.filter(assigned_member=member, status=TaskStatus.IN_PROGRESS)
    return list(running.select_related("process__process", "work_order").order_by("started_at", "pk"))


def cared_for(by: Member, *, and_oneself: bool = False) -> TenantQuerySet:
    """The people somebody answers for: all for planners and admins, a supervisor's own department."""
    people = Member.objects.active().select_related("user", "department")
    if by.is_at_least(Role.PLANNER):
        return people
    chosen = Q(pk=by.pk) if and_oneself else Q(pk=None)
    if by.role == Role.SUPERVISOR and by.department_id is not None:
        chosen |= Q(department=by.department_id)
    return people.filter(chosen)


def who_may_decide(absence: Absence) -> list[Member]:
    """Supervisors of the department, planners and admins, other than who is to be away."""
    people = Member.objects.active().select_related("user").exclude(pk=absence.member_id)
    member = absence.member
    return [
        other
        for other in people.at_least(Role.SUPERVISOR).order_by("pk")
        if other.is_at_least(Role.PLANNER)
        or member.department_id is not None
        and other.department_id == member.department_id
    ]
