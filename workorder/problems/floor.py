"""Why something on the floor may not be done now (409): processes and tasks, with their order loaded."""

from tenants.errors import Problem
from tenants.states import wrong_state
from workorder.models import WorkOrder, WorkOrderProcess, WorkOrderTask
from workorder.problems.given import plain
from workorder.states import TaskStatus


def of_skipping(process: WorkOrderProcess) -> list[Problem]:
    return wrong_state(process, "skip") or _of_not_released(process.work_order)


def of_working(task: WorkOrderTask, verb: str) -> list[Problem]:
    """`start`, `pause`, `resume`: its turn has come, and its order has not been stopped on purpose.

    Pausing is always allowed: a hold is a good reason to.
    """
    return wrong_state(task, verb) + ([] if verb == "pause" else of_held(task.work_order))


def of_reporting(task: WorkOrderTask) -> list[Problem]:
    """Work that has begun; a paused task may be reported on, since that is when there is time to."""
    found = of_held(task.work_order)
    if task.status not in (TaskStatus.IN_PROGRESS, TaskStatus.PAUSED):
        label = task.get_status_display().lower()
        found.insert(0, Problem("wrong_state", f"It is {label}; to report on it, it must be in progress or paused."))
    return found


def of_completing(task: WorkOrderTask) -> list[Problem]:
    found = of_working(task, "complete")
    if task.status == TaskStatus.IN_PROGRESS and (missing := task.missing_quantity):
        message = f"{plain(missing)} of {plain(task.quantity)} are not reported yet."
        found.append(Problem("quantity_missing", message))
    return found


def of_assigning(task: WorkOrderTask) -> list[Problem]:
    """Whether it may be given to anybody at all. A hold does not matter: whoever has it may not work on it either."""
    label = task.get_status_display().lower()
    if not task.is_open:
        return [Problem("task_ended", f"It is {label}, so there is nothing left to give.")]
    if task.status == TaskStatus.IN_PROGRESS:
        return [Problem("task_started", "Somebody is working on it: pause it first.")]
    return []


def of_held(order: WorkOrder) -> list[Problem]:
    if order.is_held:
        return [Problem("order_on_hold", f"{order.number} is on hold: resume the order first.")]
    return []


def _of_not_released(order: WorkOrder) -> list[Problem]:
    if order.is_on_floor:
        return []
    label = order.get_status_display().lower()
    return [Problem("order_not_on_floor", f"{order.number} is {label}: nothing of it is on the floor.")]
