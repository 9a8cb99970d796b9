"""Who carries what, and why each task is where it is."""

import uuid
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db.models import Count, Sum

from dispatch.models import Assignment
from dispatch.queries.floor import queued
from tenants.models import Department, Event, Member, TenantQuerySet
from tenants.states import Role
from workorder.models import WorkOrderTask
from workorder.models.tasks import WorkOrderTaskQuerySet
from workorder.queries import load_minutes


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
