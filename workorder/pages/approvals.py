"""Who agreed to an order, in words: every round and level of it."""

from dataclasses import dataclass

from tenants import events
from workorder.models import Approval
from workorder.states import OrderStatus
from workorder.templatetags.floor import VERBS
from workorder.words import in_words

WANTED = {1: "a planner or an admin", 2: "an admin"}


@dataclass(frozen=True)
class Line:
    """A decision, the wait for it, or one that nobody waits for any more because the order went another way."""

    approval: Approval
    is_waited_for: bool
    is_overdue: bool

    @property
    def asked(self):
        return f"Round {self.approval.round}, level {self.approval.level}"

    @property
    def who(self):
        """Who decided, and in whose place."""
        behind = self.approval.on_behalf_of
        return f"{self.approval.decided_by} for {behind}" if behind else str(self.approval.decided_by)

    @property
    def wanted(self):
        return WANTED[self.approval.level]


def decisions(order, moment):
    """The lines of the order's trail, oldest first; the order has its approvals prefetched."""
    found = []
    for approval in order.approvals.all():
        is_this_round = order.status == OrderStatus.SUBMITTED and approval.round == order.round
        is_waited_for = is_this_round and not approval.decision
        found.append(Line(approval, is_waited_for, is_waited_for and approval.is_overdue(moment)))
    return found


def said_of(verb, order):
    """What a toast says of a verb that was said: after a cancellation also what it stopped."""
    done = VERBS["workorder"][verb].done
    if verb == "approve" and order.status == OrderStatus.SUBMITTED:
        done = f"Approved. Level {order.approval_level} is asked next."
    if verb == "cancel" and (words := in_words(events.newest(order).data.get("stopped"))):
        done = f"Cancelled: {words}."
    return f"{order.number}: {done}"
