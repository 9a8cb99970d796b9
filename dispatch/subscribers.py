"""What dispatch does when something happens to a task or to people. Each is harmless when it comes twice or late."""

from dispatch import queries
from dispatch.actions import absences, assignments, attendance
from dispatch.models import Absence, Assignment, Attendance, Skill
from dispatch.states import AssignmentStatus
from tenants.models import Department, Event, Member
from tenants.states import Role
from workorder.models import WorkOrderTask


def offer_task(event: Event) -> None:
    """Its turn has come: offer it."""
    assignments.offer_best(WorkOrderTask.objects.get(pk=event.subject_id), by=None)


def offer_waiting(event: Event) -> None:
    """The order goes on: offer what became ready, and what was left alone, while it was on hold."""
    for task in queries.queued().filter(work_order=event.subject_id).most_urgent_first():
        assignments.offer_best(task, by=None)


def accept_on_start(event: Event) -> None:
    """Whoever begins has agreed."""
    assignment = _open_assignment(event)
    if assignment and assignment.status == AssignmentStatus.OFFERED:
        assignments.accept(assignment, by=event.actor)


def finish_on_end(event: Event) -> None:
    if assignment := _open_assignment(event):
        assignments.finish(assignment, by=event.actor)


def withdraw_on_cancel(event: Event) -> None:
    if assignment := _open_assignment(event):
        assignments.withdraw(assignment, by=event.actor)


def reoffer_without_skill(event: Event) -> None:
    """Somebody has a skill no more, or a skill is worth nothing any more: what they have not begun of it goes on."""
    codes = queries.brought_along(_lost_by(event))
    for member, code in queries.without_skill(codes, member_id=event.data.get("member")):
        assignments.reoffer(member, by=None, because=f"{member.name} has no {code} any more.", needing=code)


def _lost_by(event: Event) -> set[str]:
    """The codes an event speaks of; what a skill implied before is not to be seen on it any more."""
    implied = event.data.get("changed", {}).get("implies", {}).get("from")
    before = Skill.objects.filter(pk=implied).values_list("code", flat=True) if implied else []
    return {event.data["code"], *before}


def reoffer_on_edit(event: Event) -> None:
    """Who has left, may only look now or has moved cannot do what was waiting for them: others are asked."""
    changed = event.data["to"]
    member = Member.objects.select_related("user", "department").get(pk=event.subject_id)
    if not member.active:
        assignments.reoffer(member, by=None, because=f"{member.name} is no longer active.")
    elif not member.is_at_least(Role.OPERATOR):
        assignments.reoffer(member, by=None, because=f"{member.name} may look, but not work any more.")
    elif "department" in changed:
        because = f"{member.name} has moved to {member.department or 'no department'}."
        left = event.data["from"]["department"]
        if left and left != str(member.department_id):
            assignments.reoffer(member, by=None, because=because, leaving=Department.objects.get(pk=left))


def reoffer_on_leave(event: Event) -> None:
    """Somebody was granted to be away: if that is now, others are asked. What begins later has a row that is due."""
    absences.hand_over(Absence.objects.get(pk=event.subject_id))


def reoffer_on_leaving(event: Event) -> None:
    """Somebody clocked out: what they have not begun goes to those who are here."""
    attendance.go(Attendance.objects.get(pk=event.subject_id))


def offer_to_who_can_again(event: Event) -> None:
    """Somebody came, learned something, has room again or is no longer away: what nobody could take is offered."""
    member = _member_of(event)
    if member.active and member.department and member.is_at_least(Role.OPERATOR):
        assignments.offer_stranded(member.department)


def _member_of(event: Event) -> Member:
    if event.subject_type == Assignment.NOUN:
        return Assignment.objects.select_related("member__department").get(pk=event.subject_id).member
    pk = event.subject_id if event.subject_type == Member.NOUN else event.data["member"]
    return Member.objects.select_related("department").get(pk=pk)


def _open_assignment(event: Event) -> Assignment | None:
    return Assignment.objects.of_task(event.subject_id).open().first()
