"""What the dispatch board shows: queues and people by department, and one task on its way from hand to hand."""

from dataclasses import dataclass, field
from typing import Any

from dispatch import access, queries
from dispatch.forms import BoardFilter, GiveForm, id_of
from dispatch.models import Assignment
from dispatch.problems import LIFTED
from dispatch.queries.board import board, takers
from dispatch.queries.weighing import weigh
from tenants.pages import page, wants_part
from tenants.states import Role
from workorder.models import WorkOrderTask
from workorder.templatetags.floor import duration

MOST_NAMED = 5  # of those who cannot: a longer list is read by nobody
MOST_DECIDED = 100


@dataclass(frozen=True)
class Giving:
    """A task to be given away: the form, who cannot have it, and why it was refused if it was."""

    task: Any
    form: GiveForm
    unable: list[Any]
    unable_more: int = 0
    problems: list[Any] = field(default_factory=list)
    remedies: list[Any] = field(default_factory=list)
    """What would help where nobody can take it."""
    stale: bool = False

    @property
    def asks_why(self) -> bool:
        """Whether a reason could help: some only can with one, or all that was said against it gives way to one."""
        is_refused = {problem.code for problem in self.problems}
        return self.form.needs_reason or bool(is_refused) and is_refused <= LIFTED


def board_values(request):
    asked = BoardFilter(request.GET, member=request.member)
    sections = board(asked.chosen())
    return {
        "filter": asked,
        "sections": sections,
        "led": led_by(request.member, sections),
        "may_run": request.member.is_at_least(Role.PLANNER),
        "asked": asked.address,
    }


def led_by(member, sections):
    """The departments whose work this member gives away."""
    if member.is_at_least(Role.PLANNER):
        return {section.department.pk for section in sections}
    return {member.department_id} if member.is_at_least(Role.SUPERVISOR) else set()


def show_board(request, **values):
    return page(request, "dispatch/board.html", part="dispatch/_board.html", **board_values(request), **values)


def show_giving(request, task, *, giving, status=200):
    """One task with whom it can be given to, as a page of its own or inside its card."""
    asked = BoardFilter(request.GET, member=request.member)
    values = {"giving": giving, "task": task, "asked": asked.address}
    return page(request, "dispatch/give.html", part="dispatch/_give.html", status=status, **values)


def show_given(request, task, *, before, giving, status=200):
    """What changed on the board: the queues and people the task left and came to, each to be swapped where it is."""
    if not wants_part(request):
        return show_giving(request, task, giving=giving, status=status)
    asked = BoardFilter(request.GET, member=request.member)
    touched = {before.assigned_department_id, task.assigned_department_id}
    people = {before.assigned_member_id, task.assigned_member_id}
    sections = board([place for place in asked.chosen() if place.pk in touched])
    values = {
        "sections": sections,
        "colleagues": [one for section in sections for one in section.colleagues if one.person.id in people],
        "led": led_by(request.member, sections),
        "giving": giving,
        "asked": asked.address,
    }
    return page(request, "dispatch/give.html", part="dispatch/_changed.html", status=status, **values)


def giving_of(task, data=None, *, form=None, problems=(), stale=False):
    """`Giving` for a task as it stands; `form` is one that was refused."""
    everybody = takers(task)
    if form is None:
        form = give_form_of(task, data, everybody=everybody)
    else:
        form.offer(_groups(everybody), needs_reason=_needs_reason(everybody))
    unable = [taker for taker in everybody if taker.against and not taker.may_be_forced]
    is_stuck = task.assigned_member_id is None and all(taker.against for taker in everybody)
    remedies = weigh(task).remedies[:MOST_NAMED] if is_stuck else []
    return Giving(task, form, unable[:MOST_NAMED], len(unable[MOST_NAMED:]), list(problems), remedies, stale)


def give_form_of(task, data=None, *, everybody=()):
    standing = Assignment.objects.of_task(task).open().first()
    initial = {"version": standing.version if standing else task.version, "of": standing}
    form = GiveForm(data, task=task, initial=initial, auto_id=id_of(task, "give"))
    form.offer(_groups(everybody), needs_reason=_needs_reason(everybody))
    return form


def _needs_reason(everybody):
    return any(taker.against and taker.may_be_forced for taker in everybody)


def _groups(everybody):
    """The choices of a person: who can take it, and who can if somebody says why it has to be."""
    can = [(str(taker.person.id), _said(taker)) for taker in everybody if not taker.against]
    forced = [(str(taker.person.id), _said(taker)) for taker in everybody if taker.against and taker.may_be_forced]
    return [(label, rows) for label, rows in (("Can take it", can), ("Only with a reason", forced)) if rows]


def _said(taker):
    reasons = ", ".join(problem.message for problem in taker.against)
    return f"{taker.person.name}: {reasons or duration(taker.person.load) + ' of work'}"


def show_preview(request):
    """What a run would decide now for the departments that are looked at. Changes nothing."""
    asked = BoardFilter(request.GET, member=request.member)
    places = {place.pk for place in asked.chosen()}
    waiting = {task.pk: task for task in queries.queued().with_order()}
    decisions = queries.preview(list(waiting.values()))
    rows = [
        {"decision": decision, "task": waiting[decision.job]}
        for decision in decisions
        if waiting[decision.job].assigned_department_id in places
    ]
    values = {
        "rows": rows[:MOST_DECIDED],
        "more": len(rows[MOST_DECIDED:]),
        "given": sum(row["decision"].chosen is not None for row in rows),
        "count": len(rows),
        "filter": asked,
        "asked": asked.address,
        "may_run": request.member.is_at_least(Role.PLANNER),
    }
    return page(request, "dispatch/preview.html", part="dispatch/_preview.html", **values)


def may_give(member, task: WorkOrderTask) -> bool:
    return access.may(member, "assign", task)
