"""Whom a step of an escalation reaches: looked up when it happens, by the dry run and by the nightly check alike."""

from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import QuerySet
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from notifications.kinds import audiences
from notifications.kinds.specs import Told
from notifications.kinds.watched import Watched
from notifications.states import Audience, Trigger
from tenants.models import Member
from tenants.states import Role

Step = Mapping[str, Any]
"""A step as an escalation keeps it: `sequence`, `wait_minutes`, `audience`, `member` (its id or None), `transports`."""


def reached(step: Step, trigger: str, thing: Watched, people: QuerySet[Member]) -> list[Told]:
    """Those among `people` whom a step would tell now, each once."""
    return audiences.merged(_REACH[Audience(step["audience"])](step, trigger, thing, people))


def taken(
    step: Step, trigger: str, thing: Watched, people: QuerySet[Member], *, is_last: bool
) -> tuple[Step, list[Told]]:
    """The step as it is taken, and whom it tells. A last one that finds nobody goes to the admins, as they prefer."""
    found = reached(step, trigger, thing, people)
    if found or not is_last:
        return step, found
    return {**step, "audience": Audience.ADMINS, "member": None, "transports": []}, admins(people)


def everybody() -> QuerySet[Member]:
    """Those who are here, in the order they came."""
    return Member.objects.active().select_related("user", "organization")


def admins(people: QuerySet[Member]) -> list[Told]:
    return [Told(one, _("You are an admin.")) for one in people.filter(role=Role.ADMIN).order_by("pk")]


def supervisors(departments: Any, people: QuerySet[Member]) -> list[Told]:
    """Those in charge of any of these departments."""
    found = people.filter(role=Role.SUPERVISOR, department__in=list(departments)).select_related("department")
    return [
        Told(one, format_lazy(_("You supervise {department}."), department=one.department.name))
        for one in found.order_by("pk")
    ]


def _assignees(step: Step, trigger: str, thing: Watched, people: QuerySet[Member]) -> list[Told]:
    """Who has it; an approval is in the hands of those who can give it."""
    if trigger == Trigger.APPROVAL_WAITING and thing.row.approval_level:
        return audiences.approvers(thing.row, people, level=thing.row.approval_level)
    return audiences.members(thing.holders, people, _("You have it."))


def _planners(step: Step, trigger: str, thing: Watched, people: QuerySet[Member]) -> list[Told]:
    return [Told(one, _("You plan the work.")) for one in people.filter(role=Role.PLANNER).order_by("pk")]


_REACH: dict[Audience, Callable[[Step, str, Watched, QuerySet[Member]], list[Told]]] = {
    Audience.ASSIGNEE: _assignees,
    Audience.SUPERVISOR: lambda step, trigger, thing, people: supervisors(thing.departments, people),
    Audience.PLANNERS: _planners,
    Audience.ADMINS: lambda step, trigger, thing, people: admins(people),
    Audience.SUBMITTER: lambda step, trigger, thing, people: audiences.member(
        thing.submitter, people, _("You asked for it.")
    ),
    Audience.MEMBER: lambda step, trigger, thing, people: audiences.member(
        step["member"], people, _("The escalation policy names you.")
    ),
}
