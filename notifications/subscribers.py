"""Who is told what. One function per kind of event: it finds the people, the inbox makes sure of "once"."""

import functools
from typing import Any

from django.urls import reverse

from dispatch.models import Absence, Assignment, Plan
from dispatch.queries import who_may_decide
from dispatch.states import AbsenceStatus
from notifications import hub
from notifications.actions import escalations, telling, webhook_calls
from notifications.states import Kind, Level
from tenants import doorbell
from tenants.models import Event, Member
from tenants.states import Role
from workorder import queries
from workorder.models import Comment, WorkOrder, WorkOrderTask

PAGES = {"workorder": "workorder:order_detail", "task": "workorder:task_detail", "ticket": "workorder:ticket_detail"}


def announce(event: Event) -> None:
    """Tell every open page of the organization that something has a new version, once that is safe, and see to it
    that endpoints of other programs hear of it.

    One reaction for both: a delivery of its own for each event would cost every organization what few of them use.
    """
    webhook_calls.expect(event)
    frame = hub.Changed(subject=event.subject_type, id=event.subject_id, version=event.subject_version)
    doorbell.after_commit(functools.partial(hub.publish, event.organization_id, frame))


def escalate(event: Event) -> None:
    """Begin to wait for somebody to react, or end that: what is moved to another time does both."""
    escalations.stop(event)
    if event.kind in escalations.BEGINS:
        escalations.begin(event)


def order_submitted(event: Event) -> None:
    """Those who can approve it, and their deputies, other than who asked."""
    order = _order(event)
    telling.tell(
        event,
        to=queries.who_may_approve(order, level=1),
        kind=Kind.ORDER_SUBMITTED,
        title=f"{order.number} waits for approval",
        content=f"{_by(event)} submitted “{order.title}”.",
        url=_order_url(order),
    )


def approval_given(event: Event) -> None:
    """Those who decide at the next level, other than who has agreed."""
    order, level = _order(event), event.data["level"] + 1
    telling.tell(
        event,
        to=queries.who_may_approve(order, level=level),
        kind=Kind.ORDER_SUBMITTED,
        title=f"{order.number} waits for approval",
        content=_with_comment(f"{_by(event)} approved “{order.title}”; now it needs level {level}.", event),
        url=_order_url(order),
    )


def approval_overdue(event: Event) -> None:
    """Whoever may decide, once more and louder."""
    order = WorkOrder.objects.select_related("submitted_by__user").get(pk=event.data["work_order"])
    telling.tell(
        event,
        to=queries.who_may_approve(order, level=event.data["level"]),
        kind=Kind.APPROVAL_OVERDUE,
        title=f"{order.number} still waits for approval",
        content=f"“{order.title}”, submitted by {order.submitted_by}, has waited longer than it should.",
        level=Level.WARNING,
        url=_order_url(order),
    )


def order_approved(event: Event) -> None:
    order = _order(event)
    telling.tell(
        event,
        to=_submitter(order, event),
        kind=Kind.ORDER_APPROVED,
        title=f"{order.number} is approved",
        content=_with_comment(f"{_by(event)} approved “{order.title}”.", event),
        level=Level.SUCCESS,
        url=_order_url(order),
    )


def order_rejected(event: Event) -> None:
    order = _order(event)
    telling.tell(
        event,
        to=_submitter(order, event),
        kind=Kind.ORDER_REJECTED,
        title=f"{order.number} is rejected",
        content=_with_comment(f"{_by(event)} rejected “{order.title}”.", event),
        level=Level.WARNING,
        url=_order_url(order),
    )


def order_completed(event: Event) -> None:
    """Who asked for it; if that is nobody any more, those who plan."""
    order = _order(event)
    submitter = order.submitted_by
    telling.tell(
        event,
        to=[submitter] if submitter and submitter.active else _planners(),
        kind=Kind.ORDER_COMPLETED,
        title=f"{order.number} is completed",
        content=f"All work on “{order.title}” has ended.",
        level=Level.SUCCESS,
        url=_order_url(order),
    )


def task_assigned(event: Event) -> None:
    """The member it was offered to, unless they took it themselves. A plan gives many at once: it tells them itself."""
    if event.data.get("plan"):
        return
    assignment = Assignment.objects.select_related("task__work_order", "member__user").get(pk=event.subject_id)
    task = assignment.task
    telling.tell(
        event,
        to=[assignment.member] if assignment.member_id != event.actor_id else [],
        kind=Kind.TASK_ASSIGNED,
        title=f"{task.title} is yours",
        content=f"{task.work_order.number}. {event.data.get('why', assignment.why)}",
        url=_task_url(task),
    )


def plan_published(event: Event) -> None:
    """Everybody whose tasks it changes, once, however many those are."""
    _tell_of_plan(event, gained=event.data.get("gains", {}), lost=event.data.get("losses", {}))


def plan_undone(event: Event) -> None:
    """The same the other way round."""
    _tell_of_plan(event, gained=event.data.get("losses", {}), lost=event.data.get("gains", {}))


