"""Doing the work: start, pause, resume; and writing down whose it is."""

import uuid
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from django.db import transaction

from tenants import context
from tenants.access import contributed
from tenants.errors import Problem, refuse, refuse_input
from tenants.models import Department, Member
from tenants.transitions import change, change_all, move, was_said
from workorder import problems
from workorder.actions import processes
from workorder.models import Downtime, ReasonCode, WorkOrderTask


@transaction.atomic
def start(task: WorkOrderTask, *, by: Member | None, seen: int | None = None) -> WorkOrderTask:
    """Begin the work, and with it the process and the order if nothing of them had begun."""
    task = lock(task)
    if was_said(task, "start", by=by, seen=seen):
        return task
    refuse(problems.of_working(task, "start"))
    refuse(_of_full_hands(task, by=by))
    move(task, "start", by=by, started_at=context.now())
    processes.start(task.process, by=by)
    return task


@transaction.atomic
def pause(
    task: WorkOrderTask, *, by: Member | None, reason: str = "", code: ReasonCode | None = None, seen: int | None = None
) -> WorkOrderTask:
    """Interrupt the work, which begins a downtime. An order on hold does not hinder that.

    `reason` is in one's own words, `code` one of the organization's downtime codes; both may be left out.
    """
    task = lock(task)
    if was_said(task, "pause", by=by, seen=seen):
        return task
    refuse_input(problems.of_given_pause(reason=reason, code=code))
    refuse(problems.of_working(task, "pause"))
    reason = reason.strip()
    move(task, "pause", by=by, data={"reason": reason, "code": code.name if code else ""})
    Downtime.objects.create(task=task, member=by, reason=code, note=reason, started_at=context.now())
    return task


@transaction.atomic
def resume(task: WorkOrderTask, *, by: Member | None, seen: int | None = None) -> WorkOrderTask:
    """Go on, which ends the downtime; the event tells how many minutes it was."""
    task = lock(task)
    if was_said(task, "resume", by=by, seen=seen):
        return task
    refuse(problems.of_working(task, "resume"))
    refuse(_of_full_hands(task, by=by))
    move(task, "resume", by=by, data={"minutes": end_downtime(task)})
    return task


@transaction.atomic
def assign(
    task: WorkOrderTask,
    *,
    by: Member | None,
    department: Department | None = None,
    member: Member | None = None,
    data: dict[str, Any] | None = None,
) -> WorkOrderTask:
    """Write down who has the task, or in which department's queue it waits. Whom to choose is decided above."""
    task = lock(task)
    refuse(problems.of_assigning(task))
    place = department.pk if department else task.assigned_department_id
    change(
        task,
        "task.assigned" if member else "task.queued",
        by=by,
        data={"department": place, "member": member.pk if member else None} | (data or {}),
        assigned_department_id=place,
        assigned_member=member,
    )
    return task


def assign_all(
    given: Sequence[WorkOrderTask],
    *,
    by: Member | None,
    kind: str,
    data: Callable[[WorkOrderTask], dict[str, Any]],
    to: Callable[[WorkOrderTask], tuple[uuid.UUID | None, uuid.UUID | None]],
) -> None:
    """`assign` for many that the caller holds, one event each, of `kind`; `to` answers department and member."""
    refuse([problem for task in given for problem in problems.of_assigning(task)])
    columns = ("assigned_department_id", "assigned_member_id")
    change_all(given, kind, by=by, data=data, changes=lambda task: dict(zip(columns, to(task), strict=True)))


def lock(task: WorkOrderTask, *, seen: int | None = None) -> WorkOrderTask:
    """Hold the order, the process and the task, in this order."""
    process = processes.lock(task.process)
    task = WorkOrderTask.objects.lock(task, seen=seen)
    task.process, task.work_order = process, process.work_order
    return task


def _of_full_hands(task: WorkOrderTask, *, by: Member | None) -> list[Problem]:
    """Whether who works on it has as many tasks running as they may. Whose it is, or of nobody's who begins.

    They are held after the task, so that of two of their tasks that start in the same moment one finds the other.
    """
    worker = task.assigned_member_id or (by.pk if by else None)
    if worker is None:
        return []
    member = Member.objects.lock(worker)
    running = list(WorkOrderTask.objects.running().assigned_to(member).exclude(pk=task.pk).order_by("started_at", "pk"))
    if not running:  # everybody may do one thing
        return []
    limits = [limit([member])[member.pk] for limit in contributed("member", "limits")]
    return problems.of_running(member, running, most=min(limits, default=1))


def end_downtime(task: WorkOrderTask) -> Decimal:
    """End the downtime of a paused task, if it has one, and answer its minutes. The caller holds the task.

    It never ends before it began: a device that was offline may say "resume" with an earlier clock.
    """
    downtime = Downtime.objects.of_task(task).running().first()
    if downtime is None:  # paused before downtimes were written down
        return Decimal(0)
    downtime.ended_at = max(context.now(), downtime.started_at)
    downtime.save(update_fields=["ended_at"])
    return downtime.minutes(downtime.ended_at)
