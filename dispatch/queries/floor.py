"""The floor as the engine sees it, read in a fixed number of statements however many tasks and people there are."""

import dataclasses
import datetime
import uuid
import zoneinfo
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import Exists, F, Max, OuterRef, Sum

from dispatch.engine import Away, Decision, Floor, Job, Pace, Person, Place, Rule, Snapshot, decide_all, place_for
from dispatch.engine.availability import Pattern, Span, clocked, shifts, without
from dispatch.engine.eligibility import TOLD
from dispatch.models import (
    Absence,
    Assignment,
    AssignmentRule,
    Attendance,
    Capacity,
    DispatchPolicy,
    MemberShift,
    Shift,
)
from dispatch.queries.skills import skills_of
from dispatch.states import Presence, Punch
from tenants import context
from tenants.models import Department, Event, Member, Organization
from tenants.models.prepared import Among
from workorder.models import WorkOrderTag, WorkOrderTask
from workorder.queries import load_minutes
from workorder.states import ORDER_RUNNING, Priority, TaskStatus

HISTORY = datetime.timedelta(days=180)  # how people work now, not how they began
NOTHING = Decimal(0)
A_WEEK = 8  # days in which every weekly shift begins once, whatever the hour
NEXT_SHIFTS = 2  # this one and the one after, or the next two
CLOCK = datetime.timedelta(days=2)  # a punch older than this says nothing about today


def queued():
    """Tasks whose turn it is and whom nobody has, of orders that are running."""
    return WorkOrderTask.objects.ready().unassigned().filter(work_order__status__in=ORDER_RUNNING)


def stranded(department):
    """What waits in a department's queue because nobody could take it, the most urgent first. What a rule or a
    supervisor put there is none of it."""
    return queued().filter(_nobody_could(), assigned_department=department).most_urgent_first()


def _nobody_could() -> Exists:
    return Exists(
        Event.objects.filter(
            subject_type=WorkOrderTask.NOUN,
            subject_id=OuterRef("pk"),
            subject_version=OuterRef("version"),
            kind="task.queued",
            data__nobody_eligible=True,
        )
    )


def places_with_stranded() -> list[Department]:
    """The departments in whose queues something waits because nobody could take it."""
    places = queued().filter(_nobody_could(), assigned_department__isnull=False)
    return list(Department.objects.filter(pk__in=places.order_by().values("assigned_department")).order_by("pk"))


def preview(tasks: Sequence[WorkOrderTask]) -> list[Decision]:
    """What a run over these tasks would decide, the most urgent first. Writes nothing."""
    jobs = jobs_of(tasks)
    return decide_all(jobs, floor_now(jobs))


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


