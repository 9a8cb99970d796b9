"""What dispatch does when something happens to a task. Each is harmless when it comes twice or late."""

from dispatch import queries
from dispatch.actions import assignments
from dispatch.models import Assignment
from dispatch.states import AssignmentStatus
from tenants.models import Event
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


def _open_assignment(event: Event) -> Assignment | None:
    return Assignment.objects.of_task(event.subject_id).open().first()
