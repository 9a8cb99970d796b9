"""Why a task may not be given, taken or handed back: reasons as data."""

from collections.abc import Iterable

from dispatch.models import Assignment
from dispatch.states import LONGEST_REASON
from tenants.errors import Problem
from tenants.models import Department, Member
from tenants.states import wrong_state
from workorder import problems as task_problems
from workorder.models import WorkOrderTask
from workorder.states import TaskStatus

# What a word of command with a reason may set aside. Skills, places and roles are facts that no reason changes.
LIFTED = frozenset({"absent", "off_shift", "not_here", "overloaded"})
# The engine speaks in a table, under a name: "on leave until Monday". Alone it takes a sentence.
VERBS = {"absent": "is", "not_here": "is", "off_shift": "is"}
SENTENCES = {
    "inactive": "is no longer active",
    "other_department": "works elsewhere: give it to that department first",
}


def of_assigning(task: WorkOrderTask) -> list[Problem]:
    """Nobody has it, and it is in a state in which somebody can get it."""
    return of_standing(task) or task_problems.of_assigning(task)


def of_standing(task: WorkOrderTask) -> list[Problem]:
    """One task, one open assignment: whoever comes second is told who was first."""
    standing = Assignment.objects.of_task(task).open().select_related("member__user").first()
    return [already_assigned(standing.member)] if standing else []


def already_assigned(member: Member | None = None) -> Problem:
    whom = member.name if member else "somebody else"
    return Problem("already_assigned", f"It has gone to {whom}. Withdraw that first to give it to another.")


def of_target(member: Member | None, department: Department | None) -> list[Problem]:
    """A task goes to a member or to a department: one of the two must be named."""
    if (member is None) != (department is None):
        return []
    return [Problem("member_or_department", "Name either a member or a department.", "member")]


def of_recipient(member: Member, against: Iterable[Problem], *, field: str = "member") -> list[Problem]:
    """What the engine has against a member, said of them by name."""
    return [_said_of(member, reason, field) for reason in against]


def _said_of(member: Member, reason: Problem, field: str) -> Problem:
    said = SENTENCES.get(reason.code, reason.message)
    if said.startswith("at "):  # ... so much per cent of load
        said = f"would be {said}"
    if said.startswith("certificate"):
        said = f"cannot, {said}"
    said = " ".join(part for part in (member.name, VERBS.get(reason.code), said) if part)
    return Problem(reason.code, f"{said}.", field)


def of_claiming(task: WorkOrderTask) -> list[Problem]:
    if found := of_assigning(task):
        return found
    if task.status == TaskStatus.WAITING:
        return [Problem("not_its_turn", "It is not its turn yet: earlier work is still open.")]
    return []


def of_declining(assignment: Assignment, task: WorkOrderTask) -> list[Problem]:
    """An offer can be declined until the work has begun: then reports belong to whoever began."""
    if found := wrong_state(assignment, "decline"):
        return found
    if task.status in (TaskStatus.WAITING, TaskStatus.READY):
        return []
    return [Problem("task_started", "The work has begun, so it stays with whoever began it.")]


def of_withdrawing(assignment: Assignment, task: WorkOrderTask) -> list[Problem]:
    """What can be given can be taken back; what was cancelled is nobody's any more."""
    found = wrong_state(assignment, "withdraw")
    return found if found or task.status == TaskStatus.CANCELLED else task_problems.of_assigning(task)


def of_reassigning(assignment: Assignment, task: WorkOrderTask, member: Member) -> list[Problem]:
    """Given on in one step: what can be taken back, and to somebody else than who has it."""
    if found := of_withdrawing(assignment, task) or task_problems.of_assigning(task):
        return found
    if assignment.member_id == member.pk:
        return [Problem("already_theirs", f"{member.name} has it already.", "member")]
    return []


def of_pair(first: Assignment, second: Assignment) -> list[Problem]:
    """Two assignments of two people: anything else is no exchange."""
    if first.pk == second.pk:
        return [Problem("same_assignment", "Choose another task to exchange it for.", "second")]
    if first.member_id == second.member_id:
        return [Problem("same_member", "One person has both: there is nothing to exchange.", "second")]
    return []


def of_given_force(force: str, reason: str = "") -> list[Problem]:
    """Words that may be left out, but not be too long."""
    given = {"force": force, "reason": reason}
    return [
        Problem("max_length", f"At most {LONGEST_REASON} characters.", name)
        for name, words in given.items()
        if len(words) > LONGEST_REASON
    ]


def of_reason(reason: str) -> list[Problem]:
    if not reason.strip():
        return [Problem("required", "Say why, so that the next choice is better.", "reason")]
    if len(reason) > LONGEST_REASON:
        return [Problem("max_length", f"At most {LONGEST_REASON} characters.", "reason")]
    return []
