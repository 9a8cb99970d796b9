"""What order and task pages show, and how a pressed button is answered. Upper apps answer with the same parts."""

from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Prefetch, Q
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse

from tenants import context
from tenants.access import contributed
from tenants.errors import Invalid, NotAllowed, Problem, Stale
from tenants.ids import uuid7
from tenants.models import Event
from tenants.pages import page, toast, trigger, wants_part
from workorder import access, problems
from workorder.forms import FORMS, SeenForm
from workorder.models import TaskReport, WorkOrder, WorkOrderProcess, WorkOrderTask, steps_of
from workorder.templatetags.floor import VERBS, Word, quotation, sentence

HISTORY_LENGTH = 80
ROUTES = {"workorder": "order_verb", "process": "process_skip", "task": "task_verb"}
# The order's page tells the story of the order: what always comes along with another line is left to the audit log.
TOO_MUCH = ("task.created", "task.made_ready", "process.started", "process.cancelled")


@dataclass(frozen=True)
class Button:
    """A verb the member may say now: its words, where it is sent, and the form that goes along."""

    verb: str
    word: Word
    url: str
    form: forms.Form

    @property
    def asks(self) -> bool:
        """Whether it needs words, and therefore unfolds instead of acting at once."""
        return bool(self.form.visible_fields())


@dataclass(frozen=True)
class Pressed:
    """A button that was refused: its form comes back with what was typed."""

    subject: Any
    verb: str
    form: forms.Form


@dataclass(frozen=True)
class Card:
    """A task with what the member may do about it, what stands in the way, and what upper apps add."""

    task: WorkOrderTask
    buttons: list[Button]
    hints: list[Problem]
    panels: list[str]
    why: str


# --- a pressed button ----------------------------------------------------------------------------------------------
def press(request, subject, verb, act, show, *, form, done):
    """Say the verb and answer with `show`: the part as it is then, with a toast; or the reasons why not.

    400s of a verb are 422 here, as for every form: HTMX swaps the part in, with the messages beside the fields.
    """
    pressed = Pressed(subject, verb, form)
    if not form.is_valid():
        return show(request, subject, pressed=pressed, status=422)
    words = form.words()
    try:
        act(subject, by=request.member, seen=form.cleaned_data["version"], **words)
    except Invalid as refusal:
        left = _beside_fields(form, refusal.problems)
        return show(request, subject, pressed=pressed, problems=left, status=422)
    except NotAllowed as refusal:
        left = _beside_fields(form, refusal.problems)
        return show(request, subject, pressed=pressed if form.errors else None, problems=left, status=409)
    except Stale:
        return show(request, subject, stale=True, status=409)
    except ObjectDoesNotExist as error:
        raise Http404 from error
    if not wants_part(request):
        messages.success(request, done)
        return redirect(_url_of(subject))
    return told(request, toast(show(request, subject), done), changed=subject)


def _beside_fields(form, found):
    """Put each problem beside the field it names; answer those that name none that is shown."""
    shown = {field.name for field in form.visible_fields()}
    for problem in found:
        if problem.field in shown:
            form.add_error(problem.field, problem.message)
    return [problem for problem in found if problem.field not in shown]


def told(request, response, *, changed=None):
    """Add the counters of the frame, and a word to the other parts of this page that what they show has changed."""
    unread = [count([request.member.pk])[request.member.pk] for count in contributed("member", "unread")]
    if unread:
        trigger(response, counts={"unread": sum(unread)})
    if changed is not None:
        trigger(response, changed={"subject": changed.NOUN, "id": str(changed.pk)})
    return response


def _url_of(subject):
    return reverse(f"workorder:{'order' if subject.NOUN == 'workorder' else 'task'}_detail", args=[subject.pk])


# --- buttons -------------------------------------------------------------------------------------------------------
def buttons_of(member, subject, *, pressed=None, without=()):
    """The verbs of a subject as buttons, in the order a person would look for them."""
    allowed = access.verbs(member, subject)
    words = VERBS[subject.NOUN]
    return [_button(subject, verb, words[verb], pressed) for verb in words if verb in allowed and verb not in without]


def _button(subject, verb, word, pressed):
    url = reverse(f"workorder:{ROUTES[subject.NOUN]}", kwargs={"pk": subject.pk} | _named(subject, verb))
    if pressed and (pressed.subject.pk, pressed.verb) == (subject.pk, verb):
        return Button(verb, word, url, pressed.form)
    return Button(verb, word, url, form_of(subject, verb))


def _named(subject, verb):
    return {} if subject.NOUN == "process" else {"verb": verb}


def form_of(subject, verb, data=None):
    """The form of a verb, empty or as sent. Its ids name the subject, since many cards stand on one page."""
    form = FORMS[subject.NOUN].get(verb, SeenForm)
    initial = {"version": subject.version}
    if verb == "report":
        initial |= {"good": problems.plain(subject.quantity - subject.reported_quantity), "client_id": uuid7()}
    return form(data, initial=initial, auto_id=f"{verb}_{subject.pk.hex[-12:]}_%s")


