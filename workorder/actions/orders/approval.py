"""Asking for agreement, and giving or refusing it."""

from django.db import transaction

from tenants import context
from tenants.errors import refuse, refuse_input
from tenants.models import Member
from tenants.states import wrong_state
from tenants.transitions import is_repeat, move
from workorder import problems
from workorder.models import Approval, WorkOrder
from workorder.states import Decision


@transaction.atomic
def submit(order: WorkOrder, *, by: Member, seen: int | None = None) -> WorkOrder:
    """Ask for approval, which opens a new round of it."""
    order = WorkOrder.objects.lock(order, seen=seen)
    if is_repeat(order, "submit", by=by):
        return order
    has_work = order.lines.exists() or order.processes.exists()
    refuse(problems.of_submitting(order, has_work=has_work))
    move(order, "submit", by=by, submitted_by=by, round=order.round + 1, approval_levels=1, approval_level=1)
    Approval.objects.create(work_order=order, round=order.round)
    return order


@transaction.atomic
def approve(order: WorkOrder, *, by: Member, seen: int | None = None, comment: str = "") -> WorkOrder:
    """Agree to the order. Raises `NotAllowed` with every reason at once, not the first one."""
    order = WorkOrder.objects.lock(order, seen=seen)
    if is_repeat(order, "approve", by=by):
        return order
    refuse(problems.of_approving(order, by=by))
    refuse_input(problems.of_words(comment, "comment", needed=False))
    _decide(order, Decision.APPROVED, by=by, comment=comment.strip())
    move(order, "approve", by=by, approval_level=0, data={"comment": comment.strip()})
    return order


@transaction.atomic
def reject(order: WorkOrder, *, by: Member, comment: str, seen: int | None = None) -> WorkOrder:
    """Send the order back, saying what has to change."""
    order = WorkOrder.objects.lock(order, seen=seen)
    if is_repeat(order, "reject", by=by):
        return order
    refuse(wrong_state(order, "reject"))
    refuse_input(problems.of_words(comment, "comment"))
    _decide(order, Decision.REJECTED, by=by, comment=comment.strip())
    move(order, "reject", by=by, approval_level=0, data={"comment": comment.strip()})
    return order


@transaction.atomic
def revise(order: WorkOrder, *, by: Member | None, seen: int | None = None) -> WorkOrder:
    """Make a rejected order a draft again, to be mended and submitted anew."""
    order = WorkOrder.objects.lock(order, seen=seen)
    move(order, "revise", by=by)
    return order


def _decide(order: WorkOrder, decision: Decision, *, by: Member, comment: str) -> None:
    """Fill in the decision this round waits for; who, when and what are one write."""
    approval = Approval.objects.pending().of_round(order).get()
    approval.decision, approval.decided_by, approval.decided_at = decision, by, context.now()
    approval.comment, approval.version = comment, approval.version + 1
    approval.save()
