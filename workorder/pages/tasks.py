"""What task pages show: cards with what may be done, what stands in the way, and what upper apps add."""

from dataclasses import dataclass, replace
from functools import partial

from tenants.access import contributed
from tenants.errors import Problem
from tenants.pages import page
from workorder import access, problems
from workorder.models import TaskReport, WorkOrderTask
from workorder.pages.buttons import Button, buttons_of
from workorder.pages.history import history


@dataclass(frozen=True)
class Card:
    """A task with what the member may do about it, what stands in the way, and what upper apps add."""

    task: WorkOrderTask
    buttons: list[Button]
    hints: list[Problem]
    panels: list[str]
    why: str


def show_task(request, task, *, pressed=None, problems=(), stale=False, status=200):
    """The answer to a verb of a task: its card alone, wherever that card stands; the task's page without HTMX."""
    values = task_values(request, task.pk, pressed)
    return page(
        request,
        "workorder/task_detail.html",
        part="workorder/_task_card.html",
        status=status,
        problems=problems,
        stale=stale,
        **values,
    )


def task_values(request, pk, pressed=None):
    task = WorkOrderTask.objects.with_order().get(pk=pk)
    return {
        "card": cards(request, [task], pressed=pressed)[0],
        "task": task,
        "watched": [task.pk, task.work_order_id],
        "reports": TaskReport.objects.filter(task=task).select_related("member__user").order_by("-created_at", "-id"),
        "history": partial(history, task),
    }


def cards(request, tasks, *, pressed=None, brief=False):
    """Tasks with their buttons. `brief` leaves out of the panels what only the task's own page has room for."""
    why = why_of(tasks)
    panels = [panel(tasks, request=request, brief=brief, pressed=pressed) for panel in contributed("task", "panels")]
    found = []
    for task in tasks:
        hints = {verb: _why_not(task, verb) for verb in access.verbs(request.member, task)}
        found.append(
            Card(
                task=task,
                buttons=_one_primary(buttons_of(request.member, task, pressed=pressed, without=keys_of(hints))),
                hints=_weightiest(hints),
                panels=[html[task.pk] for html in panels if html.get(task.pk)],
                why=why.get(task.pk, ""),
            )
        )
    return found


def _one_primary(buttons):
    """One thing to do next: what follows the first big green button is plain."""
    first = next((button for button in buttons if button.word.look == "primary"), None)
    plain = {id(button) for button in buttons if button.word.look == "primary" and button is not first}
    return [replace(b, word=replace(b.word, look="plain")) if id(b) in plain else b for b in buttons]


def _weightiest(reasons):
    """Each reason once; what is missing to complete a task does not matter while its order stands still."""
    unique = {problem.code: problem for found in reasons.values() for problem in found}
    return [problem for code, problem in unique.items() if code != "quantity_missing" or len(unique) == 1]


def _why_not(task, verb):
    """Why a verb of the task would be refused, as far as it can be said before it is tried."""
    match verb:
        case "start" | "pause" | "resume":
            return problems.of_working(task, verb)
        case "report":
            return problems.of_reporting(task)
        case "complete":
            return problems.of_completing(task)
    return []


def why_of(tasks):
    """Dict[task id -> the decision in words], from whoever gives tasks to people."""
    found = {}
    for fields in contributed("task", "fields"):
        found |= {pk: values.get("why", "") for pk, values in fields(tasks).items()}
    return found


def keys_of(reasons):
    """The verbs that have any reason against them."""
    return {verb for verb, found in reasons.items() if found}
