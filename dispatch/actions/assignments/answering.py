"""What becomes of an offer: agreed to, handed back, taken back, done."""

from django.db import transaction

from dispatch import problems
from dispatch.actions.assignments import giving, offering
from dispatch.models import Assignment
from dispatch.states import AssignmentStatus
from tenants.errors import refuse, refuse_input
from tenants.models import Member
from tenants.states import wrong_state
from tenants.transitions import is_repeat, move, was_said
from workorder.actions import tasks


@transaction.atomic
def accept(assignment: Assignment, *, by: Member | None, seen: int | None = None) -> Assignment:
    """Agree to do it."""
    tasks.lock(assignment.task)
    assignment = Assignment.objects.lock(assignment)
    if not was_said(assignment, "accept", by=by, seen=seen):
        refuse(wrong_state(assignment, "accept"))
        move(assignment, "accept", by=by)
    return assignment


@transaction.atomic
def decline(assignment: Assignment, *, by: Member | None, reason: str, seen: int | None = None) -> Assignment:
    """Hand it back with a reason. The next best is asked in the same transaction, so nobody has to notice."""
    refuse_input(problems.of_reason(reason))
    task = tasks.lock(assignment.task)
    assignment = Assignment.objects.lock(assignment)
    if was_said(assignment, "decline", by=by, seen=seen):
        return assignment
    refuse(problems.of_declining(assignment, task))
    move(assignment, "decline", by=by, data={"reason": reason.strip()}, decline_reason=reason.strip())
    if giving.is_to_be_offered(task):
        offering.offer_all([task], by=None)
    else:
        offering.back_to_queue(task, by=by, why=f"{assignment.member.name} declined it.")
    return assignment


@transaction.atomic
def withdraw(assignment: Assignment, *, by: Member | None, seen: int | None = None) -> Assignment:
    """Take a task back from somebody who is not at it. It waits in its department; nobody is asked by itself."""
    task = tasks.lock(assignment.task)
    assignment = Assignment.objects.lock(assignment)
    if was_said(assignment, "withdraw", by=by, seen=seen):
        return assignment
    refuse(problems.of_withdrawing(assignment, task))
    move(assignment, "withdraw", by=by)
    if task.is_open:
        taker = by.name if by else "Workfloor"
        offering.back_to_queue(task, by=by, why=f"{taker} took it back from {assignment.member.name}.")
    return assignment


@transaction.atomic
def finish(assignment: Assignment, *, by: Member | None) -> Assignment:
    """Close an assignment whose task has ended; one that was never answered was agreed to by doing it."""
    tasks.lock(assignment.task)
    assignment = Assignment.objects.lock(assignment)
    if assignment.status == AssignmentStatus.OFFERED:
        move(assignment, "accept", by=by)
    if not is_repeat(assignment, "finish", by=by):
        move(assignment, "finish", by=by)
    return assignment
