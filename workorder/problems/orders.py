"""Why a verb of an order may not run (409). Where the state stands in the way, what else is missing is not asked."""

from tenants.errors import Problem
from tenants.models import Member
from tenants.states import wrong_state
from workorder.models import WorkOrder
from workorder.states import OrderStatus


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


def of_approving(order: WorkOrder, *, by: Member) -> list[Problem]:
    """Four eyes: whoever submitted it does not also agree to it, unless the organization allows that."""
    found = wrong_state(order, "approve")
    if order.status == OrderStatus.SUBMITTED and order.submitted_by_id == by.pk and not by.organization.may_approve_own:
        found.append(Problem("approved_by_submitter", "You submitted this order, so somebody else approves it."))
    return found


def of_releasing(order: WorkOrder, *, has_work: bool) -> list[Problem]:
    """`has_work`: whether there is a process to make a task for, or a routing that would give one."""
    found = wrong_state(order, "release")
    if found or has_work:
        return found
    return [Problem("no_processes", "None of its products has a routing: give one of them a routing, then release.")]
