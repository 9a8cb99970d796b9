"""What dispatch adds to the pages of tasks: taking one from the queue, and giving one to somebody."""

from django.template.loader import render_to_string

from dispatch.access import task_verbs
from dispatch.forms import AssignForm, SplitForm, id_of
from workorder.forms import SeenForm

ONLY_ON_ITS_PAGE = {"assign", "split"}  # forms to fill in, for which a list of cards has no room


def task_panels(tasks, *, request, brief, pressed=None):
    """Dict[task id -> HTML] for tasks this member may claim or assign; `brief` shows no form to fill in.

    `pressed` is a form that was refused: it comes back with what was typed and why not.
    """
    found = {}
    for task in tasks:
        verbs = set(task_verbs([task], request.member)[task.pk]) - (ONLY_ON_ITS_PAGE if brief else set())
        if verbs:
            values = {"task": task, "verbs": verbs, "claim": form_of(task, "claim")}
            for verb in ONLY_ON_ITS_PAGE & verbs:
                is_pressed = pressed and (pressed.subject.pk, pressed.verb) == (task.pk, verb)
                values[verb] = pressed.form if is_pressed else form_of(task, verb)
            found[task.pk] = render_to_string("dispatch/_task_panel.html", values, request=request)
    return found


def form_of(task, verb, data=None):
    options = {"initial": {"version": task.version}, "auto_id": id_of(task, verb)}
    if verb == "assign":
        return AssignForm(data, department_id=task.assigned_department_id, **options)
    if verb == "split":
        return SplitForm(data, **options)
    return SeenForm(data, **options)
