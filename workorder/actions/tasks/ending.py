"""Ending the work: all of it, what there is of it, or none of it. The last task ends its process."""

from django.db import transaction

from tenants import context
from tenants.errors import refuse, refuse_input
from tenants.models import Member
from tenants.states import wrong_state
from tenants.transitions import move, was_said
from workorder import problems
from workorder.actions import processes
from workorder.actions.tasks.parts import cut_off
from workorder.actions.tasks.work import end_downtime, lock
from workorder.models import WorkOrderTask
from workorder.states import Rest, TaskStatus


@transaction.atomic
def complete(task: WorkOrderTask, *, by: Member | None, rest: str = "", seen: int | None = None) -> WorkOrderTask:
    """End the work when all of it is reported; the last task ends its process, the last process its order.

    With `rest="new_task"` it ends with what is reported, and what is missing becomes a task of its own.
    """
    task = lock(task)
    if was_said(task, "complete", by=by, seen=seen):
        return task
    refuse_input(problems.of_given_rest(rest))
    refuse(problems.of_completing(task, rest=rest))
    if rest == Rest.NEW_TASK and task.missing_quantity:
        cut_off(task, [{"quantity": task.missing_quantity}], by=by)
    move(task, "complete", by=by, completed_at=context.now())
    processes.complete_if_done(task.process, by=by)
    return task


@transaction.atomic
def cancel(task: WorkOrderTask, *, by: Member | None, reason: str, seen: int | None = None) -> WorkOrderTask:
    """Give up a task. What was reported on it stays; if it was the last one, its process ends."""
    task = lock(task)
    if was_said(task, "cancel", by=by, seen=seen):
        return task
    refuse(wrong_state(task, "cancel"))
    refuse_input(problems.of_words(reason, "reason"))
    if task.status == TaskStatus.PAUSED:
        end_downtime(task)
    move(task, "cancel", by=by, data={"reason": reason.strip()})
    processes.complete_if_done(task.process, by=by)
    return task
