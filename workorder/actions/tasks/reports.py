"""The ledger of what was made: rows are added, and a wrong one is taken back by a row of its own. Nothing is edited."""

import uuid
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction

from tenants import events
from tenants.errors import Invalid, NotAllowed, Problem, refuse, refuse_input
from tenants.models import Member
from tenants.transitions import change
from workorder import problems
from workorder.actions import orders
from workorder.actions.tasks.work import lock
from workorder.models import ReasonCode, TaskReport, WorkOrderTask
from workorder.states import ReasonKind

AMOUNTS = ("good", "defect", "rework", "minutes")


@transaction.atomic
def report(
    task: WorkOrderTask,
    *,
    by: Member,
    good: Decimal | int = 0,
    defect: Decimal | int = 0,
    rework: Decimal | int = 0,
    minutes: Decimal | int = 0,
    reason: ReasonCode | None = None,
    note: str = "",
    client_id: uuid.UUID | None = None,
    seen: int | None = None,
) -> TaskReport:
    """Add what was made, in the task's unit, and the minutes it took. Answers the report; `report.task` is the task.

    `rework` went round again: it is counted, and stays to be made. `reason` says why pieces were defect, and has to as
    soon as the organization keeps a code for it. A `client_id` known already answers the report it came with and writes
    nothing. Raises `Invalid` for quantities that cannot be meant or that are more than is left.
    """
    known = _known(task, client_id)
    task = lock(task, seen=None if known else seen)  # a repeat is answered although its own first time made it stale
    if known := known or _known(task, client_id):
        known.task = task
        return known
    refuse(problems.of_reporting(task))
    amounts = {"good": good, "defect": defect, "rework": rework, "minutes": minutes}
    refuse_input(problems.of_given_report(task, **amounts, reason=reason, note=note))
    if defect and reason is None:
        refuse_input(problems.of_missing_reason(ReasonCode.objects.active().of_kind(ReasonKind.DEFECT).exists()))
    said = {name: Decimal(amount) for name, amount in amounts.items()} | {"note": note.strip()}
    made = _add(TaskReport(task=task, member=by, reason=reason, client_id=client_id, **said))
    told = {"report": made.pk, "code": reason.name if reason else ""} | said
    _recount(task, "task.reported", told, by=by)
    orders.roll_up(task.work_order)
    return made


@transaction.atomic
def take_back(report: TaskReport, *, by: Member, note: str = "", seen: int | None = None) -> TaskReport:
    """Undo a report by one with its amounts negated, which is answered. `seen` is the version of the task.

    Both rows stay: what was reported wrongly, by whom, and who put it right.
    """
    task = lock(report.task, seen=seen)
    if known := _taken_back(task, report, by=by):
        known.task = task
        return known
    refuse_input(problems.of_given_note(note))
    undone = TaskReport.objects.filter(reverses=report).exists()
    refuse(problems.of_taking_back(task, report, undone=undone))
    amounts = {name: -getattr(report, name) for name in AMOUNTS}
    try:
        with transaction.atomic():
            reversal = TaskReport.objects.create(
                task=task, member=by, reason_id=report.reason_id, reverses=report, note=note.strip(), **amounts
            )
    except IntegrityError as error:  # where locks are missing, as on SQLite, the constraint still knows
        raise NotAllowed([problems.already_taken_back()]) from error
    told = {"report": report.pk, "reversal": reversal.pk, "note": note.strip()} | amounts
    _recount(task, "task.corrected", told, by=by)
    orders.roll_up(task.work_order)
    return reversal


def _taken_back(task: WorkOrderTask, report: TaskReport, *, by: Member) -> TaskReport | None:
    """The reversal, if this is a retry: the last thing that happened to the task is that `by` took this report back."""
    last = events.newest(task)
    if last is None or last.kind != "task.corrected" or last.actor_id != by.pk or last.data["report"] != str(report.pk):
        return None
    return TaskReport.objects.get(reverses=report)


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


def _recount(task: WorkOrderTask, kind: str, data: dict[str, Any], *, by: Member) -> None:
    """Sum the reports anew, in Python: exact, and right whatever an earlier sum was."""
    rows = list(task.reports.order_by().values_list(*AMOUNTS))
    good, defect, rework, minutes = (sum(column, Decimal(0)) for column in zip(*rows, strict=True))
    change(
        task,
        kind,
        by=by,
        data=data,
        completed_quantity=good,
        defect_quantity=defect,
        rework_quantity=rework,
        reported_quantity=good + defect,
        actual_minutes=minutes,
    )
