"""What the floor looks like to dispatch: who carries what, what waits, what would be decided, and why it was."""

import uuid
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db.models import Count, Sum

from dispatch.engine import Decision, Floor, Job, Person, Place, Rule, decide_all
from dispatch.models import Assignment, AssignmentRule
from tenants.models import Department, Event, Member, TenantQuerySet
from tenants.states import Role
from workorder.models import WorkOrderTask
from workorder.models.tasks import WorkOrderTaskQuerySet
from workorder.queries import load_minutes
from workorder.states import ORDER_RUNNING, Priority


def queued():
    """Tasks whose turn it is and whom nobody has, of orders that are running."""
    return WorkOrderTask.objects.ready().unassigned().filter(work_order__status__in=ORDER_RUNNING)


def preview(tasks: Sequence[WorkOrderTask]) -> list[Decision]:
    """What a run over these tasks would decide, the most urgent first. Writes nothing."""
    jobs = jobs_of(tasks)
    return decide_all(jobs, floor_for(jobs))


def jobs_of(tasks: Sequence[WorkOrderTask]) -> list[Job]:
    """The tasks as the engine sees them, in one query."""
    rows = WorkOrderTask.objects.filter(pk__in=[task.pk for task in tasks])
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
        )
        for task in rows.select_related("process", "work_order")
    ]


def floor_for(jobs: Sequence[Job]) -> Floor:
    """The snapshot in which these jobs are decided: rules, departments and their people, who declined what."""
    rules = tuple(_as_rule(rule) for rule in AssignmentRule.objects.in_force())
    reachable = {job.department for job in jobs} | {rule.department for rule in rules if rule.department}
    members = list(Member.objects.filter(department__in=reachable).select_related("user"))
    loads = load_minutes(members)
    declined: dict[uuid.UUID, set[uuid.UUID]] = {}
    said_no = Assignment.objects.declined().filter(task__in=[job.id for job in jobs])
    for task_id, member_id in said_no.values_list("task_id", "member_id"):
        declined.setdefault(task_id, set()).add(member_id)
    return Floor(
        rules=rules,
        places=tuple(Place(pk, name) for pk, name in Department.objects.values_list("pk", "name")),
        people=tuple(_as_person(member, loads) for member in members),
        declined={task_id: frozenset(member_ids) for task_id, member_ids in declined.items()},
    )


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
    )


def _as_person(member: Member, loads: dict[uuid.UUID, Decimal]) -> Person:
    return Person(
        id=member.pk,
        name=member.name,
        department=member.department_id,
        role=member.role,
        active=member.active and member.user.is_active,
        load=loads.get(member.pk, Decimal(0)),
    )


def load_by_department() -> list[dict[str, Any]]:
    """Who carries what: one entry per department with its queue and its people, minutes as Decimal.

    `queued_tasks` and `queued_minutes` are what waits for anybody, `load_minutes` what has been promised by somebody.
    """
    members = list(Member.objects.active().at_least(Role.OPERATOR).exclude(department=None).select_related("user"))
    loads = load_minutes(members)
    queues = queued().order_by().values("assigned_department")
    waiting = {
        row["assigned_department"]: row for row in queues.annotate(n=Count("id"), minutes=Sum("estimate_minutes"))
    }
    found = []
    for department in Department.objects.order_by("code"):
        people = [
            {"member": member, "load_minutes": loads.get(member.pk, Decimal(0))}
            for member in members
            if member.department_id == department.pk
        ]
        found.append(
            {
                "department": department,
                "queued_tasks": waiting.get(department.pk, {}).get("n", 0),
                "queued_minutes": waiting.get(department.pk, {}).get("minutes") or Decimal(0),
                "load_minutes": sum((person["load_minutes"] for person in people), Decimal(0)),
                "members": sorted(people, key=lambda person: (person["member"].name, str(person["member"].pk))),
            }
        )
    return found


def why_of(tasks: Sequence[WorkOrderTask]) -> dict[uuid.UUID, dict[str, Any]]:
    """Dict[task id -> {"assignment": its newest one or None, "why": the last decision in words}], in two queries."""
    ids = [task.pk for task in tasks]
    assignments = Assignment.objects.filter(task__in=ids).select_related("member__user").order_by("created_at", "id")
    newest = {assignment.task_id: assignment for assignment in assignments}
    queued_because = dict(
        Event.objects.filter(subject_type=WorkOrderTask.NOUN, subject_id__in=ids, kind="task.queued")
        .order_by("subject_version")
        .values_list("subject_id", "data__why")
    )
    return {task.pk: _why(task, newest.get(task.pk), queued_because.get(task.pk)) for task in tasks}


def _why(task: WorkOrderTask, assignment: Assignment | None, queued_because: str | None) -> dict[str, Any]:
    if assignment is None or not assignment.is_open and task.assigned_member_id is None:
        return {"assignment": None, "why": queued_because or ""}
    return {
        "assignment": {
            "id": str(assignment.pk),
            "member": str(assignment.member_id),
            "name": assignment.member.name,
            "status": assignment.status,
            "version": assignment.version,
        },
        "why": assignment.why,
    }


def history_of(tasks: WorkOrderTaskQuerySet) -> tuple[str, TenantQuerySet]:
    """The offers of tasks: who was asked, and what they said, is part of their story."""
    return Assignment.NOUN, Assignment.objects.filter(task__in=tasks.order_by().values("pk"))
