"""Who may give, take, answer and withdraw. Whether the task's state allows it is the verb's own question."""

import uuid
from collections.abc import Sequence
from typing import Any

from dispatch.models import Assignment
from dispatch.states import INTERNAL, PLAN, PlanStatus
from tenants.access import CountedThrottle
from tenants.models import Department, Member
from tenants.states import Role
from workorder.access import leads
from workorder.models import WorkOrderTask
from workorder.problems import of_assigning, of_splitting
from workorder.states import TaskStatus

ANSWERS = ("accept", "decline", "withdraw")
GIVEN_ON = ("reassign", "swap")  # no verbs of the machine: a task is taken back and given in one step

ADJUSTING = ("move", "pin", "unpin")  # a plan that is ready may be changed by hand
COMPUTED = frozenset({"finish", "fail"})  # said by whoever computes it


def may(member: Member, verb: str, obj: Any) -> bool:
    """Whether role and place allow `verb` on a task (assign, claim, split) or on an assignment (the other verbs)."""
    if verb in ("assign", "split"):
        return leads(member, obj)
    if verb == "claim":
        works = member.role in (Role.OPERATOR, Role.SUPERVISOR)
        return works and member.department_id == obj.assigned_department_id
    if verb in ("withdraw", *GIVEN_ON):
        return leads(member, obj.task)
    return verb in ("accept", "decline") and obj.member_id == member.pk


def may_compare(member: Member, department: Department) -> bool:
    """Whether the member may see how evenly the department's people are given work."""
    if member.is_at_least(Role.PLANNER):
        return True
    return member.role == Role.SUPERVISOR and member.department_id == department.pk


def verbs(member: Member, assignment: Assignment) -> list[str]:
    """What this member can do with an assignment now."""
    here = Assignment.MOVES.verbs_from(assignment.status)
    said = [*(verb for verb in ANSWERS if verb in here), *(GIVEN_ON if "withdraw" in here else ())]
    return [verb for verb in said if may(member, verb, assignment)]


def may_plan(member: Member, verb: str, plan: Any) -> bool:
    """Planners and admins make and publish plans; a supervisor those of the own department, anybody looks at them."""
    if member.is_at_least(Role.PLANNER):
        return True
    return member.role == Role.SUPERVISOR and plan.department_id is not None and leads_there(member, plan.department_id)


def may_make_plans(member: Member) -> bool:
    """Whether there is anything they could plan: everything, or one department."""
    return member.is_at_least(Role.PLANNER) or member.role == Role.SUPERVISOR and member.department_id is not None


def leads_there(member: Member, department_id: uuid.UUID | None) -> bool:
    return member.department_id is not None and member.department_id == department_id


def plan_verbs(member: Member, plan: Any) -> list[str]:
    """What this member can do with a plan now; what a second pair of eyes is asked for, publishing says itself."""
    here = [verb for verb in PLAN.verbs_from(plan.status) if verb not in INTERNAL["plan"]]
    adjusting = list(ADJUSTING) if plan.status == PlanStatus.READY else []
    return [verb for verb in [*here, *adjusting] if may_plan(member, verb, plan)]


def cares_for(by: Member, member: Member) -> bool:
    """Who says what a member can do and when they work: planners and admins, a supervisor in the own department."""
    if by.is_at_least(Role.PLANNER):
        return True
    return by.role == Role.SUPERVISOR and by.department_id is not None and by.department_id == member.department_id


def may_absence(by: Member, verb: str, absence: Any) -> bool:
    """One takes back one's own; whoever cares for somebody answers, and takes back too."""
    return verb == "cancel" and absence.member_id == by.pk or cares_for(by, absence.member)


def absence_verbs(by: Member, absence: Any) -> list[str]:
    """What this member can do with an absence now; nobody answers their own."""
    here = absence.MOVES.verbs_from(absence.status)
    is_own = absence.member_id == by.pk
    return [verb for verb in here if may_absence(by, verb, absence) and not (is_own and verb != "cancel")]


class BadgeThrottle(CountedThrottle):
    """A station reads a badge a second at most: whoever tries codes is slower than the sun burns out."""

    scope, limit = "badge", 60

    def who(self, request):
        said = getattr(request, "data", None) or request.POST
        member = getattr(request, "_request", request).member
        return str(member.pk) if member and isinstance(said, dict) and said.get("badge") else None


def task_verbs(tasks: Sequence[WorkOrderTask], member: Member) -> dict[uuid.UUID, list[str]]:
    """What dispatch adds to the `allowed_actions` of tasks, without a query: what nobody has can be given or taken,
    and what nobody has made yet be split."""
    return {task.pk: [verb for verb in _open_verbs(task) if may(member, verb, task)] for task in tasks}


def _open_verbs(task: WorkOrderTask) -> tuple[str, ...]:
    split = ("split",) if task.missing_quantity and not of_splitting(task) else ()
    if task.assigned_member_id is not None or of_assigning(task):
        return split
    return ("assign", *split) if task.status == TaskStatus.WAITING else ("assign", "claim", *split)
