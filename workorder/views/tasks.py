"""The pages of the floor: what is in somebody's hands, a task, and what was reported on it."""

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect

from tenants.access import members
from tenants.pages import page
from tenants.states import Role
from workorder import access, queries
from workorder.actions import tasks
from workorder.models import TaskReport, WorkOrderTask
from workorder.pages import (
    cards,
    form_of,
    offered_for,
    offered_in_lists,
    press,
    show_task,
    show_whole_task,
    take_back_form,
    take_back_verb,
    task_values,
    today_of,
)
from workorder.templatetags.floor import VERBS

TASK_ACTIONS = {
    "start": tasks.start,
    "pause": tasks.pause,
    "resume": tasks.resume,
    "report": tasks.report,
    "complete": tasks.complete,
    "merge": tasks.merge,
    "cancel": tasks.cancel,
}


@members()
def my_tasks(request):
    """What is in somebody's hands, and what their department's queue holds."""
    member = request.member
    offered = offered_in_lists()
    queue = queries.queue(member.department) if member.department_id and member.is_at_least(Role.OPERATOR) else []
    return page(
        request,
        "workorder/my_tasks.html",
        part="workorder/_my_tasks.html",
        panels=today_of(request),
        mine=cards(request, list(queries.my_tasks(member)), brief=True, offered=offered),
        queue=cards(request, list(queue), brief=True, offered=offered),
    )


@members()
def task_detail(request, pk):
    get_object_or_404(WorkOrderTask, pk=pk)
    values = task_values(request, pk)
    return page(request, "workorder/task_detail.html", part="workorder/_task.html", **values)


@members()
def task_verb(request, pk, verb):
    task = get_object_or_404(WorkOrderTask, pk=pk)
    if request.method != "POST":
        return redirect("workorder:task_detail", pk=pk)
    if not access.may(request.member, verb, task):
        raise PermissionDenied("The task is somebody else's.")
    form = form_of(task, verb, request.POST, offered=offered_for(task, verb))
    done = f"{task.title}: {VERBS['task'][verb].done}"
    return press(request, task, verb, TASK_ACTIONS[verb], show_task, form=form, done=done)


@members()
def report_take_back(request, pk):
    report = get_object_or_404(TaskReport.objects.select_related("task"), pk=pk)
    if request.method != "POST":
        return redirect("workorder:task_detail", pk=report.task_id)
    if not access.may(request.member, "take_back", report):
        raise PermissionDenied("The report is somebody else's.")

    def take_back(task, **said):
        return tasks.take_back(report, **said)

    form = take_back_form(report, request.POST)
    values = {"form": form, "done": "Taken back."}
    return press(request, report.task, take_back_verb(report), take_back, show_whole_task, **values)
