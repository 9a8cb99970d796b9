"""Pages where tasks change hands. They answer with the task's card, as every verb of a task does."""

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect

from dispatch import access
from dispatch.actions import assignments, parts
from dispatch.forms import SplitForm
from dispatch.pages import asking_why, form_of, show_candidates
from tenants.access import members
from workorder.models import WorkOrderTask
from workorder.pages import Pressed, press, show_task


@members()
def task_assign(request, pk):
    return _press(request, pk, "assign", assignments.assign, "It has changed hands.")


@members()
def task_candidates(request, pk):
    """Who could take it now, who could not and why, and what would help if nobody can."""
    return show_candidates(request, get_object_or_404(WorkOrderTask, pk=pk))


@members()
def task_claim(request, pk):
    return _press(request, pk, "claim", assignments.claim, "It is yours.")


@members()
def task_split(request, pk):
    if request.method == "POST" and "more" in request.POST:
        return _with_more_rows(request, get_object_or_404(WorkOrderTask, pk=pk))
    return _press(request, pk, "split", parts.split, "It has been split.")


def _with_more_rows(request, task):
    """What was typed, unjudged, with room for more parts."""
    if not access.may(request.member, "split", task):
        raise PermissionDenied("This belongs to the people of the task's department.")
    return show_task(request, task, pressed=Pressed(task, "split", SplitForm.longer(task, request.POST)))


def _press(request, pk, verb, act, done):
    task = get_object_or_404(WorkOrderTask, pk=pk)
    if request.method != "POST":  # somebody came back from signing in
        return redirect("workorder:task_detail", pk=pk)
    if not access.may(request.member, verb, task):
        raise PermissionDenied("This belongs to the people of the task's department.")
    form = form_of(task, verb, request.POST)
    said = asking_why(form, act)
    return press(request, task, verb, said, show_task, form=form, done=f"{task.title}: {done}")
