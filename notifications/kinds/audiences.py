"""Who is told, and why it is them. Each answers in one query, and only people who are among those it is given."""

import uuid
from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from notifications.kinds.specs import Told
from notifications.models import Follow
from tenants import context
from tenants.models import Department, Deputy, Event, Member
from tenants.states import Role
from workorder import problems, queries
from workorder.models import Comment, WorkOrder
from workorder.states import TASK, TaskStatus

OPEN = sorted(TASK.open)
People = QuerySet[Member]


def merged(*groups: Iterable[Told], without: uuid.UUID | None = None) -> list[Told]:
    """Everybody once, for the strongest reason, which is that of the first group they are in."""
    found: dict[uuid.UUID, Told] = {}
    for group in groups:
        for told in group:
            found.setdefault(told.member.pk, told)
    found.pop(without, None)  # type: ignore[arg-type]
    return list(found.values())


def member(pk: uuid.UUID | str | None, people: People, why: Any) -> list[Told]:
    """One named member, if they are still here."""
    return [Told(one, why) for one in people.filter(pk=pk)] if pk else []


def members(pks: Iterable[Any], people: People, why: Any) -> list[Told]:
    wanted = [pk for pk in pks if pk]
    return [Told(one, why) for one in people.filter(pk__in=wanted).order_by("pk")] if wanted else []


def supervisors(department: Department | None, people: People) -> list[Told]:
    """Those in charge of a department."""
    if department is None:
        return []
    why = format_lazy(_("You supervise {department}."), department=department.name)
    return [Told(one, why) for one in people.in_department(department).filter(role=Role.SUPERVISOR).order_by("pk")]


def planners(people: People) -> list[Told]:
    """Those who plan, admins included."""
    return [Told(one, _("You plan the work.")) for one in people.at_least(Role.PLANNER).order_by("pk")]


def submitter(order: WorkOrder, people: People) -> list[Told]:
    return member(order.submitted_by_id, people, _("You submitted it."))


def assignees(order: WorkOrder, people: People, *, of: Iterable[str] = OPEN) -> list[Told]:
    """Those who have work of the order that is in one of these states."""
    theirs = order.tasks.filter(status__in=list(of), assigned_member__isnull=False).values("assigned_member")
    return [Told(one, _("You have work of it.")) for one in people.filter(pk__in=theirs).order_by("pk")]


def stopped(order: WorkOrder, people: People) -> list[Told]:
    """Those whose work ended because the order did."""
    return assignees(order, people, of=[TaskStatus.CANCELLED])


def followers(things: Iterable[Any], people: People) -> list[Told]:
    """Those who follow one of these; what they muted is told them and hidden, so that it can be proven."""
    asked = [thing for thing in things if thing is not None]
    wanted = Q(pk__in=[])
    for thing in asked:
        wanted |= Q(subject_type=thing.NOUN, subject_id=thing.pk)
    theirs = Follow.objects.filter(wanted, muted=False).values("member")
    why = format_lazy(_("You follow {thing}."), thing=named(asked[0]))
    return [Told(one, why) for one in people.filter(pk__in=theirs).order_by("pk")]


def talkers(thing: Any, people: People) -> list[Told]:
    """Those who have said something about it."""
    theirs = Comment.objects.about(thing).kept().order_by().values("member")
    return [Told(one, _("You commented on it.")) for one in people.filter(pk__in=theirs).order_by("pk")]


def approvers(order: WorkOrder, people: People, *, level: int) -> list[Told]:
    """Those who may agree at a level, and those who stand in for them."""
    may = {one.pk for one in queries.who_may_approve(order, level=level)}
    found = list(people.filter(pk__in=may).order_by("pk"))
    behind = _behind(one for one in found if not problems.holds(one, level))
    return [Told(one, behind.get(one.pk) or _("You may approve orders.")) for one in found]


def _behind(deputies: Iterable[Member]) -> dict[uuid.UUID, Any]:
    """In whose place somebody decides, as a reason."""
    rows = Deputy.objects.in_force(context.now()).filter(deputy__in=list(deputies))
    return {row.deputy_id: format_lazy(_("You stand in for {member}."), member=row.member.name) for row in rows}


def named(thing: Any) -> str:
    """A thing by the name people know it by."""
    return str(thing.number if thing.NOUN == WorkOrder.NOUN else thing.title)


def by(event: Event) -> str:
    """Who did it, in words."""
    return event.actor.name if event.actor else "Workfloor"
