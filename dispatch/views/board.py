"""The dispatch board: what waits, who has what, and every way of moving a task between them."""

from functools import partial

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from dispatch.actions import assignments
from dispatch.pages import give_form_of, giving_of, may_give, show_board, show_given, show_giving, show_preview
from tenants.access import members
from tenants.errors import NotAllowed
from tenants.pages import toast, wants_part
from tenants.states import Role
from workorder.models import WorkOrderTask
from workorder.pages import press, told


@members()
def board(request):
    return show_board(request)


@members()
def preview(request):
    return show_preview(request)


@members()
def run(request):
    """Decide all that waits, exactly as the preview said a moment ago."""
    if request.method != "POST":
        return redirect("dispatch:board")
    if not request.member.is_at_least(Role.PLANNER):
        raise PermissionDenied("This needs the role planner.")
    decisions = assignments.run(by=request.member)
    given = sum(decision.chosen is not None for decision in decisions)
    done = f"{given} given away, {len(decisions) - given} still wait." if decisions else "Nothing waits."
    if not wants_part(request):
        messages.success(request, done)
        return redirect("dispatch:board")
    return told(request, toast(show_board(request), done))


@members()
def task_give(request, pk):
    """Whom a task can be given to; and giving it, from the queue or out of somebody's hands, or back to the queue."""
    task = _read(pk)
    if not may_give(request.member, task):
        raise PermissionDenied("This belongs to the people of the task's department.")
    if request.method != "POST":
        return show_giving(request, task, giving=giving_of(task))
    against = []

    def act(task, **said):
        try:
            return _hand_over(task, **said)
        except NotAllowed as refusal:
            against.extend(refusal.problems)
            raise

    form = give_form_of(task, request.POST)
    show = partial(_show, before=task, sent=form, against=against)
    home = f"{reverse('dispatch:board')}?{request.GET.urlencode()}"
    return press(request, task, "give", act, show, form=form, done=_done, home=home)


def _read(pk):
    return get_object_or_404(WorkOrderTask.objects.with_order(), pk=pk)


def _hand_over(task, *, by, seen, member, department, back, of, force):
    """The verb that was meant: what the page showed decides, and if that is no longer so the verb says it."""
    force = {"force": force} if force else {}
    if back and of:
        assignments.withdraw(of, by=by, seen=seen)
    elif of and member and not department:
        assignments.reassign(of, by=by, member=member, seen=seen, **force)
    else:
        assignments.assign(task, by=by, member=member, department=department, seen=seen, **force)
    return _read(task.pk)


def _done(task):
    if task.assigned_member:
        return f"{task.title}: {task.assigned_member.name} has it."
    return f"{task.title}: it waits in {task.assigned_department}."


def _show(request, task, *, before, sent, against, pressed=None, problems=(), stale=False, status=200):
    """The pieces of the board that changed; a refusal opens the card that was pressed."""
    task = _read(task.pk)
    giving = None
    if against:  # all of it in one place, rather than some beside a field
        giving = giving_of(task, request.POST, problems=against)
    elif status != 200:
        giving = giving_of(task, form=sent if pressed else None, problems=problems, stale=stale)
    return show_given(request, task, before=before, giving=giving, status=status)
