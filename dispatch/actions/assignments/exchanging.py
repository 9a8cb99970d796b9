"""Giving on what somebody has: to another, or in exchange for what another has. One step for whoever does it."""

from django.db import transaction

from dispatch import problems
from dispatch.actions.assignments import offering
from dispatch.models import Assignment
from tenants.errors import refuse, refuse_input, refuse_stale
from tenants.models import Member
from tenants.transitions import is_repeat, move
from workorder.actions import tasks


@transaction.atomic
def reassign(
    assignment: Assignment,
    *,
    by: Member | None,
    member: Member,
    reason: str = "",
    force: str = "",
    seen: int | None = None,
) -> Assignment:
    """Take a task from who has it and give it to `member`, all of it or nothing; answers the new assignment.

    What has begun stays with whoever began it, unless they paused. `force` is as in `assign`.
    """
    refuse_input(problems.of_given_force(force, reason))
    task = tasks.lock(assignment.task)
    assignment = Assignment.objects.lock(assignment)
    if went := _went_to(assignment, member, by=by):
        return went
    refuse_stale(assignment, seen)
    refuse(problems.of_reassigning(assignment, task, member))
    member = offering.locked_member(member)
    grant = offering.allowed(task, member, force=force, later=True)
    move(assignment, "withdraw", by=by, data={"because": reason.strip(), "given_to": member.pk})
    said = f"{_name(by)} took it from {assignment.member.name} and gave it to {member.name}."
    return offering.offer(task, member, by=by, why=_because(said, reason), grant=grant)


@transaction.atomic
def swap(
    first: Assignment,
    second: Assignment,
    *,
    by: Member | None,
    reason: str = "",
    force: str = "",
    seen: int | None = None,
) -> tuple[Assignment, Assignment]:
    """Exchange what two people have. Both are judged as they would stand afterwards; `seen` is of the first.

    Answers the two new assignments: who had the second now has the task of the first, and the other way round.
    """
    refuse_input(problems.of_given_force(force, reason))
    held = offering.hold_tasks([first.task, second.task])
    first, second = Assignment.objects.lock(first), Assignment.objects.lock(second)
    here, there = held[first.task_id], held[second.task_id]
    if (gone := _went_to(first, second.member, by=by)) and (come := _went_to(second, first.member, by=by)):
        return gone, come
    refuse_stale(first, seen)
    refuse(problems.of_pair(first, second))
    refuse([*problems.of_withdrawing(first, here), *problems.of_withdrawing(second, there)])
    people = {row.pk: row for row in offering.locked_members([first.member, second.member])}
    one, other = people[first.member_id], people[second.member_id]
    pairs = ((here, other, there.minutes_left), (there, one, here.minutes_left))
    grants = offering.allowed_in_exchange(pairs, force=force)
    why = _because(f"{_name(by)} exchanged it between {one.name} and {other.name}.", reason)
    for assignment, member in ((first, other), (second, one)):
        move(assignment, "withdraw", by=by, data={"because": reason.strip(), "given_to": member.pk})
    gone, come = (
        offering.offer(task, member, by=by, why=why, grant=grant)
        for (task, member, _), grant in zip(pairs, grants, strict=True)
    )
    return gone, come


def _went_to(assignment: Assignment, member: Member, *, by: Member | None) -> Assignment | None:
    """What came of it, if this is a retry: the same person took it back and it went to that member."""
    if not is_repeat(assignment, "withdraw", by=by):
        return None
    standing = Assignment.objects.filter(task=assignment.task_id, member=member).open().first()
    return standing if standing and offering.was_given_by(standing, by) else None


def _name(by: Member | None) -> str:
    return by.name if by else "Workfloor"


def _because(said: str, reason: str) -> str:
    return f"{said} {reason.strip()}".strip()