def _tell_of_plan(event: Event, *, gained: dict[str, int], lost: dict[str, int]) -> None:
    name = Plan.objects.values_list("name", flat=True).get(pk=event.subject_id)
    people = Member.objects.filter(pk__in={*gained, *lost}).exclude(pk=event.actor_id).select_related("user")
    alike: dict[tuple[int, int], list[Member]] = {}
    for member in people:
        alike.setdefault((gained.get(str(member.pk), 0), lost.get(str(member.pk), 0)), []).append(member)
    verb = "published" if event.kind == "plan.published" else "took back"
    for (more, fewer), members in alike.items():
        telling.tell(
            event,
            to=members,
            kind=Kind.TASK_ASSIGNED,
            title=_counted(more, fewer),
            content=f"{_by(event)} {verb} the plan “{name}”.",
            url=reverse("workorder:my_tasks"),
        )


def _counted(more: int, fewer: int) -> str:
    """3 tasks are yours, 1 task is not any more"""
    said = ["1 task is" if count == 1 else f"{count} tasks are" for count in (more, fewer)]
    yours = f"{said[0]} yours" if more else ""
    gone = f"{said[1]} not yours any more" if fewer else ""
    return ", ".join(part for part in (yours, gone) if part)


def nobody_eligible(event: Event) -> None:
    """The supervisors of the department it waits in; without one, those who plan."""
    if not event.data.get("nobody_eligible"):
        return
    task = WorkOrderTask.objects.select_related("work_order", "assigned_department").get(pk=event.subject_id)
    department = task.assigned_department
    in_charge = Member.objects.active().in_department(department).filter(role=Role.SUPERVISOR).select_related("user")
    telling.tell(
        event,
        to=list(in_charge) or _planners(),
        kind=Kind.NOBODY_ELIGIBLE,
        title=f"Nobody in {department} can take {task.title}",
        content=f"{task.work_order.number}. {event.data.get('why', '')}",
        level=Level.WARNING,
        url=_task_url(task),
    )


def mentioned(event: Event) -> None:
    """Whom a comment names, other than who wrote it; nobody once its words are gone."""
    comment = Comment.objects.kept().filter(pk=event.subject_id).first()
    if comment is None or not event.data.get("mentions"):
        return
    subject = queries.subject_of(comment)
    people = Member.objects.filter(pk__in=event.data["mentions"]).exclude(pk=comment.member_id)
    telling.tell(
        event,
        to=people.select_related("user"),
        kind=Kind.MENTIONED,
        title=f"{_by(event)} mentioned you: {_named(subject)}",
        content=event.data.get("text", ""),
        url=f"{reverse(PAGES[subject.NOUN], args=[subject.pk])}#comment-{comment.pk}",
    )


def absence_requested(event: Event) -> None:
    """Those who can grant it, other than who asked."""
    absence = _absence(event)
    telling.tell(
        event,
        to=[member for member in who_may_decide(absence) if member.pk != event.actor_id],
        kind=Kind.ABSENCE_REQUESTED,
        title=f"{absence.member} asks to be away",
        content=f"{absence.get_kind_display()}, {_span(absence)}. {absence.note}".strip(),
        url=reverse("dispatch:absences"),
    )


def absence_answered(event: Event) -> None:
    """Who is to be away."""
    absence = _absence(event)
    is_granted = absence.status == AbsenceStatus.APPROVED
    telling.tell(
        event,
        to=[absence.member],
        kind=Kind.ABSENCE_ANSWERED,
        title=f"Your absence is {absence.get_status_display().lower()}",
        content=f"{absence.get_kind_display()}, {_span(absence)}. {absence.answer}".strip(),
        level=Level.SUCCESS if is_granted else Level.WARNING,
        url=reverse("dispatch:absences"),
    )


def _absence(event: Event) -> Absence:
    return Absence.objects.select_related("member__user", "organization").get(pk=event.subject_id)


def _span(absence: Absence) -> str:
    """From when to when, on the organization's wall."""
    start, end = (at.astimezone(absence.organization.zone) for at in (absence.starts_at, absence.ends_at))
    return f"{start.day} {start:%B %Y %H:%M} to {end.day} {end:%B %Y %H:%M}"


def _named(subject: Any) -> str:
    return f"{subject.number}" if subject.NOUN == WorkOrder.NOUN else f"{subject.title}"


def _order(event: Event) -> WorkOrder:
    return WorkOrder.objects.select_related("submitted_by__user").get(pk=event.subject_id)


def _planners() -> list[Member]:
    return list(Member.objects.active().at_least(Role.PLANNER).select_related("user"))


def _submitter(order: WorkOrder, event: Event) -> list[Member]:
    """Who asked, unless they answered it themselves."""
    submitter = order.submitted_by
    return [submitter] if submitter and submitter.pk != event.actor_id else []


def _by(event: Event) -> str:
    return event.actor.name if event.actor else "Workfloor"


def _with_comment(sentence: str, event: Event) -> str:
    comment = event.data.get("comment", "")
    return f"{sentence} They wrote: {comment}" if comment else sentence


def _order_url(order: WorkOrder) -> str:
    return reverse("workorder:order_detail", args=[order.pk])


def _task_url(task: WorkOrderTask) -> str:
    return reverse("workorder:task_detail", args=[task.pk])
