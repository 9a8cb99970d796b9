"""An order on the floor, from its release until it is put away; the verbs of the system find it locked."""

import uuid
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import DateTimeField, Value
from django.db.models.functions import Greatest

from tenants import context, events
from tenants.errors import refuse, refuse_input
from tenants.models import Member
from tenants.states import wrong_state
from tenants.transitions import move, move_all, was_said
from workorder import problems
from workorder.actions import contents
from workorder.models import Downtime, Process, WorkOrder, WorkOrderProcess, WorkOrderTask, steps_of
from workorder.states import ORDER_RUNNING, OrderStatus, ProcessStatus, TaskStatus

OUT_OF_COUNT = frozenset({ProcessStatus.SKIPPED, ProcessStatus.CANCELLED})
TASK_BEGUN = frozenset({TaskStatus.IN_PROGRESS, TaskStatus.PAUSED})
CENT = Decimal("0.01")


@transaction.atomic
def release(order: WorkOrder, *, by: Member | None, seen: int | None = None) -> WorkOrder:
    """Put the order on the floor: a task per process, or per batch of it, and the first step may begin.

    An order without processes takes the routings its products have by now.
    """
    order = WorkOrder.objects.lock(order)
    if was_said(order, "release", by=by, seen=seen):
        return order
    processes = list(order.processes.select_related("process", "line__product"))
    planned = [] if processes else contents.plan(contents.written(order)[0])
    refuse(problems.of_releasing(order, has_work=bool(processes or planned), processes=processes))
    if planned:
        contents.write_processes(order, list(order.lines.all()), planned)
        processes = list(order.processes.select_related("process", "line__product"))
        refuse(problems.of_batches(processes))
    outdated = _estimated_anew(processes)
    estimate = _estimate(processes)
    refuse_input(problems.of_given_estimate(*estimate.values()))
    if outdated:
        WorkOrderProcess.objects.bulk_update(outdated, ["estimate_minutes"])
    move(order, "release", by=by, released_at=context.now(), **estimate)
    _make_tasks(order, processes, by=by)
    open_next(order, by=by)
    return order


@transaction.atomic
def hold(order: WorkOrder, *, by: Member | None, reason: str, seen: int | None = None) -> WorkOrder:
    """Stop the order on purpose, wherever it is on the floor."""
    order = WorkOrder.objects.lock(order)
    if was_said(order, "hold", by=by, seen=seen):
        return order
    refuse(wrong_state(order, "hold"))
    refuse_input(problems.of_words(reason, "reason"))
    move(order, "hold", by=by, held_from=order.status, data={"reason": reason.strip()})
    return order


@transaction.atomic
def resume(order: WorkOrder, *, by: Member | None, seen: int | None = None) -> WorkOrder:
    """Let a held order go on where it was, with what was skipped or cancelled meanwhile taken into account."""
    order = WorkOrder.objects.lock(order)
    if was_said(order, "resume", by=by, seen=seen):
        return order
    refuse(wrong_state(order, "resume"))
    move(order, "resume", by=by, to=order.held_from, held_from="")
    go_on(order, by=by)
    return order


@transaction.atomic
def cancel(order: WorkOrder, *, by: Member | None, reason: str, seen: int | None = None) -> WorkOrder:
    """Stop the order for good, and with it every process and task that has not ended; the event says which."""
    order = WorkOrder.objects.lock(order)
    if was_said(order, "cancel", by=by, seen=seen):
        return order
    refuse(wrong_state(order, "cancel"))
    refuse_input(problems.of_words(reason, "reason"))
    data = {"reason": reason.strip()}
    processes = list(WorkOrderProcess.objects.of_order(order).open())
    tasks = list(WorkOrderTask.objects.of_order(order).open().order_by("process__sequence", "created_at", "id"))
    stopped = {
        "processes": len(processes),
        "tasks": len(tasks),
        "running": [task.title for task in tasks if task.status in TASK_BEGUN],
    }
    move(order, "cancel", by=by, held_from="", approval_level=0, data=data | {"stopped": stopped})
    move_all(processes, "cancel", by=by, data=data)
    move_all(tasks, "cancel", by=by, data=data)
    if stopped["running"]:
        _end_downtimes(order)
    return order


