"""An order on the floor, from its release until it is put away; the verbs of the system find it locked."""

import uuid
from collections.abc import Sequence
from decimal import Decimal

from django.db import transaction

from tenants import context, events
from tenants.errors import refuse, refuse_input
from tenants.models import Member
from tenants.states import wrong_state
from tenants.transitions import is_repeat, move, move_all
from workorder import problems
from workorder.actions import contents
from workorder.models import Process, WorkOrder, WorkOrderProcess, WorkOrderTask, steps_of
from workorder.states import ORDER_RUNNING, OrderStatus, ProcessStatus

OUT_OF_COUNT = frozenset({ProcessStatus.SKIPPED, ProcessStatus.CANCELLED})


@transaction.atomic
def release(order: WorkOrder, *, by: Member | None, seen: int | None = None) -> WorkOrder:
    """Put the order on the floor: one task per process, and the first step may begin.

    An order without processes takes the routings its products have by now.
    """
    order = WorkOrder.objects.lock(order, seen=seen)
    if is_repeat(order, "release", by=by):
        return order
    processes = list(order.processes.select_related("process", "line__product"))
    planned = [] if processes else contents.plan(contents.written(order)[0])
    refuse(problems.of_releasing(order, has_work=bool(processes or planned)))
    if planned:
        refuse_input(problems.of_given_estimate(contents.minutes_of(planned)))
        contents.write_processes(order, list(order.lines.all()), planned)
        processes = list(order.processes.select_related("process", "line__product"))
    minutes = sum((process.estimate_minutes for process in processes), Decimal(0))
    move(order, "release", by=by, released_at=context.now(), estimate_minutes=minutes)
    _make_tasks(order, processes, by=by)
    open_next(order, by=by)
    return order


@transaction.atomic
def hold(order: WorkOrder, *, by: Member | None, reason: str, seen: int | None = None) -> WorkOrder:
    """Stop the order on purpose, wherever it is on the floor."""
    order = WorkOrder.objects.lock(order, seen=seen)
    if is_repeat(order, "hold", by=by):
        return order
    refuse(wrong_state(order, "hold"))
    refuse_input(problems.of_words(reason, "reason"))
    move(order, "hold", by=by, held_from=order.status, data={"reason": reason.strip()})
    return order


@transaction.atomic
def resume(order: WorkOrder, *, by: Member | None, seen: int | None = None) -> WorkOrder:
    """Let a held order go on where it was, with what was skipped or cancelled meanwhile taken into account."""
    order = WorkOrder.objects.lock(order, seen=seen)
    if is_repeat(order, "resume", by=by):
        return order
    refuse(wrong_state(order, "resume"))
    move(order, "resume", by=by, to=order.held_from, held_from="")
    go_on(order, by=by)
    return order


@transaction.atomic
def cancel(order: WorkOrder, *, by: Member | None, reason: str, seen: int | None = None) -> WorkOrder:
    """Stop the order for good, and with it every process and task that has not ended."""
    order = WorkOrder.objects.lock(order, seen=seen)
    if is_repeat(order, "cancel", by=by):
        return order
    refuse(wrong_state(order, "cancel"))
    refuse_input(problems.of_words(reason, "reason"))
    data = {"reason": reason.strip()}
    move(order, "cancel", by=by, held_from="", approval_level=0, data=data)
    move_all(WorkOrderProcess.objects.of_order(order).open(), "cancel", by=by, data=data)
    move_all(WorkOrderTask.objects.of_order(order).open(), "cancel", by=by, data=data)
    return order


@transaction.atomic
def close(order: WorkOrder, *, by: Member | None, seen: int | None = None) -> WorkOrder:
    """Put a completed order away for good."""
    order = WorkOrder.objects.lock(order, seen=seen)
    move(order, "close", by=by)
    return order


