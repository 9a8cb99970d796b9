"""What people on the floor do: start, pause, report, complete. Each verb rolls up to the process and the order."""

import uuid
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction

from tenants import context
from tenants.errors import Invalid, Problem, refuse, refuse_input
from tenants.models import Department, Member
from tenants.states import wrong_state
from tenants.transitions import change, is_repeat, move
from workorder import problems
from workorder.actions import orders, processes
from workorder.models import TaskReport, WorkOrderTask


@transaction.atomic
def start(task: WorkOrderTask, *, by: Member | None, seen: int | None = None) -> WorkOrderTask:
    """Begin the work, and with it the process and the order if nothing of them had begun."""
    task = lock(task, seen=seen)
    if is_repeat(task, "start", by=by):
        return task
    refuse(problems.of_working(task, "start"))
    move(task, "start", by=by, started_at=context.now())
    processes.start(task.process, by=by)
    return task


@transaction.atomic
def pause(task: WorkOrderTask, *, by: Member | None, reason: str = "", seen: int | None = None) -> WorkOrderTask:
    """Interrupt the work. An order on hold does not hinder that."""
    task = lock(task, seen=seen)
    if is_repeat(task, "pause", by=by):
        return task
    refuse(problems.of_working(task, "pause"))
    refuse_input(problems.of_words(reason, "reason", needed=False))
    move(task, "pause", by=by, data={"reason": reason.strip()})
    return task


@transaction.atomic
def resume(task: WorkOrderTask, *, by: Member | None, seen: int | None = None) -> WorkOrderTask:
    task = lock(task, seen=seen)
    if is_repeat(task, "resume", by=by):
        return task
    refuse(problems.of_working(task, "resume"))
    move(task, "resume", by=by)
    return task


@transaction.atomic
def report(
    task: WorkOrderTask,
    *,
    by: Member,
    good: Decimal | int,
    defect: Decimal | int = 0,
    minutes: Decimal | int = 0,
    note: str = "",
    client_id: uuid.UUID | None = None,
    seen: int | None = None,
) -> TaskReport:
    """Add what was made, in the task's unit, and the minutes it took. Answers the report; `report.task` is the task.

    A `client_id` known already answers the report it came with and writes nothing. Raises `Invalid` for quantities that
    cannot be meant or that are more than is left.
    """
    known = _known(task, client_id)
    task = lock(task, seen=None if known else seen)  # a repeat is answered although its own first time made it stale
    if known := known or _known(task, client_id):
        known.task = task
        return known
    refuse(problems.of_reporting(task))
    refuse_input(problems.of_given_report(task, good=good, defect=defect, minutes=minutes, note=note))
    said = {"good": Decimal(good), "defect": Decimal(defect), "minutes": Decimal(minutes), "note": note.strip()}
    made = _add(TaskReport(task=task, member=by, client_id=client_id, **said))
    _recount(task, {"report": made.pk} | said, by=by)
    orders.roll_up(task.work_order)
    return made


@transaction.atomic
def complete(task: WorkOrderTask, *, by: Member | None, seen: int | None = None) -> WorkOrderTask:
    """End the work when all of it is reported; the last task ends its process, the last process its order."""
    task = lock(task, seen=seen)
    if is_repeat(task, "complete", by=by):
        return task
    refuse(problems.of_completing(task))
    move(task, "complete", by=by, completed_at=context.now())
    processes.complete_if_done(task.process, by=by)
    return task


@transaction.atomic
def cancel(task: WorkOrderTask, *, by: Member | None, reason: str, seen: int | None = None) -> WorkOrderTask:
    """Give up a task. What was reported on it stays; if it was the last one, its process ends."""
    task = lock(task, seen=seen)
    if is_repeat(task, "cancel", by=by):
        return task
    refuse(wrong_state(task, "cancel"))
    refuse_input(problems.of_words(reason, "reason"))
    move(task, "cancel", by=by, data={"reason": reason.strip()})
    processes.complete_if_done(task.process, by=by)
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


def lock(task: WorkOrderTask, *, seen: int | None = None) -> WorkOrderTask:
    """Hold the order, the process and the task, in this order."""
    process = processes.lock(task.process)
    task = WorkOrderTask.objects.lock(task, seen=seen)
    task.process, task.work_order = process, process.work_order
    return task


def _known(task: WorkOrderTask, client_id: uuid.UUID | None) -> TaskReport | None:
    """The report a device has sent before, if it has. An id used for another task is a mistake of the device."""
    if client_id is None:
        return None
    known = TaskReport.objects.filter(client_id=client_id).first()
    if known is not None and known.task_id != task.pk:
        raise Invalid([_used_elsewhere()])
    return known


def _add(report: TaskReport) -> TaskReport:
    """Reports of one task queue up for its order; only one of another task can have taken the id meanwhile."""
    try:
        with transaction.atomic():
            report.save(force_insert=True)
    except IntegrityError as error:
        raise Invalid([_used_elsewhere()]) from error
    return report


def _used_elsewhere() -> Problem:
    return Problem("client_id_used", "This id belongs to a report of another task.", "client_id")


def _recount(task: WorkOrderTask, data: dict[str, Any], *, by: Member) -> None:
    """Sum the reports anew, in Python: exact, and right whatever an earlier sum was."""
    good = defect = Decimal(0)
    for row_good, row_defect in task.reports.values_list("good", "defect"):
        good, defect = good + row_good, defect + row_defect
    change(
        task,
        "task.reported",
        by=by,
        data=data,
        completed_quantity=good,
        defect_quantity=defect,
        reported_quantity=good + defect,
    )