def _who_did_before(tasks: Sequence[WorkOrderTask]) -> dict[uuid.UUID, uuid.UUID]:
    """Task id -> who completed the latest task of an earlier process of its order."""
    done: dict[uuid.UUID, list[tuple[int, datetime.datetime, uuid.UUID]]] = defaultdict(list)
    rows = WorkOrderTask.objects.filter(
        work_order__in={task.work_order_id for task in tasks},
        status=TaskStatus.COMPLETED,
        assigned_member__isnull=False,
        process__sequence__lt=max((task.process.sequence for task in tasks), default=0),
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
    rules = rules_in_force()
    floor = _empty(rules)
    reachable = {job.department for job in jobs} | {place_for(job, floor) for job in jobs}
    return dataclasses.replace(
        floor,
        people=tuple(people(Member.objects.filter(department__in=reachable))),
        declined=_declined(jobs),
    )


def floor_now(jobs: Sequence[Job], *, rules: Sequence[Sequence[Rule]] = ()) -> Floor:
    """The same with no more than a decision at this moment looks at: it is kept with what was decided.

    Of each department a rule sends one of the jobs to, its people with what concerns these jobs and with their next
    shifts. `rules` are others to be tried on the same floor.
    """
    floor = _empty(rules_in_force())
    tried = [floor, *(dataclasses.replace(floor, rules=tuple(other)) for other in rules)]
    reachable = {place_for(job, each) for job in jobs for each in tried}
    here = people(Member.objects.filter(department__in=reachable), jobs=jobs)
    return dataclasses.replace(floor, people=tuple(here), declined=_declined(jobs))


def rules_in_force() -> tuple[Rule, ...]:
    return tuple(as_rule(rule) for rule in AssignmentRule.objects.in_force())


def _empty(rules: tuple[Rule, ...]) -> Floor:
    """The floor with nobody on it yet."""
    places = tuple(Place(pk, name) for pk, name in Department.objects.order_by().values_list("pk", "name"))
    zone = Organization.objects.values_list("time_zone", flat=True).get(pk=context.organization_id())
    return Floor(rules=rules, places=places, at=context.now(), zone=zone)


def _declined(jobs: Sequence[Job]) -> dict[uuid.UUID, frozenset[uuid.UUID]]:
    declined: dict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    said_no = Assignment.objects.declined().filter(Among(F("task"), [job.id for job in jobs])).order_by()
    for task_id, member_id in said_no.values_list("task_id", "member_id"):
        declined[task_id].add(member_id)
    return {task_id: frozenset(member_ids) for task_id, member_ids in declined.items()}


def people(members, *, jobs: Sequence[Job] | None = None) -> list[Person]:
    """Members as the engine sees them now: load, room, skills, coming shifts, absences, presence, pace.

    With `jobs`, only what a decision about these looks at: their skills, their processes, the next two shifts.
    """
    columns = ("pk", "user__name", "user__email", "department_id", "role", "active", "user__is_active")
    rows = list(members.exclude(department=None).order_by().values_list(*columns, "organization__time_zone"))
    if not rows:
        return []
    moment, how, zone = context.now(), policy(), zoneinfo.ZoneInfo(rows[0][-1])
    ids = [row[0] for row in rows]
    days = how.plan_days if jobs is None else max(how.plan_days, A_WEEK)
    loads, ahead = load_minutes(ids), Span(moment, moment + datetime.timedelta(days=days))
    rooms = dict(Capacity.objects.filter(member__in=ids).values_list("member_id", "open_minutes"))
    skills = skills_of(ids, needed=None if jobs is None else {job.skill for job in jobs if job.skill})
    away, at_work = _away(ids, ahead), _shifts(ids, zone, ahead, most=None if jobs is None else NEXT_SHIFTS)
    here = _presence(ids, moment) if how.time_clock else {}
    paces = _paces(ids, moment, None if jobs is None else {job.process for job in jobs if job.process})
    asked = _asked(ids)
    return [
        Person(
            id=pk,
            name=name or email,
            department=department,
            role=role,
            active=active and may_sign_in,
            load=loads.get(pk, NOTHING),
            room=how.open_minutes if rooms.get(pk) is None else rooms[pk],
            skills=skills[pk],
            shifts=at_work.get(pk),
            away=tuple(away[pk]),
            presence=here.get(pk, Presence.AWAY) if how.time_clock else None,
            paces=paces[pk],
            asked_at=asked.get(pk),
        )
        for pk, name, email, department, role, active, may_sign_in, _ in rows
    ]


def with_people(floor: Floor, more: Iterable[Person]) -> Floor:
    """The floor with some more people on it."""
    return dataclasses.replace(floor, people=(*floor.people, *more))


def _away(ids: Collection[uuid.UUID], ahead: Span) -> dict[uuid.UUID, list[Away]]:
    found: dict[uuid.UUID, list[Away]] = defaultdict(list)
    for absence in Absence.objects.in_force().touching(ahead.start, ahead.end).filter(member__in=ids):
        kind = absence.kind if absence.kind in TOLD else ""  # the record of a decision says of nobody that they are ill
        found[absence.member_id].append(Away(Span(absence.starts_at, absence.ends_at), kind))
    return found


def _shifts(
    ids: Collection[uuid.UUID], zone: zoneinfo.ZoneInfo, ahead: Span, *, most: int | None
) -> dict[uuid.UUID, tuple[Span, ...]]:
    """The coming shifts of those who were ever given one; whoever was not may work at any time.

    Many work the same ones, which are laid out once.
    """
    rosters: dict[uuid.UUID, list[Pattern]] = defaultdict(list)
    known = {shift.pk: shift for shift in Shift.objects.filter(active=True)}
    first, last = (moment.astimezone(zone).date() for moment in (ahead.start, ahead.end))
    laid_out: dict[tuple[Any, ...], Pattern] = {}
    rows = MemberShift.objects.filter(member__in=ids, shift__active=True).order_by()
    for member_id, shift_id, since, until in rows.values_list("member_id", "shift_id", "since", "until"):
        bounds = (since if since >= first else None, until if until and until <= last else None)
        if (shift_id, *bounds) not in laid_out:
            shift = known[shift_id]
            laid_out[shift_id, *bounds] = Pattern(shift.weekdays, shift.starts, shift.ends, *bounds)
        rosters[member_id].append(laid_out[shift_id, *bounds])
    spans = {roster: tuple(shifts(roster, zone, ahead))[:most] for roster in set(map(tuple, rosters.values()))}
    return {member_id: spans[tuple(roster)] for member_id, roster in rosters.items()}


def _presence(ids: Collection[uuid.UUID], moment: datetime.datetime) -> dict[uuid.UUID, Presence]:
    punches: dict[uuid.UUID, list[tuple[datetime.datetime, Punch]]] = defaultdict(list)
    rows = Attendance.objects.filter(member__in=ids, at__gt=moment - CLOCK, at__lte=moment).order_by("at", "pk")
    for member_id, at, punch in rows.values_list("member_id", "at", "punch"):
        punches[member_id].append((at, Punch(punch)))
    return {member_id: clocked(mine, moment).presence for member_id, mine in punches.items()}


def _paces(
    ids: Collection[uuid.UUID], moment: datetime.datetime, processes: Collection[uuid.UUID] | None
) -> dict[uuid.UUID, dict[uuid.UUID, Pace]]:
    """What the finished tasks of each were estimated at and took, by process of the catalogue: all, or `processes`."""
    found: dict[uuid.UUID, dict[uuid.UUID, Pace]] = defaultdict(dict)
    done = WorkOrderTask.objects.filter(
        assigned_member__in=ids,
        status=TaskStatus.COMPLETED,
        completed_at__gt=moment - HISTORY,
        actual_minutes__gt=0,
        estimate_minutes__gt=0,
    )
    if processes is not None:
        done = done.filter(process__process__in=processes)
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


def as_rule(rule: AssignmentRule) -> Rule:
    """A rule as the engine sees it, saved or not."""
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
