"""One task for several people or days, and several tasks made one again. Nothing is gained or lost on the way.

The quantities of a process's tasks add up to the quantity of the process before and after, cancelled ones aside.
"""

import datetime
from collections.abc import Mapping, Sequence
from decimal import ROUND_DOWN, Decimal
from typing import Any

from django.db import transaction

from tenants import events
from tenants.errors import refuse, refuse_input
from tenants.models import Member
from tenants.transitions import change, move_all
from workorder import problems
from workorder.actions.tasks.work import end_downtime, lock
from workorder.models import WorkOrderTask
from workorder.states import ProcessStatus, TaskStatus

CENT = Decimal("0.01")
TURN_HAS_COME = (ProcessStatus.READY, ProcessStatus.IN_PROGRESS)


@transaction.atomic
def split(
    task: WorkOrderTask, *, by: Member | None, parts: Sequence[Mapping[str, Any]], seen: int | None = None
) -> list[WorkOrderTask]:
    """Take pieces that are not reported yet off an open task, into new tasks of the same process, which are answered.

    `parts` are `{quantity, department?, due_at?}`; what is left out is as on the task. Something has to stay on it. Who
    gets the parts is decided above.
    """
    task = lock(task, seen=seen)
    refuse_input(problems.of_given_parts(parts))
    refuse(problems.of_splitting(task))
    refuse_input(problems.of_parts_of(task, parts))
    return cut_off(task, parts, by=by)


def cut_off(task: WorkOrderTask, parts: Sequence[Mapping[str, Any]], *, by: Member | None) -> list[WorkOrderTask]:
    """Move so much of a task that is held into new ones. Each takes its share of the estimate, never more."""
    made = [_part(task, **part) for part in parts]
    taken = sum((part.quantity for part in made), Decimal(0))
    WorkOrderTask.objects.bulk_create(made)
    change(
        task,
        "task.split",
        by=by,
        data={"parts": [{"task": part.pk, "quantity": part.quantity} for part in made]},
        quantity=task.quantity - taken,
        max_quantity=task.max_quantity - taken,
        estimate_minutes=task.estimate_minutes - sum((part.estimate_minutes for part in made), Decimal(0)),
    )
    events.record_all(made, "task.created", by=by, data={"work_order": task.work_order_id})
    if task.process.status in TURN_HAS_COME:
        move_all(made, "ready", by=by)
    return made


@transaction.atomic
def merge(
    task: WorkOrderTask, *, by: Member | None, parts: Sequence[WorkOrderTask], seen: int | None = None
) -> WorkOrderTask:
    """Give a task the quantity of others of its process on which nothing has been reported; those are cancelled."""
    task = lock(task, seen=seen)
    refuse_input(problems.of_given_siblings(task, parts))
    held = WorkOrderTask.objects.lock_all(part.pk for part in parts)
    refuse(problems.of_merging(task, held))
    change(
        task,
        "task.merged",
        by=by,
        data={"parts": [{"task": part.pk, "quantity": part.quantity} for part in held]},
        quantity=task.quantity + sum((part.quantity for part in held), Decimal(0)),
        max_quantity=task.max_quantity + sum((part.quantity for part in held), Decimal(0)),
        estimate_minutes=task.estimate_minutes + sum((part.estimate_minutes for part in held), Decimal(0)),
    )
    for part in held:
        if part.status == TaskStatus.PAUSED:
            end_downtime(part)
    reason = f"Merged into the task of {problems.plain(task.quantity)}."
    move_all(held, "cancel", by=by, data={"reason": reason})
    return task


def _part(
    task: WorkOrderTask, *, quantity: Decimal, department: Any = None, due_at: datetime.datetime | None = None, **_: Any
) -> WorkOrderTask:
    share = task.estimate_minutes * Decimal(quantity) / task.quantity
    return WorkOrderTask(
        work_order=task.work_order,
        process=task.process,
        title=task.title,
        quantity=Decimal(quantity),
        max_quantity=Decimal(quantity),
        estimate_minutes=share.quantize(CENT, rounding=ROUND_DOWN),
        split_from=task,
        assigned_department_id=department.pk if department else task.assigned_department_id,
        due_at=due_at or task.due_at,
    )
