"""Who may do what. For an order the role decides; for a process or a task also the department, and whose task it is.

Whether the state allows it is the verb's own question: nothing here looks at one but `verbs` and, for the words of a
ticket, `rewords`; and nothing asks the database but, once a member, in whose place they may approve.
"""

from collections.abc import Callable
from typing import Any

from tenants.models import Member
from tenants.states import Role
from workorder import problems
from workorder.states import INTERNAL, ORDER_OPEN, TICKET_OPEN, OrderStatus, TaskStatus, TicketStatus

Rule = Callable[[Member, Any], bool]


def plans(member: Member, obj: Any) -> bool:
    return member.is_at_least(Role.PLANNER)


def decides(member: Member, order: Any) -> bool:
    """Planners and admins, and whoever stands in for one of them: the only question asked of the database, once."""
    if plans(member, order):
        return True
    if order.status not in problems.DECIDABLE or not problems.may_stand_in(member):
        return False
    return problems.decides_for(member.stands_in_for) is not None


def holds_level(member: Member, order: Any) -> bool:
    """Whether the member, or somebody they stand in for, decides at the level the order waits for.

    A button is shown to nobody else. The verb answers with the reason, and a retry of the level before with the order.
    """
    level = order.approval_level
    return problems.holds(member, level) or (
        problems.may_stand_in(member) and problems.decides_for(member.stands_in_for, level) is not None
    )


def administers(member: Member, obj: Any) -> bool:
    return member.is_at_least(Role.ADMIN)


def leads(member: Member, obj: Any) -> bool:
    """Planners and admins lead everywhere, a supervisor in the own department."""
    if plans(member, obj):
        return True
    place = obj.department_id if obj.NOUN == "process" else obj.assigned_department_id
    return member.role == Role.SUPERVISOR and member.department_id == place


def cares(member: Member, ticket: Any) -> bool:
    """Planners and admins for every ticket, a supervisor for those of the own department and those of none yet."""
    if plans(member, ticket):
        return True
    return member.role == Role.SUPERVISOR and ticket.department_id in (None, member.department_id)


def mends(member: Member, ticket: Any) -> bool:
    """Who takes care of the ticket, and whoever cares for tickets there."""
    return cares(member, ticket) or ticket.assigned_member_id == member.pk and member.is_at_least(Role.OPERATOR)


def told(member: Member, ticket: Any) -> bool:
    """Who reported it has the last word on whether it is resolved."""
    return cares(member, ticket) or ticket.reported_by_id == member.pk and member.is_at_least(Role.OPERATOR)


def rewords(member: Member, ticket: Any) -> bool:
    """Who reported it may put it in other words, until somebody has looked at it."""
    return cares(member, ticket) or ticket.status == TicketStatus.NEW and told(member, ticket)


def on_the_floor(member: Member, obj: Any) -> bool:
    return member.is_at_least(Role.OPERATOR)


def works(member: Member, obj: Any) -> bool:
    """Whose task it is, if they work at all; and whoever leads there, since the floor must go on."""
    return leads(member, obj) or obj.assigned_member_id == member.pk and member.is_at_least(Role.OPERATOR)


def takes_back(member: Member, report: Any) -> bool:
    """Who reported it, as long as the task is theirs, and whoever leads there."""
    return leads(member, report.task) or report.member_id == member.pk and works(member, report.task)


def said(member: Member, row: Any) -> bool:
    """Whose words, or whose file, it is."""
    return row.member_id == member.pk and member.is_at_least(Role.OPERATOR)


def clears(member: Member, row: Any) -> bool:
    """Who said it, and those who answer for what is to be read here."""
    return said(member, row) or plans(member, row)


def sorts(member: Member, order: Any) -> bool:
    return member.is_at_least(Role.SUPERVISOR)


DISCUSSED: dict[str, Rule] = {"add_comment": on_the_floor, "attach": on_the_floor}
CATALOGUE: dict[str, Rule] = {"create": plans, "edit": plans}
ALLOWED: dict[str, dict[str, Rule]] = {
    "workorder": {
        **DISCUSSED,
        "set_tags": sorts,
        "create": plans,
        "copy": plans,
        "edit": plans,
        "submit": plans,
        "approve": decides,
        "reject": decides,
        "revise": plans,
        "release": plans,
        "hold": plans,
        "resume": plans,
        "cancel": plans,
        "close": plans,
        "reopen": administers,
        "reschedule": plans,
        "prioritize": plans,
    },
    "process": {"skip": leads},
    "task": {
        **DISCUSSED,
        "start": works,
        "pause": works,
        "resume": works,
        "report": works,
        "complete": works,
        "cancel": leads,
        "assign": leads,
        "split": leads,
        "merge": leads,
    },
    "report": {"take_back": takes_back},
    "ticket": {
        **DISCUSSED,
        "create": on_the_floor,
        "edit": rewords,
        "triage": cares,
        "start": mends,
        "resolve": mends,
        "close": told,
        "reopen": told,
        "convert": plans,
    },
    "import": {"retrieve": plans, "rows": plans, "events": plans, "create": plans, "write": plans, "discard": plans},
    "comment": {"edit": said, "remove": clears},
    "attachment": {"remove": clears},
    "customer": CATALOGUE,
    "product": CATALOGUE,
    "operation": CATALOGUE,
    "reason_code": CATALOGUE,
}

# Verbs that change something else than the status, so that no machine lists them.
REPLANNING = ("reschedule", "prioritize")
BESIDES = {
    **{("workorder", status): REPLANNING for status in ORDER_OPEN},
    ("workorder", OrderStatus.DRAFT): ("edit", *REPLANNING),
    **{("task", status): ("merge",) for status in (TaskStatus.WAITING, TaskStatus.READY)},
    **{("task", status): ("report", "merge") for status in (TaskStatus.IN_PROGRESS, TaskStatus.PAUSED)},
    **{("ticket", status): ("edit",) for status in TICKET_OPEN},
}


def may(member: Member, verb: str, obj: Any) -> bool:
    """Whether the member's place in the organization allows `verb` on `obj` (for `create`, the model itself)."""
    rule = ALLOWED.get(obj.NOUN, {}).get(verb)
    return rule is not None and rule(member, obj)


def verbs(member: Member, obj: Any) -> list[str]:
    """What the member can do to an order, process or task as it stands: the API's `allowed_actions`."""
    found = [*BESIDES.get((obj.NOUN, obj.status), ()), *obj.MOVES.verbs_from(obj.status)]
    allowed = [verb for verb in found if verb not in INTERNAL[obj.NOUN] and may(member, verb, obj)]
    if obj.NOUN == "workorder" and "approve" in allowed and not holds_level(member, obj):
        allowed.remove("approve")
    return allowed
