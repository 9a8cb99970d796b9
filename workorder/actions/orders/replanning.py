"""Another due date or another priority, for as long as somebody waits for the order."""

import datetime

from django.db import transaction

from tenants import context
from tenants.errors import Problem, refuse, refuse_input
from tenants.models import Member
from tenants.transitions import change
from workorder import problems
from workorder.models import ApprovalPolicy, WorkOrder, WorkOrderTask
from workorder.states import OrderStatus


@transaction.atomic
def reschedule(
    order: WorkOrder, *, by: Member | None, due_at: datetime.datetime | None, reason: str = "", seen: int | None = None
) -> WorkOrder:
    """Move the due date, and that of its open tasks where it was the order's. The same date again changes nothing."""
    order = WorkOrder.objects.lock(order, seen=seen)
    refuse(problems.of_replanning(order))
    missing: list[Problem] = [] if due_at is not None else [Problem("required", "Say when it is due.", "due_at")]
    refuse_input(missing + problems.of_given_order({"due_at": due_at}) + _of_reason(reason))
    before = order.due_at
    if due_at == before:
        return order
    data = {"from": before, "to": due_at, "reason": reason.strip()}
    change(order, "workorder.rescheduled", by=by, data=data, due_at=due_at)
    if order.is_on_floor:
        following = WorkOrderTask.objects.of_order(order).open().filter(due_at=before)
        following.update(due_at=due_at, updated_at=context.now())
    return order


@transaction.atomic
def prioritize(
    order: WorkOrder, *, by: Member | None, priority: str, reason: str = "", seen: int | None = None
) -> WorkOrder:
    """Make it matter more or less. While it waits for approval that may ask for one more level, never for one less."""
    order = WorkOrder.objects.lock(order, seen=seen)
    refuse(problems.of_replanning(order))
    refuse_input(problems.of_given_order({"priority": priority}) + _of_reason(reason))
    if priority == order.priority:
        return order
    data = {"from": order.priority, "to": priority, "reason": reason.strip()}
    changes: dict[str, object] = {"priority": priority}
    if order.status == OrderStatus.SUBMITTED:
        wanted = ApprovalPolicy.objects.current().levels_for(budget=order.budget, priority=priority)
        changes["approval_levels"] = max(order.approval_levels, wanted)
    change(order, "workorder.reprioritized", by=by, data=data, **changes)
    return order


def _of_reason(reason: str) -> list[Problem]:
    return problems.of_words(reason, "reason", most=500, needed=False)
