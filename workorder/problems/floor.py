"""Why something on the floor may not be done now (409): processes and tasks, with their order loaded."""

from collections.abc import Sequence

from tenants.errors import Problem
from tenants.models import Member
from tenants.states import wrong_state
from workorder.models import TaskReport, WorkOrder, WorkOrderProcess, WorkOrderTask
from workorder.problems.given import plain
from workorder.states import Rest, TaskStatus


def of_skipping(process: WorkOrderProcess) -> list[Problem]:
    return wrong_state(process, "skip") or _of_not_released(process.work_order)


def of_working(task: WorkOrderTask, verb: str) -> list[Problem]:
    """`start`, `pause`, `resume`: its turn has come, and its order has not been stopped on purpose.

    Pausing is always allowed: a hold is a good reason to.
    """
    return wrong_state(task, verb) + ([] if verb == "pause" else of_held(task.work_order))


def of_running(member: Member, running: Sequence[WorkOrderTask], *, most: int) -> list[Problem]:
    """Whether `running`, the other tasks a member is at, leave them a hand for one more."""
    if len(running) < most:
        return []
    titles = " and ".join(task.title for task in running)
    which = "that" if len(running) == 1 else "one of them"
    message = f"{member.name} is already working on {titles}: pause or finish {which} first."
    return [Problem("too_many_running", message)]


def of_reporting(task: WorkOrderTask) -> list[Problem]:
    """Work that has begun; a paused task may be reported on, since that is when there is time to."""
    found = of_held(task.work_order)
    if task.status not in (TaskStatus.IN_PROGRESS, TaskStatus.PAUSED):
        label = task.get_status_display().lower()
        found.insert(0, Problem("wrong_state", f"It is {label}; to report on it, it must be in progress or paused."))
    return found


def of_taking_back(task: WorkOrderTask, report: TaskReport, *, undone: bool) -> list[Problem]:
    """`undone`: whether it has been taken back already. What an ended task says has been counted elsewhere."""
    if report.reverses_id is not None:
        return [Problem("is_a_correction", "It takes a report back itself: report anew instead.")]
    if undone:
        return [already_taken_back()]
    if not task.is_open:
        label = task.get_status_display().lower()
        return [Problem("task_ended", f"The task is {label}: reopen its order to put something right.")]
    return []


def already_taken_back() -> Problem:
    return Problem("already_taken_back", "It has been taken back already.")


def of_completing(task: WorkOrderTask, *, rest: str = "") -> list[Problem]:
    """With a `rest` for a new task something must be there to be completed with."""
    found = of_working(task, "complete")
    if task.status == TaskStatus.IN_PROGRESS and (missing := task.missing_quantity):
        if rest != Rest.NEW_TASK:
            message = f"{plain(missing)} of {plain(task.quantity)} are not reported yet."
            found.append(Problem("quantity_missing", message))
        elif not task.reported_quantity:
            found.append(Problem("nothing_reported", "Nothing has been reported yet, so nothing can be completed."))
    return found


def of_splitting(task: WorkOrderTask) -> list[Problem]:
    """A running task may be split: its parts are what nobody has made yet."""
    if not task.is_open:
        return [_nothing_left(task, "split")]
    return []


def of_merging(task: WorkOrderTask, parts: Sequence[WorkOrderTask] = ()) -> list[Problem]:
    """Parts that nobody works on and on which nothing has ever been reported: their past could not move along."""
    if not task.is_open:
        return [_nothing_left(task, "merge")]
    found = []
    for part in parts:
        which = f"The one of {plain(part.quantity)}"
        if not part.is_open:
            found.append(Problem("part_ended", f"{which} is {part.get_status_display().lower()}.", "parts"))
        elif part.status == TaskStatus.IN_PROGRESS:
            found.append(Problem("part_started", f"{which} is being worked on: pause it first.", "parts"))
        elif part.reported_quantity or part.rework_quantity or part.actual_minutes:
            found.append(Problem("part_reported", f"Something has been reported on {which.lower()}.", "parts"))
    return found


def _nothing_left(task: WorkOrderTask, verb: str) -> Problem:
    return Problem("task_ended", f"It is {task.get_status_display().lower()}, so there is nothing left to {verb}.")


def of_assigning(task: WorkOrderTask) -> list[Problem]:
    """Whether it may be given to anybody at all. A hold does not matter: whoever has it may not work on it either."""
    if not task.is_open:
        label = task.get_status_display().lower()
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
