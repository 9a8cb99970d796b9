"""What task pages show: cards with what may be done, what stands in the way, and what upper apps add."""

from dataclasses import dataclass, replace
from functools import partial

from tenants import context
from tenants.access import contributed
from tenants.errors import Problem
from tenants.pages import page
from workorder import access, problems, queries
from workorder.forms import TakeBackForm
from workorder.models import TaskReport, WorkOrderTask
from workorder.pages.buttons import Button, buttons_of, rest_button
from workorder.pages.conversation import talk_of
from workorder.pages.history import history, history_url
from workorder.states import ReasonKind, Rest

MOST_REPORTS = 50  # the API has them all


@dataclass(frozen=True)
class Card:
    """A task with what the member may do about it, what stands in the way, and what upper apps add."""

    task: WorkOrderTask
    buttons: list[Button]
    hints: list[Problem]
    panels: list[str]
    why: str


def show_task(request, task, *, pressed=None, problems=(), stale=False, status=200, part="workorder/_task_card.html"):
    """The answer to a verb of a task: its card alone, wherever that card stands; the task's page without HTMX."""
    values = task_values(request, task.pk, pressed)
    return page(
        request,
        "workorder/task_detail.html",
        part=part,
        status=status,
        problems=problems,
        stale=stale,
        **values,
    )


def show_whole_task(request, task, **values):
    """The same for what concerns more than the card: the part is all of the task's page."""
    return show_task(request, task, part="workorder/_task.html", **values)


def task_values(request, pk, pressed=None):
    task = WorkOrderTask.objects.with_order().get(pk=pk)
    siblings, offered = partial(queries.siblings, task), offered_in_lists()
    if "merge" in access.verbs(request.member, task):
        siblings = list(queries.siblings(task))
        offered |= _offered_on_page(task, siblings)
    return {
        "card": cards(request, [task], pressed=pressed, offered=offered)[0],
        "siblings": siblings,
        "standstills": partial(queries.standstills, task, context.now()),
        "task": task,
        "watched": [task.pk, task.work_order_id],
        "reports": partial(_reports, request.member, task, pressed),
        "history": partial(history, task),
        "history_url": history_url(task),
        "talk": partial(talk_of, request, task),
    }


def _reports(member, task, pressed):
    """What was reported, newest first, each with its correction or with the form that takes it back."""
    rows = TaskReport.objects.filter(task=task, reverses=None).order_by("-created_at", "-id")
    found = []
    for report in rows.select_related("member__user", "reason", "reversal__member__user")[:MOST_REPORTS]:
        report.task = task
        undone = getattr(report, "reversal", None)
        may = task.is_open and not undone and access.may(member, "take_back", report)
        found.append(
            {"report": report, "undone": undone, "form": take_back_form(report, pressed=pressed) if may else None}
        )
    return found


def take_back_form(report, data=None, *, pressed=None):
    verb = take_back_verb(report)
    if pressed and pressed.verb == verb:
        return pressed.form
    return TakeBackForm(data, initial={"version": report.task.version}, auto_id=f"{verb}_%s")


def take_back_verb(report):
    """Told apart by the report, since a page shows many."""
    return f"take_back_{report.pk.hex[-12:]}"


def offered_for(task, verb):
    """The same for one verb that was pressed: nothing is read that its form does not ask for."""
    if verb in ("report", "pause"):
        return offered_in_lists()
    return _offered_on_page(task, queries.siblings(task)) if verb == "merge" else {}


def offered_in_lists():
    """What the forms of tasks let people choose from, by verb, whatever task it is."""
    reasons = queries.reasons()
    return {"report": reasons[ReasonKind.DEFECT], "pause": reasons[ReasonKind.DOWNTIME]}


def _offered_on_page(task, siblings):
    """Of an ended task any: the verb says why not."""
    return {"merge": [other for other in siblings if not task.is_open or not problems.of_merging(task, [other])]}


def cards(request, tasks, *, pressed=None, brief=False, offered):
    """Tasks with their buttons. `brief` leaves out of the panels what only the task's own page has room for."""
    why = why_of(tasks)
    panels = [panel(tasks, request=request, brief=brief, pressed=pressed) for panel in contributed("task", "panels")]
    found = []
    for task in tasks:
        hints = {verb: _why_not(task, verb) for verb in access.verbs(request.member, task)}
        found.append(
            Card(
                task=task,
                buttons=_buttons(request.member, task, pressed, keys_of(hints), offered),
                hints=_weightiest(hints),
                panels=[html[task.pk] for html in panels if html.get(task.pk)],
                why=why.get(task.pk, ""),
            )
        )
    return found


def today_of(request):
    """What upper apps put above somebody's tasks."""
    found = [add([request.member], request=request) for add in contributed("member", "today")]
    return [panels[request.member.pk] for panels in found if request.member.pk in panels]


def _buttons(member, task, pressed, hindered, offered):
    """The verbs that would not be refused, as far as can be said; where pieces are missing, also how to end without."""
    without = hindered if offered.get("merge") else hindered | {"merge"}
    found = buttons_of(member, task, pressed=pressed, without=without, offered=offered)
    is_allowed = "complete" in access.verbs(member, task)
    if is_allowed and "complete" in hindered and not problems.of_completing(task, rest=Rest.NEW_TASK):
        found.append(rest_button(task))
    return _one_primary(found)


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
