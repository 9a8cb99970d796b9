"""Why a verb of an order may not run (409). Where the state stands in the way, what else is missing is not asked."""

from collections.abc import Iterable

from tenants.errors import Problem
from tenants.states import wrong_state
from workorder.models import WorkOrder, WorkOrderProcess
from workorder.problems.given import plain
from workorder.states import OrderStatus

MAX_BATCHES = 200


def of_editing(order: WorkOrder) -> list[Problem]:
    if order.status == OrderStatus.DRAFT:
        return []
    label = order.get_status_display().lower()
    return [Problem("not_a_draft", f"It is {label}; only a draft can be edited.")]


def of_submitting(order: WorkOrder, *, has_work: bool) -> list[Problem]:
    """`has_work`: whether the order has a line or a process."""
    if found := wrong_state(order, "submit"):
        return found
    if not has_work:
        found.append(Problem("nothing_to_do", "Add at least one product or process first.", "products"))
    if order.due_at is None:
        found.append(Problem("due_date_missing", "Set the date it is due first.", "due_at"))
    return found


def of_releasing(order: WorkOrder, *, has_work: bool, processes: Iterable[WorkOrderProcess] = ()) -> list[Problem]:
    """`has_work`: whether there is a process to make a task for, or a routing that would give one."""
    if found := wrong_state(order, "release"):
        return found
    if not has_work:
        message = "None of its products has a routing: give one of them a routing, then release."
        return [Problem("no_processes", message)]
    return of_batches(processes)


def of_batches(processes: Iterable[WorkOrderProcess]) -> list[Problem]:
    """Nobody looks through thousands of tasks: a batch size that would make them is a slip in the catalogue."""
    return [
        Problem(
            "too_many_batches",
            f"{row.process}: {plain(row.quantity)} in batches of {plain(size)} makes {count} tasks; {MAX_BATCHES} is "
            "the most. Give the process a larger batch size.",
        )
        for row in processes
        if (size := row.process.batch_size) and (count := row.process.batches_of(row.quantity)) > MAX_BATCHES
    ]


def of_replanning(order: WorkOrder) -> list[Problem]:
    """Another due date or priority: for as long as somebody waits for the order."""
    if order.is_open:
        return []
    return [Problem("order_ended", f"It is {order.get_status_display().lower()}: nobody waits for it any more.")]
