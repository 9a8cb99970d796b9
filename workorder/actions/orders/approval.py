"""Asking for agreement, and giving or refusing it: one level or two, in rounds."""

import datetime

from django.db import transaction

from tenants import context, events
from tenants.context import tenant
from tenants.errors import refuse, refuse_input
from tenants.models import Deputy, Event, Member
from tenants.states import wrong_state
from tenants.transitions import change, move, was_said
from workorder import problems
from workorder.models import Approval, ApprovalDeadline, ApprovalPolicy, WorkOrder
from workorder.states import Decision, OrderStatus

GIVEN = "approval.given"
OVERDUE = "approval.overdue"


@transaction.atomic
def submit(order: WorkOrder, *, by: Member, seen: int | None = None) -> WorkOrder:
    """Ask for approval, which opens a new round of it, of as many levels as the organization wants by now."""
    order = WorkOrder.objects.lock(order)
    if was_said(order, "submit", by=by, seen=seen):
        return order
    has_work = order.lines.exists() or order.processes.exists()
    refuse(problems.of_submitting(order, has_work=has_work))
    policy = ApprovalPolicy.objects.current()
    levels = policy.levels_for(budget=order.budget, priority=order.priority)
    move(order, "submit", by=by, submitted_by=by, round=order.round + 1, approval_levels=levels, approval_level=1)
    _wait_for(order, policy)
    return order


@transaction.atomic
def approve(order: WorkOrder, *, by: Member, seen: int | None = None, comment: str = "") -> WorkOrder:
    """Agree to the order at the level it waits for; the last level moves it.

    A deputy agrees in somebody's place where their own role is not enough. Raises `NotAllowed` with the reasons.
    """
    order = WorkOrder.objects.lock(order)
    if _given_by(order, by) or was_said(order, "approve", by=by, seen=seen):
        return order
    refuse(wrong_state(order, "approve"))
    trail, level = list(Approval.objects.of_round(order)), order.approval_level
    behind = [] if problems.holds(by, level) else _standing_in(by)
    refuse(problems.of_approving(order, by=by, standing_in=behind, trail=trail))
    refuse_input(problems.of_words(comment, "comment", needed=False))
    comment = comment.strip()
    principal = problems.in_whose_place(order, level, by=by, standing_in=behind, trail=trail)
    _decide(trail, level, Decision.APPROVED, by=by, principal=principal, comment=comment)
    if level == order.approval_levels:
        move(order, "approve", by=by, approval_level=0, data=_said(comment, principal))
        return order
    data = {"level": level, "comment": comment, "on_behalf_of": principal.pk if principal else None}
    change(order, GIVEN, by=by, data=data, approval_level=level + 1)
    _wait_for(order, ApprovalPolicy.objects.current())
    return order


@transaction.atomic
def reject(order: WorkOrder, *, by: Member, comment: str, seen: int | None = None) -> WorkOrder:
    """Send the order back at whatever level it waits for, saying what has to change."""
    order = WorkOrder.objects.lock(order)
    if was_said(order, "reject", by=by, seen=seen):
        return order
    refuse(wrong_state(order, "reject"))
    refuse_input(problems.of_words(comment, "comment"))
    comment, level = comment.strip(), order.approval_level
    principal = None if problems.holds(by, 1) else problems.decides_for(_standing_in(by))
    trail = list(Approval.objects.of_round(order))
    _decide(trail, level, Decision.REJECTED, by=by, principal=principal, comment=comment)
    move(order, "reject", by=by, approval_level=0, data=_said(comment, principal))
    return order


@transaction.atomic
def revise(order: WorkOrder, *, by: Member | None, seen: int | None = None) -> WorkOrder:
    """Make a rejected order a draft again, to be mended and submitted anew."""
    order = WorkOrder.objects.lock(order)
    if not was_said(order, "revise", by=by, seen=seen):
        move(order, "revise", by=by)
    return order


def remind(deadline: ApprovalDeadline) -> None:
    """Say that a decision is overdue, once, if it is still waited for. Runs a claimed deadline that has come due."""
    with tenant(deadline.organization_id):
        approval = Approval.objects.get(pk=deadline.approval_id)
        order = WorkOrder.objects.lock(approval.work_order_id)
        approval = Approval.objects.lock(approval)
        is_this_round = order.status == OrderStatus.SUBMITTED and order.round == approval.round
        is_waited_for = is_this_round and not approval.decision
        # A worker that died before the deadline was marked as done leaves it to another one.
        if is_waited_for and not Event.objects.about(approval).filter(kind=OVERDUE).exists():
            data = {"work_order": order.pk, "number": order.number, "level": approval.level}
            change(approval, OVERDUE, by=None, data=data)


def _wait_for(order: WorkOrder, policy: ApprovalPolicy) -> None:
    """Open the question of the order's level, and set the time after which it is overdue."""
    approval = Approval.objects.create(work_order=order, round=order.round, level=order.approval_level)
    if policy.overdue_hours:
        due = context.now() + datetime.timedelta(hours=policy.overdue_hours)
        # Giving up counts from `first_due_at`: a row that waits for days must not count as having failed for days.
        ApprovalDeadline.objects.create(approval=approval, run_after=due, first_due_at=due)


def _given_by(order: WorkOrder, by: Member) -> bool:
    """Whether the newest thing that happened is that the same member gave a level which was not the last: a retry."""
    if order.status != OrderStatus.SUBMITTED or order.approval_level < 2:
        return False
    last = events.newest(order)
    return last is not None and last.kind == GIVEN and last.actor_id == by.pk


def _standing_in(by: Member) -> list[Member]:
    """In whose place `by` may decide now: asked under the order's lock, whatever a page was told before."""
    if not problems.may_stand_in(by):
        return []
    return [deputy.member for deputy in Deputy.objects.in_force(context.now()).of_deputy(by)]


def _decide(
    trail: list[Approval], level: int, decision: Decision, *, by: Member, principal: Member | None, comment: str
) -> None:
    """Fill in the decision the level waits for; who, in whose place, when and what are one write."""
    approval = next(row for row in trail if row.level == level and not row.decision)
    approval.decision, approval.decided_by, approval.decided_at = decision, by, context.now()
    approval.on_behalf_of, approval.comment, approval.version = principal, comment, approval.version + 1
    approval.save()


def _said(comment: str, principal: Member | None) -> dict[str, object]:
    return {"comment": comment} | ({"on_behalf_of": principal.pk} if principal else {})
