"""Everything that is still to be done, as plans see it: one statement per kind of row, however many there are."""

import dataclasses
import datetime
import uuid
from collections import defaultdict
from typing import Any

from dispatch.engine import Floor, Job, Snapshot
from dispatch.models import Assignment
from dispatch.queries import floor
from tenants.models import Department, Member
from workorder.models import WorkOrderProcess, WorkOrderTag, WorkOrderTask
from workorder.models.tasks import WorkOrderTaskQuerySet
from workorder.states import ORDER_RUNNING, Priority, TaskStatus

BEGUN = frozenset({TaskStatus.IN_PROGRESS, TaskStatus.PAUSED})
COLUMNS = (
    "pk",
    "version",
    "status",
    "started_at",
    "assigned_member_id",
    "assigned_department_id",
    "process_id",
    "process__process_id",
    "process__sequence",
    "process__process__required_skill",
    "process__line__product_id",
    "work_order_id",
    "work_order__customer_id",
    "work_order__priority",
    "due_at",
    "work_order__due_at",
    "estimate_minutes",
    "quantity",
    "reported_quantity",
)
Known = dict[uuid.UUID, Any]
RANKS = {priority.value: priority.rank for priority in Priority}


def open_tasks(department: Department | None = None) -> WorkOrderTaskQuerySet:
    """Tasks not completed of orders that are running: of all departments, or of one."""
    tasks = WorkOrderTask.objects.open().filter(work_order__status__in=ORDER_RUNNING)
    return tasks.in_department(department) if department else tasks


def backlog(department: Department | None = None) -> Snapshot:
    """The open tasks with everything a plan of them may look at. What runs, has begun or is pinned is fixed."""
    jobs = _jobs(open_tasks(department).order_by())
    return Snapshot(tuple(jobs), _floor_of(jobs))


def slots_of(jobs: tuple[Job, ...]) -> dict[uuid.UUID, list[Any]]:
    """Task id -> when a published plan wants it begun and ended, and which plan, for those that have such a slot."""
    rows = Assignment.objects.open().filter(starts_at__isnull=False).order_by()
    wanted = {job.id for job in jobs if job.holder}
    columns = ("task_id", "starts_at", "ends_at", "plan_id")
    return {task_id: slot for task_id, *slot in rows.values_list(*columns) if task_id in wanted}


def _jobs(tasks: WorkOrderTaskQuerySet) -> list[Job]:
    rows = list(tasks.values_list(*COLUMNS))
    tags, steps, before = _tags(tasks), _steps(tasks), _who_did_before(tasks)
    pinned = set(
        Assignment.objects.open().filter(pinned=True, task__in=tasks).order_by().values_list("task", flat=True)
    )
    found = []
    for row in rows:
        (pk, version, status, started, holder, place, process, of_catalogue, sequence, skill, product) = row[:11]
        (order, customer, priority, due, order_due, estimate, quantity, reported) = row[11:]
        earlier = [done for done in before.get(order, ()) if done[0] < sequence]
        found.append(
            Job(
                id=pk,
                process=of_catalogue,
                department=place,
                customer=customer,
                priority=priority,
                urgency=RANKS[priority],
                due_at=due or order_due,
                minutes=WorkOrderTask.share_left(estimate, quantity, reported),
                product=product,
                tags=tags.get(order, frozenset()),
                quantity=quantity,
                skill=skill,
                before=max(earlier)[2] if earlier else None,
                order=order,
                step=steps.get(process, 0),
                holder=holder,
                fixed=bool(started) or status in BEGUN or pk in pinned,
                version=version,
            )
        )
    return sorted(found, key=lambda job: job.id)


def _tags(tasks: WorkOrderTaskQuerySet) -> Known:
    tags: dict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    links = WorkOrderTag.objects.filter(work_order__in=tasks.values("work_order")).order_by()
    for order_id, tag_id in links.values_list("work_order_id", "tag_id"):
        tags[order_id].add(tag_id)
    return {order_id: frozenset(ids) for order_id, ids in tags.items()}


def _steps(tasks: WorkOrderTaskQuerySet) -> Known:
    """Process id -> its step in its order, counted as `steps_of` does: those parallel with the one before share it."""
    found: Known = {}
    processes = WorkOrderProcess.objects.filter(work_order__in=tasks.values("work_order"))
    columns = ("pk", "work_order_id", "parallel_with_previous")
    order, step = None, 0
    for pk, of_order, is_parallel in processes.order_by("work_order_id", "sequence").values_list(*columns):
        if of_order != order:
            order, step = of_order, 1
        elif not is_parallel:
            step += 1
        found[pk] = step
    return found


def _who_did_before(tasks: WorkOrderTaskQuerySet) -> dict[uuid.UUID, list[tuple[int, datetime.datetime, uuid.UUID]]]:
    """Order id -> sequence, end and doer of each of its tasks that are completed."""
    done = defaultdict(list)
    rows = WorkOrderTask.objects.filter(
        work_order__in=tasks.values("work_order"), status=TaskStatus.COMPLETED, assigned_member__isnull=False
    )
    columns = ("work_order_id", "process__sequence", "completed_at", "assigned_member_id")
    for order_id, *row in rows.order_by().values_list(*columns):
        done[order_id].append(tuple(row))
    return done


def _floor_of(jobs: list[Job]) -> Floor:
    """As for single decisions, with whoever holds one of the tasks, wherever they belong."""
    known = floor.floor_for(jobs)
    # Timetables count in seconds: with a fraction, work would begin a little before its shift does.
    known = dataclasses.replace(known, at=known.at.replace(microsecond=0))
    here = {person.id for person in known.people}
    elsewhere = {job.holder for job in jobs if job.holder} - here
    if not elsewhere:
        return known
    more = floor.people(Member.objects.filter(pk__in=elsewhere))
    return dataclasses.replace(known, people=(*known.people, *more))
