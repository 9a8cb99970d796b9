"""What people say about work that somebody has. Every answer is the task's card, as for every verb of a task."""

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect

from dispatch import access
from dispatch.actions import assignments
from dispatch.models import Assignment
from dispatch.pages import asking_why, assignment_form
from tenants.access import members
from workorder.pages import press, show_task

SAID = {
    "accept": (assignments.accept, "You have accepted it."),
    "decline": (assignments.decline, "Declined: somebody else is asked."),
    "withdraw": (assignments.withdraw, "It is back in its queue."),
    "reassign": (assignments.reassign, "It has changed hands."),
    "swap": (assignments.swap, "They have been exchanged."),
}


@members()
def assignment_verb(request, pk, verb):
    assignment = get_object_or_404(Assignment.objects.select_related("task", "member__user"), pk=pk)
    if request.method != "POST":  # somebody came back from signing in
        return redirect("workorder:task_detail", pk=assignment.task_id)
    if not access.may(request.member, verb, assignment):
        raise PermissionDenied("This belongs to whose task it is, or to who leads there.")
    form = assignment_form(assignment, verb, request.POST)
    act, done = SAID[verb]

    task = assignment.task
    said = asking_why(form, lambda task, **words: act(assignment, **words))
    return press(request, task, verb, said, show_task, form=form, done=f"{task.title}: {done}")
