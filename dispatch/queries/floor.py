"""The floor as the engine sees it, read in a fixed number of statements however many tasks and people there are."""

import datetime
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from decimal import Decimal

from django.db.models import Max, Sum

from dispatch.engine import Away, Certificate, Decision, Floor, Job, Pace, Person, Place, Rule, Snapshot, decide_all
from dispatch.engine.availability import Pattern, Span, clocked, shifts, without
from dispatch.models import (
    Absence,
    Assignment,
    AssignmentRule,
    Attendance,
    Capacity,
    DispatchPolicy,
    MemberShift,
    MemberSkill,
)
from dispatch.states import Presence, Punch
from tenants import context
from tenants.models import Department, Member, Organization
from workorder.models import WorkOrderTag, WorkOrderTask
from workorder.queries import load_minutes
from workorder.states import ORDER_RUNNING, Priority, TaskStatus

HISTORY = datetime.timedelta(days=180)  # how people work now, not how they began
CLOCK = datetime.timedelta(days=2)  # a punch older than this says nothing about today


def queued():
    """Tasks whose turn it is and whom nobody has, of orders that are running."""
    return WorkOrderTask.objects.ready().unassigned().filter(work_order__status__in=ORDER_RUNNING)


def preview(tasks: Sequence[WorkOrderTask]) -> list[Decision]:
    """What a run over these tasks would decide, the most urgent first. Writes nothing."""
    snapshot = snapshot_of(tasks)
    return decide_all(snapshot.jobs, snapshot.floor)


def snapshot_of(tasks: Sequence[WorkOrderTask]) -> Snapshot:
    """These tasks and everything a decision about them may look at, as it is now."""
    jobs = jobs_of(tasks)
    return Snapshot(tuple(jobs), floor_for(jobs))


def policy() -> DispatchPolicy:
    """The organization's rule for giving out work; one that was never written down has the usual values."""
    return DispatchPolicy.objects.first() or DispatchPolicy()


def jobs_of(tasks: Sequence[WorkOrderTask]) -> list[Job]:
    """The tasks as the engine sees them."""
    rows = list(
        WorkOrderTask.objects.filter(pk__in=[task.pk for task in tasks]).select_related(
            "process__process", "process__line", "work_order"
        )
    )
    tags = defaultdict(set)
    links = WorkOrderTag.objects.filter(work_order__in={task.work_order_id for task in rows})
    for order_id, tag_id in links.order_by().values_list("work_order_id", "tag_id"):
        tags[order_id].add(tag_id)
    before = _who_did_before(rows)
    return [
        Job(
            id=task.pk,
            process=task.process.process_id,
            department=task.assigned_department_id,
            customer=task.work_order.customer_id,
            priority=task.work_order.priority,
            urgency=Priority(task.work_order.priority).rank,
            due_at=task.due_at or task.work_order.due_at,
            minutes=task.minutes_left,
            product=task.process.line.product_id if task.process.line else None,
            tags=frozenset(tags[task.work_order_id]),
            quantity=task.quantity,
            skill=task.process.process.required_skill,
            before=before.get(task.pk),
        )
        for task in rows
    ]


def _who_did_before(tasks: Iterable[WorkOrderTask]) -> dict[uuid.UUID, uuid.UUID]:
    """Task id -> who completed the latest task of an earlier process of its order."""
    done: dict[uuid.UUID, list[tuple[int, datetime.datetime, uuid.UUID]]] = defaultdict(list)
    rows = WorkOrderTask.objects.filter(
        work_order__in={task.work_order_id for task in tasks},
        status=TaskStatus.COMPLETED,
        assigned_member__isnull=False,
    )
    columns = ("work_order_id", "process__sequence", "completed_at", "assigned_member_id")
    for order_id, sequence, completed_at, member_id in rows.order_by().values_list(*columns):
        done[order_id].append((sequence, completed_at, member_id))
    found = {}
    for task in tasks:
        earlier = [row for row in done[task.work_order_id] if row[0] < task.process.sequence]
        if earlier:
            found[task.pk] = max(earlier)[2]
    return found


def floor_for(jobs: Sequence[Job]) -> Floor:
    """The snapshot in which these jobs are decided: rules, departments and their people, who declined what."""
    rules = tuple(_as_rule(rule) for rule in AssignmentRule.objects.in_force())
    reachable = {job.department for job in jobs} | {rule.department for rule in rules if rule.department}
    declined: dict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    said_no = Assignment.objects.declined().filter(task__in=[job.id for job in jobs])
    for task_id, member_id in said_no.values_list("task_id", "member_id"):
        declined[task_id].add(member_id)
    organization = Organization.objects.get(pk=context.organization_id())
    return Floor(
        rules=rules,
        places=tuple(Place(pk, name) for pk, name in Department.objects.values_list("pk", "name")),
        people=tuple(people(Member.objects.filter(department__in=reachable))),
        declined={task_id: frozenset(member_ids) for task_id, member_ids in declined.items()},
        at=context.now(),
        zone=organization.time_zone,
    )