@transaction.atomic
def close(order: WorkOrder, *, by: Member | None, seen: int | None = None) -> WorkOrder:
    """Put a completed order away for good."""
    order = WorkOrder.objects.lock(order)
    if not was_said(order, "close", by=by, seen=seen):
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
    order = WorkOrder.objects.lock(order)
    if was_said(order, "reopen", by=by, seen=seen):
        return order
    refuse(wrong_state(order, "reopen"))
    refuse_input(problems.of_words(reason, "reason") + problems.of_given_rework(process, quantity))
    done = list(order.processes.select_related("process", "line__product"))
    rework = _rework(order, done, process, quantity)
    refuse(problems.of_batches([rework]))
    estimate = _estimate([*done, rework])
    refuse_input(problems.of_given_estimate(*estimate.values()))
    rework.save(force_insert=True)
    data = {"reason": reason.strip(), "process": rework.pk}
    move(order, "reopen", by=by, data=data, completed_at=None, **estimate)
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
    """Write anew how far the order is and what it has cost so far, from its tasks; two reads and one write.

    Each process weighs as much as its quantity in the percentage; what was skipped or cancelled weighs nothing there,
    but the time it took was spent. No version is raised: the reports it follows from have their events.
    """
    reported: dict[uuid.UUID, Decimal] = {}
    minutes: dict[uuid.UUID, Decimal] = {}
    for process_id, quantity, spent in order.tasks.values_list("process_id", "reported_quantity", "actual_minutes"):
        reported[process_id] = reported.get(process_id, Decimal(0)) + quantity
        minutes[process_id] = minutes.get(process_id, Decimal(0)) + spent
    whole = done = cost = Decimal(0)
    for process_id, status, quantity, rate in order.processes.values_list("pk", "status", "quantity", "hourly_rate"):
        cost += minutes.get(process_id, Decimal(0)) * rate
        if status not in OUT_OF_COUNT:
            whole += quantity
            is_done = status == ProcessStatus.COMPLETED
            done += quantity if is_done else min(reported.get(process_id, Decimal(0)), quantity)
    all_done = Decimal(100 if order.status == OrderStatus.COMPLETED else 0)
    order.progress = (100 * done / whole).quantize(CENT) if whole else all_done
    order.actual_minutes = sum(minutes.values(), Decimal(0))
    order.actual_cost = min((cost / 60).quantize(CENT), problems.MAX_MONEY)
    written = {name: getattr(order, name) for name in ("progress", "actual_minutes", "actual_cost")}
    WorkOrder.objects.filter(pk=order.pk).update(**written)


def _end_downtimes(order: WorkOrder) -> None:
    """Nobody will go on with what stood still; a clock that was set back must not make a time end before it began."""
    moment = Value(context.now(), output_field=DateTimeField())
    standing = Downtime.objects.filter(task__work_order=order, ended_at=None)
    standing.update(ended_at=Greatest("started_at", moment))


def _estimate(processes: Iterable[WorkOrderProcess]) -> dict[str, Any]:
    """What the processes of an order take and cost, as the order's columns."""
    minutes = cost = Decimal(0)
    for process in processes:
        minutes += process.estimate_minutes
        cost += process.estimate_minutes * process.hourly_rate
    return {"estimate_minutes": minutes, "estimate_cost": (cost / 60).quantize(CENT)}


def _estimated_anew(processes: Iterable[WorkOrderProcess]) -> list[WorkOrderProcess]:
    """Estimate what is made in batches: how large those are is the catalogue's matter until the release."""
    outdated = []
    for process in processes:
        minutes = process.process.minutes_in_batches(process.quantity)
        if process.process.batch_size is not None and process.estimate_minutes != minutes:
            process.estimate_minutes = minutes
            outdated.append(process)
    return outdated


def _make_tasks(order: WorkOrder, processes: Sequence[WorkOrderProcess], *, by: Member | None) -> None:
    tasks = WorkOrderTask.objects.bulk_create(task for process in processes for task in _tasks_of(order, process))
    events.record_all(tasks, "task.created", by=by, data={"work_order": order.pk})


def _tasks_of(order: WorkOrder, process: WorkOrderProcess) -> Iterator[WorkOrderTask]:
    """One task for all of it, with the estimate the order was written with; or one for each batch."""
    title = f"{process.process}: {process.line.product}" if process.line else str(process.process)
    batches = process.process.in_batches(process.quantity)
    for number, quantity in enumerate(batches, start=1):
        is_whole = len(batches) == 1
        yield WorkOrderTask(
            work_order=order,
            process=process,
            title=title if is_whole else f"{title} ({number}/{len(batches)})",
            quantity=quantity,
            max_quantity=quantity,
            estimate_minutes=process.estimate_minutes if is_whole else process.process.minutes_for(quantity),
            assigned_department_id=process.department_id,
            due_at=order.due_at,
        )


def _rework(
    order: WorkOrder, done: Sequence[WorkOrderProcess], process: Process | None, quantity: Decimal | None
) -> WorkOrderProcess:
    last = next((row for row in reversed(done) if row.status == ProcessStatus.COMPLETED), done[-1])
    process = process or last.process
    if quantity is None:
        defects = sum(order.tasks.values_list("defect_quantity", flat=True), Decimal(0))
        quantity = min(defects, last.quantity) or last.quantity
    return WorkOrderProcess(
        work_order=order,
        process=process,
        department_id=process.department_id,
        line=last.line,
        sequence=done[-1].sequence + contents.GAP,
        is_rework=True,
        quantity=quantity,
        estimate_minutes=process.minutes_in_batches(quantity),
        hourly_rate=process.hourly_rate,
    )
