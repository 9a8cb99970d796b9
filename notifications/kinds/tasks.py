"""Who has a task, who has it no more, and who has to find somebody."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from dispatch.models import Assignment
from dispatch.states import AssignmentStatus
from notifications.kinds import audiences, plans
from notifications.kinds.audiences import by
from notifications.kinds.specs import AT_HAND, News, Spec, of_order
from notifications.states import Kind, Level
from tenants.models import Event
from workorder.models import WorkOrderTask
from workorder.states import OrderStatus, Priority

NOT_THEIRS = _("It is no longer theirs.")
FOUND = _("Somebody has it by now.")
OVER = {AssignmentStatus.FINISHED: _("It is done.")}


def page(task: WorkOrderTask) -> str:
    return reverse("workorder:task_detail", args=[task.pk])


def offered(event: Event, people: audiences.People) -> News | None:
    """The member it was offered to, unless they took it themselves. A plan gives many at once: it tells them itself."""
    if event.data.get("plan"):
        return None
    assignment = _assignment(event)
    to = audiences.member(assignment.member_id, people, _("It was given to you."))
    over = "" if assignment.is_open else OVER.get(assignment.status, NOT_THEIRS)
    why = event.data.get("why", assignment.why)
    return _news(event, assignment.task, audiences.merged(to, without=event.actor_id), over=over, because=why)


def taken_back(event: Event, people: audiences.People) -> News | None:
    """Who had it. Not who gave it back, nor who hears that the whole order was cancelled, or of a plan."""
    assignment = _assignment(event)
    if event.data.get("plan") or assignment.task.work_order.status == OrderStatus.CANCELLED:
        return None
    to = audiences.member(assignment.member_id, people, _("It was yours."))
    because = event.data.get("because", "")
    return _news(event, assignment.task, audiences.merged(to, without=event.actor_id), because=because)


def declined(event: Event, people: audiences.People) -> News:
    """The supervisors of the department, since they have to know who does not want what."""
    assignment = _assignment(event)
    to = audiences.supervisors(assignment.task.assigned_department, people)
    to = audiences.merged(to, without=event.actor_id)
    return _news(event, assignment.task, to, member=assignment.member.name, because=assignment.decline_reason)


def nobody(event: Event, people: audiences.People) -> News | None:
    """The supervisors of the department it waits in; without one, those who plan."""
    if not event.data.get("nobody_eligible"):
        return None
    task = _tasks().get(pk=event.subject_id)
    department = task.assigned_department
    to = audiences.supervisors(department, people) or audiences.planners(people)
    over = FOUND if task.assigned_member_id or not task.is_open else ""
    return _news(event, task, to, over=over, department=department.name, because=event.data.get("why", ""))


def _tasks() -> Any:
    return WorkOrderTask.objects.select_related("work_order", "assigned_department")


def _assignment(event: Event) -> Assignment:
    found = Assignment.objects.select_related("task__work_order", "task__assigned_department", "member__user")
    return found.defer("decision").get(pk=event.subject_id)


def _news(event: Event, task: WorkOrderTask, to: list[audiences.Told], *, over: Any = "", **facts: Any) -> News:
    order = task.work_order
    return News(
        to=to,
        facts={"task": task.title, "number": order.number, "by": by(event), **facts},
        url=page(task),
        subject=task,
        within=[order],
        is_urgent=order.priority == Priority.URGENT,
        over=str(over),
    )


SPECS = (
    Spec(
        Kind.TASK_ASSIGNED,
        {"assignment.offered": offered, "plan.published": plans.published, "plan.undone": plans.undone},
        defaults=AT_HAND,
        coalesce=of_order,
        has_html=True,
        breaks_mute=True,
    ),
    Spec(
        Kind.TASK_TAKEN_BACK,
        {"assignment.withdrawn": taken_back},
        defaults=AT_HAND,
        coalesce=of_order,
        has_html=True,
        breaks_mute=True,
    ),
    Spec(Kind.TASK_DECLINED, {"assignment.declined": declined}, level=Level.WARNING, coalesce=of_order, has_html=True),
    Spec(
        Kind.NOBODY_ELIGIBLE,
        {"task.queued": nobody},
        level=Level.WARNING,
        defaults=AT_HAND,
        coalesce=of_order,
        has_html=True,
    ),
)