# --- the order -----------------------------------------------------------------------------------------------------
def show_order(request, order, *, pressed=None, problems=(), stale=False, status=200):
    """The order's page, or its part, read afresh."""
    order = _read_order(order.pk)
    values = order_values(request, order, pressed)
    return page(
        request,
        "workorder/order_detail.html",
        part="workorder/_order.html",
        status=status,
        problems=problems,
        stale=stale,
        **values,
    )


def show_order_of(request, process, **values):
    """The same for what happened to one of its processes."""
    return show_order(request, process.work_order, **values)


def _read_order(pk):
    processes = WorkOrderProcess.objects.select_related("process", "department").order_by("sequence")
    tasks = WorkOrderTask.objects.select_related("assigned_member__user", "assigned_department")
    orders = WorkOrder.objects.select_related("customer", "submitted_by__user").prefetch_related(
        "lines__product", Prefetch("processes", processes), Prefetch("tasks", tasks), "approvals__decided_by__user"
    )
    return orders.get(pk=pk)


def order_values(request, order, pressed=None):
    member, processes, tasks = request.member, list(order.processes.all()), list(order.tasks.all())
    in_the_way = {verb: _in_the_way(order, verb, member, processes) for verb in access.verbs(member, order)}
    return {
        "order": order,
        "late": order.is_late(context.now()),
        "buttons": buttons_of(member, order, pressed=pressed, without=_keys(in_the_way)),
        "may_edit": "edit" in in_the_way,
        "hints": [problem for found in in_the_way.values() for problem in found],
        "steps": _steps(request, order, processes, tasks, pressed),
        "watched": [order.pk, *(row.pk for row in (*processes, *tasks))],
        "history": partial(history, order, processes, tasks),
    }


def _keys(reasons):
    """The verbs that have any reason against them."""
    return {verb for verb, found in reasons.items() if found}


def _in_the_way(order, verb, member, processes):
    """Why a verb of the order would be refused, as far as it can be said before it is tried."""
    match verb:
        case "submit":
            return problems.of_submitting(order, has_work=bool(processes or order.lines.all()))
        case "approve":
            return problems.of_approving(order, by=member)
        case "release":
            has_work = bool(processes or order.lines.all())  # a routing may have come meanwhile
            return problems.of_releasing(order, has_work=has_work)
    return []


def _steps(request, order, processes, tasks, pressed):
    """The processes in their steps, each with its tasks, who has them and why, and how far it is."""
    added = _why(tasks)
    by_process = {}
    for task in tasks:
        by_process.setdefault(task.process_id, []).append({"task": task, "why": added.get(task.pk, "")})
    return [
        [_process_row(request, order, process, by_process.get(process.pk, []), pressed) for process in step]
        for step in steps_of(processes)
    ]


def _process_row(request, order, process, tasks, pressed):
    process.work_order = order
    reported = sum(row["task"].reported_quantity for row in tasks)
    may_be_skipped = not problems.of_skipping(process)
    return {
        "process": process,
        "tasks": tasks,
        "reported": reported,
        "buttons": buttons_of(request.member, process, pressed=pressed) if may_be_skipped else [],
    }


# --- tasks ---------------------------------------------------------------------------------------------------------
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
    why = _why(tasks)
    panels = [panel(tasks, request=request, brief=brief, pressed=pressed) for panel in contributed("task", "panels")]
    found = []
    for task in tasks:
        hints = {verb: _why_not(task, verb) for verb in access.verbs(request.member, task)}
        found.append(
            Card(
                task=task,
                buttons=_one_primary(buttons_of(request.member, task, pressed=pressed, without=_keys(hints))),
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


def _why(tasks):
    """Dict[task id -> the decision in words], from whoever gives tasks to people."""
    found = {}
    for fields in contributed("task", "fields"):
        found |= {pk: values.get("why", "") for pk, values in fields(tasks).items()}
    return found


# --- history -------------------------------------------------------------------------------------------------------
def history(subject, processes=(), tasks=()):
    """What happened to a subject and its parts, newest first: sentences with who and when, and the reasons given."""
    names = {process.pk: str(process.process) for process in processes}
    names |= {task.pk: f"“{task.title}”" for task in tasks}
    where = Q(subject_type=subject.NOUN, subject_id=subject.pk)
    where |= Q(subject_type="process", subject_id__in=[process.pk for process in processes])
    where |= Q(subject_type="task", subject_id__in=[task.pk for task in tasks])
    events = Event.objects.filter(where).select_related("actor__user")
    if subject.NOUN == "workorder":
        events = events.exclude(kind__in=TOO_MUCH)
    return [
        {"event": event, "said": sentence(event, names.get(event.subject_id, "it")), "quoted": quotation(event)}
        for event in events.order_by("-occurred_at", "-recorded_at", "-subject_version", "-id")[:HISTORY_LENGTH]
    ]
