"""Plans: those who have to agree to one, and those whose tasks one changes."""

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from dispatch.models import Plan
from dispatch.states import PlanStatus
from notifications.kinds import audiences
from notifications.kinds.audiences import by
from notifications.kinds.specs import ON_PAGES, News, Spec, Told
from notifications.states import Kind, Level
from tenants.models import Event

DECIDED = _("It has been decided.")


def page(plan: Plan) -> str:
    return reverse("dispatch:plan_detail", args=[plan.pk])


def waiting(event: Event, people: audiences.People) -> News:
    """Those who may publish it: who plans, and who supervises the department it is for, other than who submitted it."""
    plan = _plan(event)
    in_charge = audiences.supervisors(plan.department, people)
    to = audiences.merged(in_charge, audiences.planners(people), without=event.actor_id)
    over = "" if plan.status == PlanStatus.WAITING else str(DECIDED)
    facts = {"plan": plan.name, "by": by(event), "tasks": event.data.get("tasks", 0)}
    return News(to=to, facts=facts, url=page(plan), subject=plan, over=over)


def stopped(event: Event, people: audiences.People) -> News:
    """Who wanted a large plan published: a worker began it after they had gone on."""
    plan = _plan(event)
    over = "" if plan.status in (PlanStatus.READY, PlanStatus.WAITING) else str(DECIDED)
    return News(
        to=audiences.member(event.data.get("member"), people, _("You published it.")),
        facts={"plan": plan.name, "reason": event.data.get("reason", "")},
        url=page(plan),
        subject=plan,
        over=over,
    )


def published(event: Event, people: audiences.People) -> News:
    """Everybody whose tasks it changes, once, however many those are."""
    return _given(event, people, gained=event.data.get("gains", {}), lost=event.data.get("losses", {}))


def undone(event: Event, people: audiences.People) -> News:
    """The same the other way round."""
    return _given(event, people, gained=event.data.get("losses", {}), lost=event.data.get("gains", {}))


def _given(event: Event, people: audiences.People, *, gained: Mapping[str, int], lost: Mapping[str, int]) -> News:
    plan = _plan(event)
    why = _("The plan changes what you have.")
    found = audiences.members({*gained, *lost}, people, why)
    to = [
        Told(told.member, why, {"more": gained.get(str(told.member.pk), 0), "fewer": lost.get(str(told.member.pk), 0)})
        for told in audiences.merged(found, without=event.actor_id)
    ]
    facts = {"plan": plan.name, "by": by(event), "published": event.kind == "plan.published"}
    return News(to=to, facts=facts, url=reverse("workorder:my_tasks"), subject=plan)


def _plan(event: Event) -> Any:
    return Plan.objects.select_related("department").get(pk=event.subject_id)


SPECS = (
    Spec(Kind.PLAN_WAITING, {"plan.submitted": waiting}),
    Spec(Kind.PLAN_STOPPED, {"plan.stopped": stopped}, level=Level.WARNING, defaults=ON_PAGES),
)
