"""A process takes its turn by what happens to its tasks; only skipping one is somebody's decision."""

from django.db import transaction

from tenants.errors import refuse, refuse_input
from tenants.models import Member
from tenants.transitions import move, move_all, was_said
from workorder import problems
from workorder.actions import orders
from workorder.models import WorkOrder, WorkOrderProcess, WorkOrderTask
from workorder.states import ProcessStatus, TaskStatus


@transaction.atomic
def skip(process: WorkOrderProcess, *, by: Member | None, reason: str, seen: int | None = None) -> WorkOrderProcess:
    """Leave out a process that is not needed: its tasks are cancelled, and the next step may come."""
    process = lock(process)
    if was_said(process, "skip", by=by, seen=seen):
        return process
    refuse(problems.of_skipping(process))
    refuse_input(problems.of_words(reason, "reason", most=500))
    reason = reason.strip()
    move(process, "skip", by=by, skip_reason=reason, data={"reason": reason})
    move_all(WorkOrderTask.objects.of_process(process).open(), "cancel", by=by, data={"reason": reason})
    orders.go_on(process.work_order, by=by)
    return process


def start(process: WorkOrderProcess, *, by: Member | None) -> None:
    """The first of its tasks has started. The caller holds the order and the process."""
    if process.status == ProcessStatus.READY:
        move(process, "start", by=by)
    orders.begin(process.work_order, by=by)


def complete_if_done(process: WorkOrderProcess, *, by: Member | None) -> None:
    """End a process with its last task, and let its order go on. The caller holds the order and the process.

    Where every task was cancelled nothing has been made, so the process is cancelled too.
    """
    statuses = set(process.tasks.values_list("status", flat=True))
    if statuses <= {TaskStatus.COMPLETED, TaskStatus.CANCELLED}:
        move(process, "complete" if TaskStatus.COMPLETED in statuses else "cancel", by=by)
        orders.go_on(process.work_order, by=by)


def lock(process: WorkOrderProcess, *, seen: int | None = None) -> WorkOrderProcess:
    """Hold the order, then the process: parents first, always, so that no two verbs wait for each other in a ring."""
    order = WorkOrder.objects.lock(process.work_order_id)
    process = WorkOrderProcess.objects.lock(process, seen=seen)
    process.work_order = order
    return process
