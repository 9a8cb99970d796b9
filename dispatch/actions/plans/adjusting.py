"""Changing a plan by hand before it is published: giving a task to somebody else, and pinning one where it is.

The solver is not asked again. The task takes the first stretch of the new member's time that is left, everybody else's
stays as it is, and the figures follow.
"""

import dataclasses
import datetime
from collections.abc import Hashable
from decimal import Decimal
from typing import Any

from django.db import transaction

from dispatch import problems
from dispatch.engine import Person, reasons_against
from dispatch.engine.availability import Span
from dispatch.engine.slots import first_slot, imbalance
from dispatch.models import Capacity, Plan, PlanItem
from dispatch.problems import plans as reasons
from dispatch.queries import floor
from tenants import context
from tenants.errors import NotAllowed, Problem, refuse, refuse_input
from tenants.models import Member
from tenants.transitions import change
from workorder.models import WorkOrderTask

SLOT = ("member", "starts_at", "ends_at", "pinned", "parts")


@transaction.atomic
def move(
    plan: Plan,
    *,
    by: Member | None,
    task: WorkOrderTask,
    member: Member | None,
    force: str = "",
    seen: int | None = None,
) -> Plan:
    """Give a task of a plan to another member, or, with None, leave it to the queue; it is pinned there.

    Who cannot take it does not get it, as everywhere; a reason in `force` lifts what a supervisor may decide. Raises
    `NotAllowed` with every reason why not.
    """
    refuse_input(problems.of_given_force(force))
    plan = Plan.objects.lock(plan, seen=seen)
    refuse(reasons.of_adjusting(plan))
    item = _item(plan, task)
    refuse(reasons.of_moving(item))
    if item.member_id == (member.pk if member else None):
        return plan
    before = item.member_id
    due, was = _due(item), _late(plan, item)
    if member is None:
        item.starts_at = item.ends_at = None
    else:
        _fit(plan, item, member, force=force)
    item.member, item.pinned = member, True
    item.parts = item.parts | {"cost": {}, "by_hand": by.name if by else "Workfloor", "force": force.strip()}
    item.save(update_fields=SLOT)
    moved = PlanItem.objects.filter(plan=plan).that_change_something().count()
    data = {"task": task.pk, "from": before, "member": member.pk if member else None, "force": force.strip()}
    late = (was, _late(plan, item)) if due else (0, 0)
    change(plan, "plan.adjusted", by=by, data=data, after=_after(plan, item, before, late), tasks_moved=moved)
    return plan


def pin(plan: Plan, *, by: Member | None, task: WorkOrderTask, seen: int | None = None) -> Plan:
    """Leave a task with whom the plan gives it to: published, other plans do not move it again."""
    return _pinned(plan, task, True, by=by, seen=seen)


def unpin(plan: Plan, *, by: Member | None, task: WorkOrderTask, seen: int | None = None) -> Plan:
    return _pinned(plan, task, False, by=by, seen=seen)


@transaction.atomic
def _pinned(plan: Plan, task: WorkOrderTask, pinned: bool, *, by: Member | None, seen: int | None) -> Plan:
    plan = Plan.objects.lock(plan, seen=seen)
    refuse(reasons.of_adjusting(plan))
    item = _item(plan, task)
    refuse(reasons.of_moving(item))
    if item.pinned != pinned:
        item.pinned = pinned
        item.save(update_fields=["pinned"])
        change(plan, "plan.adjusted", by=by, data={"task": task.pk, "pinned": pinned})
    return plan


def _item(plan: Plan, task: WorkOrderTask) -> PlanItem:
    found = PlanItem.objects.filter(plan=plan, task=task).select_related("task").first()
    refuse_input(reasons.of_item(found))
    assert found is not None
    return found


def _fit(plan: Plan, item: PlanItem, member: Member, *, force: str) -> None:
    """Judge the member with the load the plan would leave them with, and find a stretch of their time."""
    [job] = floor.jobs_of([item.task])
    person = next(iter(floor.people(Member.objects.filter(pk=member.pk))), None)
    if person is None:
        raise NotAllowed(problems.of_recipient(member, [Problem("other_department", "works in no department")]))
    person = dataclasses.replace(person, load=Decimal(plan.after.get("load", {}).get(str(member.pk), 0)))
    against = reasons_against(person, job, job.department, context.now(), member.organization.zone, later=True)
    lifted = problems.LIFTED if force.strip() else frozenset()
    refuse(problems.of_recipient(member, [reason for reason in against if reason.code not in lifted]))
    slot = _slot(plan, item, person, float(job.minutes))
    item.starts_at, item.ends_at = (slot.start, slot.end) if slot else (None, None)
    item.parts["place"] = str(person.department)


def _slot(plan: Plan, item: PlanItem, person: Person, minutes: float) -> Span | None:
    """After what comes before it in its order, and beside what the plan wants of the member already."""
    ahead = Span(context.now(), _horizon(plan))
    theirs = PlanItem.objects.filter(plan=plan, member=person.id, starts_at__isnull=False).exclude(pk=item.pk)
    rows = theirs.order_by().values_list("starts_at", "ends_at")
    busy = [Span(start, end) for start, end in rows if start and end]
    sequence = item.task.process.sequence
    before = PlanItem.objects.filter(
        plan=plan, task__work_order=item.task.work_order_id, task__process__sequence__lt=sequence
    )
    ends = [end for end in before.order_by().values_list("ends_at", flat=True) if end]
    return first_slot(floor.free_time(person, ahead), busy, max([ahead.start, *ends]), minutes)


def _horizon(plan: Plan) -> datetime.datetime:
    return plan.created_at + datetime.timedelta(days=floor.policy().plan_days)


def _due(item: PlanItem) -> datetime.datetime | None:
    return datetime.datetime.fromisoformat(item.parts["due"]) if item.parts.get("due") else None


def _late(plan: Plan, item: PlanItem) -> int:
    """Minutes after its due time, as the plan's figures count them: what has no end is late until the horizon."""
    due = _due(item)
    if due is None:
        return 0
    return max(0, int(((item.ends_at or _horizon(plan)) - due).total_seconds()) // 60)


def _after(plan: Plan, item: PlanItem, before: Any, late: tuple[int, int]) -> dict[str, Any]:
    """The plan's figures once the item is where it is now. Those about everybody are counted anew."""
    minutes, after = round(Decimal(item.parts.get("minutes", "0"))), dict(plan.after)
    load = dict(after.get("load", {}))
    for person, sign in ((before, -1), (item.member_id, 1)):
        if person is not None:
            load[str(person)] = max(0, load.get(str(person), 0) + sign * minutes)
    place: dict[Hashable, Hashable] = {
        str(pk): department
        for pk, department in Member.objects.filter(pk__in=load).order_by().values_list("pk", "department_id")
    }
    own = Capacity.objects.filter(open_minutes__isnull=False, member__in=load).order_by()
    rooms = {str(pk): room for pk, room in own.values_list("member_id", "open_minutes")}
    usual = floor.policy().open_minutes
    full = [100 * Decimal(much) / room for one, much in load.items() if (room := rooms.get(one, usual))]
    was, now = late
    return after | {
        "load": load,
        "tardiness_minutes": max(0, after.get("tardiness_minutes", 0) + now - was),
        "late_tasks": max(0, after.get("late_tasks", 0) + bool(now) - bool(was)),
        "unassigned": max(0, after.get("unassigned", 0) + (item.member_id is None) - (before is None)),
        "most_loaded_percent": round(max(full, default=Decimal(0))),
        "imbalance": round(imbalance({one: load[one] for one in place}, place), 2),
    }
