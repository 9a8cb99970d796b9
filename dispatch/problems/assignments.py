"""Why a task may not be given, taken or handed back: reasons as data."""

from dispatch.models import Assignment
from dispatch.states import LONGEST_REASON
from tenants.errors import Problem
from tenants.models import Department, Member
from tenants.states import Role, wrong_state
from workorder import problems as task_problems
from workorder.models import WorkOrderTask
from workorder.states import TaskStatus


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


def of_recipient(task: WorkOrderTask, member: Member) -> list[Problem]:
    """Whether a person may hold this task at all, whoever gives it."""
    found = []
    if not member.active:
        found.append(Problem("inactive", f"{member.name} is no longer active.", "member"))
    if not member.is_at_least(Role.OPERATOR):
        found.append(Problem("not_operator", f"{member.name} may look, but not work.", "member"))
    if member.department_id != task.assigned_department_id:
        found.append(
            Problem("other_department", f"{member.name} works elsewhere: give it to that department first.", "member")
        )
    return found


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


def of_reason(reason: str) -> list[Problem]:
    if not reason.strip():
        return [Problem("required", "Say why, so that the next choice is better.", "reason")]
    if len(reason) > LONGEST_REASON:
        return [Problem("max_length", f"At most {LONGEST_REASON} characters.", "reason")]
    return []
