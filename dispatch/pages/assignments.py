"""What can be said on the pages of a task about who has it: yes, no, back to the queue, to another, in exchange."""

from django.template.loader import render_to_string

from dispatch import access, problems
from dispatch.forms import DeclineForm, ReassignForm, SwapForm, id_of
from dispatch.models import Assignment
from tenants.errors import NotAllowed
from workorder.forms import SeenForm
from workorder.states import TaskStatus

IN_LISTS = {"accept", "decline"}  # the rest is for supervisors, on the task's own page
MOST_OFFERED = 100


def assignment_panels(tasks, *, request, brief, pressed=None):
    """Dict[task id -> HTML] for tasks somebody has, in one query for all; one more on the page of a task."""
    by_id = {task.pk: task for task in tasks if task.assigned_member_id}
    found = {}
    standing = Assignment.objects.open().filter(task__in=by_id).select_related("member__user") if by_id else ()
    for assignment in standing:
        task = assignment.task = by_id[assignment.task_id]
        verbs = {verb for verb in access.verbs(request.member, assignment) if not _hindered(assignment, verb)}
        verbs &= IN_LISTS if brief else verbs
        if verbs:
            values = {"task": task, "assignment": assignment}
            for verb in verbs:
                is_pressed = pressed and (pressed.subject.pk, pressed.verb) == (task.pk, verb)
                values[verb] = pressed.form if is_pressed else assignment_form(assignment, verb)
            found[task.pk] = render_to_string("dispatch/_assignment_panel.html", values, request=request)
    return found


def _hindered(assignment, verb):
    """Whether it would be refused, as far as the rows at hand tell."""
    if verb == "accept":
        return False
    of_verb = problems.of_declining if verb == "decline" else problems.of_withdrawing
    return bool(of_verb(assignment, assignment.task))


def assignment_form(assignment, verb, data=None):
    """The form of a verb, empty or as sent; its version is the assignment's."""
    options = {"initial": {"version": assignment.version}, "auto_id": id_of(assignment.task, verb)}
    if verb == "decline":
        return DeclineForm(data, **options)
    if verb == "reassign":
        return ReassignForm(data, assignment=assignment, **options)
    if verb == "swap":
        return SwapForm(data, offered=exchangeable(assignment), **options)
    return SeenForm(data, **options)


def exchangeable(assignment):
    """What others of the same department have and nobody has begun."""
    task = assignment.task
    others = Assignment.objects.open().exclude(member=assignment.member_id).select_related("member__user", "task")
    here = others.filter(task__assigned_department=task.assigned_department_id)
    untouched = here.filter(task__status__in=(TaskStatus.WAITING, TaskStatus.READY, TaskStatus.PAUSED))
    return list(untouched.order_by("member__user__name", "task__title", "pk")[:MOST_OFFERED])


def asking_why(form, act):
    """`act`, after whose refusal the form asks for a reason, where one may set aside what speaks against it."""

    def asked(subject, **words):
        try:
            return act(subject, **words)
        except NotAllowed as refusal:
            form.asks_why = any(problem.code in problems.LIFTED for problem in refusal.problems)
            raise

    return asked