@transaction.atomic
def reopen(
    order: WorkOrder,
    *,
    by: Member | None,
    reason: str,
    process: Process | None = None,
    quantity: Decimal | None = None,
    seen: int | None = None,
) -> WorkOrder:
    """Take a completed order up again: it gets one more process, marked as rework, whose turn it is at once.

    Without a `process` it is the order's last one again; without a `quantity` its defects, or else all of it.
    """
    order = WorkOrder.objects.lock(order, seen=seen)
    if is_repeat(order, "reopen", by=by):
        return order
    refuse(wrong_state(order, "reopen"))
    refuse_input(problems.of_words(reason, "reason") + problems.of_given_rework(process, quantity))
    rework = _rework(order, process, quantity)
    minutes = order.estimate_minutes + rework.estimate_minutes
    refuse_input(problems.of_given_estimate(minutes))
    data = {"reason": reason.strip(), "process": rework.pk}
    move(order, "reopen", by=by, data=data, completed_at=None, estimate_minutes=minutes)
    _make_tasks(order, [rework], by=by)
    go_on(order, by=by)
    return order


def begin(order: WorkOrder, *, by: Member | None) -> None:
    """The first task has started."""
    if order.status == OrderStatus.RELEASED:
        move(order, "begin", by=by)


def open_next(order: WorkOrder, *, by: Member | None) -> None:
    """Make the processes ready, and their tasks, before which every step has ended. A held order opens nothing."""
    if order.status not in ORDER_RUNNING:
        return
    for step in steps_of(order.processes.all()):
        if not all(process.has_ended for process in step):
            opened = move_all([p for p in step if p.status == ProcessStatus.WAITING], "ready", by=by)
            if opened:
                move_all(WorkOrderTask.objects.filter(process__in=opened), "ready", by=by)
            return


def complete_if_done(order: WorkOrder, *, by: Member | None) -> None:
    """Finish a running order with its last process, also one of which every process was skipped."""
    if order.status in ORDER_RUNNING and not WorkOrderProcess.objects.of_order(order).open().exists():
        begin(order, by=by)
        move(order, "finish", by=by, completed_at=context.now())


def go_on(order: WorkOrder, *, by: Member | None) -> None:
    """One of its processes has ended, or a hold has: see what comes next."""
    open_next(order, by=by)
    complete_if_done(order, by=by)
    roll_up(order)


def roll_up(order: WorkOrder) -> None:
    """Write anew how much of the order is done, in percent, each process weighing as much as its quantity.

    What was skipped or cancelled weighs nothing. No version is raised: the reports it follows from have their events.
    """
    reported: dict[uuid.UUID, Decimal] = {}
    for process_id, quantity in order.tasks.values_list("process_id", "reported_quantity"):
        reported[process_id] = reported.get(process_id, Decimal(0)) + quantity
    whole = done = Decimal(0)
    for process_id, status, quantity in order.processes.values_list("pk", "status", "quantity"):
        if status not in OUT_OF_COUNT:
            whole += quantity
            is_done = status == ProcessStatus.COMPLETED
            done += quantity if is_done else min(reported.get(process_id, Decimal(0)), quantity)
    all_done = Decimal(100 if order.status == OrderStatus.COMPLETED else 0)
    order.progress = (100 * done / whole).quantize(Decimal("0.01")) if whole else all_done
    WorkOrder.objects.filter(pk=order.pk).update(progress=order.progress)


def _make_tasks(order: WorkOrder, processes: Sequence[WorkOrderProcess], *, by: Member | None) -> None:
    tasks = WorkOrderTask.objects.bulk_create(
        WorkOrderTask(
            work_order=order,
            process=process,
            title=f"{process.process}: {process.line.product}" if process.line else str(process.process),
            quantity=process.quantity,
            max_quantity=process.quantity,
            estimate_minutes=process.estimate_minutes,
            assigned_department_id=process.department_id,
            due_at=order.due_at,
        )
        for process in processes
    )
    events.record_all(tasks, "task.created", by=by, data={"work_order": order.pk})


def _rework(order: WorkOrder, process: Process | None, quantity: Decimal | None) -> WorkOrderProcess:
    done = list(order.processes.select_related("process", "line__product"))
    last = next((row for row in reversed(done) if row.status == ProcessStatus.COMPLETED), done[-1])
    process = process or last.process
    if quantity is None:
        defects = sum(order.tasks.values_list("defect_quantity", flat=True), Decimal(0))
        quantity = min(defects, last.quantity) or last.quantity
    return WorkOrderProcess.objects.create(
        work_order=order,
        process=process,
        department_id=process.department_id,
        line=last.line,
        sequence=done[-1].sequence + contents.GAP,
        is_rework=True,
        quantity=quantity,
        estimate_minutes=process.minutes_for(quantity),
    )
