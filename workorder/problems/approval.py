"""Why somebody may not agree to an order (409): the level, four eyes, and in whose place a deputy would do it."""

from collections.abc import Iterable, Sequence

from tenants.errors import Problem
from tenants.models import Member
from tenants.states import Role, wrong_state
from workorder.models import Approval, WorkOrder
from workorder.models.approvals import LEVELS
from workorder.states import Decision, OrderStatus

DECIDABLE = frozenset({OrderStatus.SUBMITTED, OrderStatus.APPROVED, OrderStatus.REJECTED})
"""Where there is something to decide, or where whoever decided may ask again: a safe retry."""


def of_approving(
    order: WorkOrder, *, by: Member, standing_in: Sequence[Member] = (), trail: Iterable[Approval] = ()
) -> list[Problem]:
    """`standing_in`: in whose place `by` may decide now; `trail`: the order's approvals."""
    return wrong_state(order, "approve") or of_level(
        order, order.approval_level, by=by, standing_in=standing_in, trail=trail
    )


def of_level(
    order: WorkOrder, level: int, *, by: Member, standing_in: Sequence[Member], trail: Iterable[Approval]
) -> list[Problem]:
    """Four eyes: neither whoever submitted it nor whoever agreed before, themselves or as the one behind a deputy."""
    before = agreed_before(order, level, trail)
    if by.pk == order.submitted_by_id and not by.organization.may_approve_own:
        return [Problem("approved_by_submitter", "You submitted this order, so somebody else approves it.")]
    if by.pk in before:
        return [Problem("approved_before", "You agreed to it before; another level needs another person.")]
    if holds(by, level) or in_whose_place(order, level, by=by, standing_in=standing_in, trail=trail):
        return []
    behind = [member for member in standing_in if holds(member, level)]
    if not behind:
        label = LEVELS[level].label.lower()
        return [Problem("level_not_held", f"Level {level} of the approval needs the role {label}.")]
    if any(member.pk in before for member in behind):
        return [Problem("approved_before", "In whose place you stand agreed before; another level needs another.")]
    return [Problem("approved_by_submitter", "You stand in for who submitted it, so somebody else approves it.")]


def in_whose_place(
    order: WorkOrder, level: int, *, by: Member, standing_in: Sequence[Member], trail: Iterable[Approval]
) -> Member | None:
    """The member a deputy would agree for; None where their own role is enough, or where there is nobody."""
    if holds(by, level):
        return None
    before = agreed_before(order, level, trail)
    own_is_fine = by.organization.may_approve_own
    for member in standing_in:
        is_free = own_is_fine or member.pk != order.submitted_by_id
        if holds(member, level) and is_free and member.pk not in before:
            return member
    return None


def holds(member: Member, level: int) -> bool:
    return member.is_at_least(LEVELS[level])


def decides_for(standing_in: Iterable[Member], level: int = 1) -> Member | None:
    """The first of those somebody stands in for whose role decides at a level."""
    return next((member for member in standing_in if holds(member, level)), None)


def agreed_before(order: WorkOrder, level: int, trail: Iterable[Approval]) -> frozenset[object]:
    """Ids of whoever agreed at an earlier level of this round, and of those they agreed for."""
    earlier = [a for a in trail if a.round == order.round and a.level < level and a.decision == Decision.APPROVED]
    return frozenset({a.decided_by_id for a in earlier} | {a.on_behalf_of_id for a in earlier}) - {None}


def may_stand_in(member: Member) -> bool:
    return member.is_at_least(Role.OPERATOR)
