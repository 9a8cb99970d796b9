"""Who may do what. For an order the role decides; for a process or a task also the department, and whose task it is.

Whether the state allows it is the verb's own question: nothing here looks at one but `verbs`, and nothing asks the
database.
"""

from collections.abc import Callable
from typing import Any

from tenants.models import Member
from tenants.states import Role
from workorder.states import INTERNAL, OrderStatus, TaskStatus

Rule = Callable[[Member, Any], bool]


def plans(member: Member, obj: Any) -> bool:
    return member.is_at_least(Role.PLANNER)


def administers(member: Member, obj: Any) -> bool:
    return member.is_at_least(Role.ADMIN)


def leads(member: Member, obj: Any) -> bool:
    """Planners and admins lead everywhere, a supervisor in the own department."""
    if plans(member, obj):
        return True
    place = obj.department_id if obj.NOUN == "process" else obj.assigned_department_id
    return member.role == Role.SUPERVISOR and member.department_id == place


def works(member: Member, obj: Any) -> bool:
    """Whose task it is, if they work at all; and whoever leads there, since the floor must go on."""
    return leads(member, obj) or obj.assigned_member_id == member.pk and member.is_at_least(Role.OPERATOR)


CATALOGUE: dict[str, Rule] = {"create": plans, "edit": plans}
ALLOWED: dict[str, dict[str, Rule]] = {
    "workorder": {
        "create": plans,
        "edit": plans,
        "submit": plans,
        "approve": plans,
        "reject": plans,
        "revise": plans,
        "release": plans,
        "hold": plans,
        "resume": plans,
        "cancel": plans,
        "close": plans,
        "reopen": administers,
    },
    "process": {"skip": leads},
    "task": {
        "start": works,
        "pause": works,
        "resume": works,
        "report": works,
        "complete": works,
        "cancel": leads,
        "assign": leads,
    },
    "customer": CATALOGUE,
    "product": CATALOGUE,
    "operation": CATALOGUE,
}

# Verbs that change something else than the status, so that no machine lists them.
BESIDES = {
    ("workorder", OrderStatus.DRAFT): ("edit",),
    ("task", TaskStatus.IN_PROGRESS): ("report",),
    ("task", TaskStatus.PAUSED): ("report",),
}


def may(member: Member, verb: str, obj: Any) -> bool:
    """Whether the member's place in the organization allows `verb` on `obj` (for `create`, the model itself)."""
    rule = ALLOWED.get(obj.NOUN, {}).get(verb)
    return rule is not None and rule(member, obj)


def verbs(member: Member, obj: Any) -> list[str]:
    """What the member can do to an order, process or task as it stands: the API's `allowed_actions`."""
    found = [*BESIDES.get((obj.NOUN, obj.status), ()), *obj.MOVES.verbs_from(obj.status)]
    return [verb for verb in found if verb not in INTERNAL[obj.NOUN] and may(member, verb, obj)]