def people(members) -> list[Person]:
    """Members as the engine sees them now: load, room, skills, coming shifts, absences, presence, pace."""
    rows = list(members.exclude(department=None).select_related("user", "organization"))
    if not rows:
        return []
    moment, how = context.now(), policy()
    ids = [member.pk for member in rows]
    loads, ahead = load_minutes(rows), Span(moment, moment + datetime.timedelta(days=how.plan_days))
    rooms = dict(Capacity.objects.filter(member__in=ids).values_list("member_id", "open_minutes"))
    skills, away = _skills(ids), _away(ids, ahead)
    at_work = _shifts(ids, rows[0].organization.zone, ahead)
    here = _presence(ids, moment) if how.time_clock else {}
    paces, asked = _paces(ids, moment), _asked(ids)
    return [
        Person(
            id=member.pk,
            name=member.name,
            department=member.department_id,
            role=member.role,
            active=member.active and member.user.is_active,
            load=loads.get(member.pk, Decimal(0)),
            room=how.open_minutes if rooms.get(member.pk) is None else rooms[member.pk],
            skills=skills[member.pk],
            shifts=at_work.get(member.pk),
            away=tuple(away[member.pk]),
            presence=here.get(member.pk, Presence.AWAY) if how.time_clock else None,
            paces=paces[member.pk],
            asked_at=asked.get(member.pk),
        )
        for member in rows
    ]


def _skills(ids: Collection[uuid.UUID]) -> dict[uuid.UUID, dict[str, Certificate]]:
    found: dict[uuid.UUID, dict[str, Certificate]] = defaultdict(dict)
    rows = MemberSkill.objects.filter(member__in=ids, skill__active=True).order_by()
    for member_id, code, level, until in rows.values_list("member_id", "skill__code", "level", "certified_until"):
        found[member_id][code] = Certificate(level, until)
    return found


def _away(ids: Collection[uuid.UUID], ahead: Span) -> dict[uuid.UUID, list[Away]]:
    found: dict[uuid.UUID, list[Away]] = defaultdict(list)
    for absence in Absence.objects.in_force().touching(ahead.start, ahead.end).filter(member__in=ids):
        kind = absence.get_kind_display().lower()
        found[absence.member_id].append(Away(Span(absence.starts_at, absence.ends_at), kind))
    return found


def _shifts(ids: Collection[uuid.UUID], zone, ahead: Span) -> dict[uuid.UUID, tuple[Span, ...]]:
    """The coming shifts of those who were ever given one; whoever was not may work at any time."""
    patterns: dict[uuid.UUID, list[Pattern]] = defaultdict(list)
    for row in MemberShift.objects.filter(member__in=ids, shift__active=True).select_related("shift"):
        shift = row.shift
        patterns[row.member_id].append(Pattern(shift.weekdays, shift.starts, shift.ends, row.since, row.until))
    return {member_id: tuple(shifts(mine, zone, ahead)) for member_id, mine in patterns.items()}


def _presence(ids: Collection[uuid.UUID], moment: datetime.datetime) -> dict[uuid.UUID, Presence]:
    punches: dict[uuid.UUID, list[tuple[datetime.datetime, Punch]]] = defaultdict(list)
    rows = Attendance.objects.filter(member__in=ids, at__gt=moment - CLOCK, at__lte=moment).order_by("at", "pk")
    for member_id, at, punch in rows.values_list("member_id", "at", "punch"):
        punches[member_id].append((at, Punch(punch)))
    return {member_id: clocked(mine, moment).presence for member_id, mine in punches.items()}


def _paces(ids: Collection[uuid.UUID], moment: datetime.datetime) -> dict[uuid.UUID, dict[uuid.UUID, Pace]]:
    """What the finished tasks of each were estimated at and took, by process of the catalogue."""
    found: dict[uuid.UUID, dict[uuid.UUID, Pace]] = defaultdict(dict)
    done = WorkOrderTask.objects.filter(
        assigned_member__in=ids,
        status=TaskStatus.COMPLETED,
        completed_at__gt=moment - HISTORY,
        actual_minutes__gt=0,
        estimate_minutes__gt=0,
    )
    sums = done.order_by().values("assigned_member_id", "process__process_id")
    for row in sums.annotate(estimated=Sum("estimate_minutes"), took=Sum("actual_minutes")):
        pace = Pace(_minutes(row["estimated"]), _minutes(row["took"]))
        found[row["assigned_member_id"]][row["process__process_id"]] = pace
    return found


def _minutes(value) -> Decimal:
    return Decimal(value).quantize(Decimal("0.01"))


def _asked(ids: Collection[uuid.UUID]) -> dict[uuid.UUID, datetime.datetime]:
    """When a rule last chose each of them: whose turn it is."""
    chosen = Assignment.objects.filter(member__in=ids, rule__isnull=False).order_by()
    return {row["member_id"]: row["last"] for row in chosen.values("member_id").annotate(last=Max("created_at"))}


def free_time(person: Person, ahead: Span) -> list[Span]:
    """When they can work within `ahead`: their shifts, or all of it, without their absences."""
    return without(person.shifts if person.shifts is not None else [ahead], [away.span for away in person.away])


def _as_rule(rule: AssignmentRule) -> Rule:
    return Rule(
        id=rule.pk,
        name=rule.name,
        rank=rule.rank,
        strategy=rule.strategy,
        department=rule.department_id,
        if_process=rule.if_process_id,
        if_department=rule.if_department_id,
        if_customer=rule.if_customer_id,
        if_priority=rule.if_priority,
        if_product=rule.if_product_id,
        if_tag=rule.if_tag_id,
        if_quantity_from=rule.if_quantity_from,
        if_quantity_to=rule.if_quantity_to,
        active_from=rule.active_from,
        active_until=rule.active_until,
        version=rule.version,
    )
