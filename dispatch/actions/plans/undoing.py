"""Undoing a published plan: what is still as the plan left it goes back to who had it; what has moved on stays."""

import collections
import uuid
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import F

from dispatch.actions.plans import slots
from dispatch.actions.plans.holding import Held, hold
from dispatch.actions.plans.publishing import Offer, write_reasons
from dispatch.models import Assignment, Plan, PlanItem
from dispatch.problems import plans as reasons
from tenants import context, events
from tenants.errors import refuse
from tenants.ids import uuid7
from tenants.models import Member
from tenants.models.inserting import insert_all
from tenants.models.prepared import Among
from tenants.states import Role
from tenants.transitions import move, move_all, was_said
from workorder.actions import tasks
from workorder.models import WorkOrderTask
from workorder.states import TaskStatus

COLUMNS = ("task_id", "member_id", "why", "decision", "starts_at", "ends_at", "plan_id")
NOT_BEGUN = frozenset({TaskStatus.WAITING, TaskStatus.READY})


@transaction.atomic
def undo(plan: Plan, *, by: Member | None, seen: int | None = None) -> Plan:
    """Take a published plan back, as far as nobody has acted on it; what stays says why on its item.

    Raises `NotAllowed` once the organization's time for it is over.
    """
    plan = Plan.objects.lock(plan)
    if was_said(plan, "undo", by=by, seen=seen):
        return plan
    refuse(reasons.of_undoing(plan, context.now()))
    done = PlanItem.objects.filter(plan=plan, problem="").that_change_something()
    had = set(done.filter(member_before__isnull=False).order_by().values_list("member_before", flat=True).distinct())
    held = hold(done, had)
    standing = {
        row.task_id: row
        for row in Assignment.objects.open().filter(Among(F("task"), list(held.tasks))).defer("decision", "why")
    }
    back, stays = [], {}
    for item in done.order_by("id"):
        if why := _moved_on(item, held.tasks[item.task_id], standing.get(item.task_id)):
            stays[item.pk] = why
        else:
            back.append(item)
    _give_back(plan, back, held, standing, by=by)
    _times_back(plan)
    write_reasons(stays)
    gains = collections.Counter(str(item.member_id) for item in back if item.member_id)
    losses = collections.Counter(str(item.member_before_id) for item in back if item.member_before_id)
    told = {"tasks": len(back), "stayed": len(stays), "gains": dict(gains), "losses": dict(losses)}
    move(plan, "undo", by=by, data=told)
    return plan


def _moved_on(item: PlanItem, task: WorkOrderTask, standing: Assignment | None) -> str:
    """Why a task is no longer as the plan left it; nothing if it is."""
    if task.started_at or task.status not in NOT_BEGUN:
        return "The work has begun, or has ended."
    if task.assigned_member_id != item.member_id:
        return "It has changed hands since."
    if item.assignment_id and (standing is None or standing.pk != item.assignment_id):
        return "It has changed hands since."
    return ""


def _give_back(
    plan: Plan, back: Sequence[PlanItem], held: Held, standing: dict[uuid.UUID, Assignment], *, by: Member | None
) -> None:
    leaving = [standing[item.task_id] for item in back if item.task_id in standing]
    move_all(leaving, "withdraw", by=by, data={"plan": plan.pk, "undone": True})
    homes = {item.task_id: home for item in back if (home := _home(item, held))}
    again = [(item, _again(plan, item, homes[item.task_id])) for item in back if item.task_id in homes]
    made = [offer for _, offer in again]
    rows = [_row(item, offer) for item, offer in again]
    insert_all(Assignment, COLUMNS, rows, ids=[offer.pk for offer in made])
    events.record_all(made, "assignment.offered", by=by, data=lambda row: _offered(plan, row))
    why = {row.task_id: row.why for row in made}
    tasks.assign_all(
        [held.tasks[row.task_id] for row in made],
        by=by,
        kind="task.assigned",
        data=lambda task: {
            "department": homes[task.pk].department_id,
            "member": homes[task.pk].pk,
            "why": why[task.pk],
        },
        to=lambda task: (homes[task.pk].department_id, homes[task.pk].pk),
    )
    tasks.assign_all(
        [held.tasks[item.task_id] for item in back if item.task_id not in homes],
        by=by,
        kind="task.queued",
        data=lambda task: {
            "department": task.assigned_department_id,
            "member": None,
            "why": f"Plan '{plan.name}' was undone.",
        },
        to=lambda task: (task.assigned_department_id, None),
    )


def _home(item: PlanItem, held: Held) -> Member | None:
    """Who had it, if they still work here; otherwise it is the queue's."""
    member = held.members.get(item.member_before_id) if item.member_before_id else None
    if member is None or not member.active or member.department_id is None or not member.is_at_least(Role.OPERATOR):
        return None
    return member


def _row(item: PlanItem, offer: Offer) -> tuple[Any, ...]:
    """The values of `COLUMNS`, with the times it had before."""
    return (offer.task_id, offer.member_id, offer.why, offer.decision, *slots.given_back(item.parts.get("slot")))


def _again(plan: Plan, item: PlanItem, member: Member) -> Offer:
    chosen = {"id": str(member.pk), "name": member.name}
    record = {"rule": None, "department": None, "chosen": chosen, "candidates": [chosen], "refused": []}
    return Offer(
        pk=uuid7(),
        task_id=item.task_id,
        member_id=member.pk,
        why=f"Plan '{plan.name}' was undone, so {member.name} has it again.",
        decision=record,
    )


def _offered(plan: Plan, row: Offer) -> dict[str, object]:
    return {"task": row.task_id, "member": row.member_id, "why": row.why, "plan": plan.pk, "undone": True}


def _times_back(plan: Plan) -> None:
    """Tasks the plan left with whom they were have the times they had before, or none."""
    kept = {
        item.task_id: slots.given_back(item.parts.get("slot"))
        for item in PlanItem.objects.filter(plan=plan, member=F("member_before")).order_by().only("task", "parts")
    }
    rows = list(Assignment.objects.open().filter(Among(F("task"), list(kept)), plan=plan).only("task", "organization"))
    for row in rows:
        row.starts_at, row.ends_at, row.plan_id = kept[row.task_id]
    Assignment.objects.bulk_update(rows, ["starts_at", "ends_at", "plan"], 500)
