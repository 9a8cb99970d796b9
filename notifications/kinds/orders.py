"""What happens to an order: those who decide about it, who asked for it, and who has work of it."""

from typing import Any

from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from notifications.kinds import audiences
from notifications.kinds.specs import AT_HAND, GATHERED, News, Spec, of_subject
from notifications.states import Kind, Level
from tenants import context
from tenants.models import Event, Organization
from workorder.models import WorkOrder
from workorder.states import OrderStatus

DECIDED = _("It has been decided.")
PRIORITIES = {"low": _("low"), "normal": _("normal"), "high": _("high"), "urgent": _("urgent")}


def page(order: WorkOrder) -> str:
    return reverse("workorder:order_detail", args=[order.pk])


def read(pk: Any) -> WorkOrder:
    return WorkOrder.objects.select_related("submitted_by__user").get(pk=pk)


def _news(event: Event, order: WorkOrder, to: list[audiences.Told], *, over: Any = "", **facts: Any) -> News:
    said = {"number": order.number, "order": order.title, "by": audiences.by(event)}
    said |= {name: event.data.get(name, "") for name in ("comment", "reason")}
    return News(to=to, facts=said | facts, url=page(order), subject=order, over=str(over))


def _waits(order: WorkOrder, level: int) -> Any:
    """Nothing if the order still waits for somebody to decide at this level, else why not."""
    return "" if order.status == OrderStatus.SUBMITTED and order.approval_level == level else DECIDED


def submitted(event: Event, people: audiences.People) -> News:
    """Those who can approve it, and their deputies, other than who asked."""
    order = read(event.subject_id)
    to = audiences.approvers(order, people, level=1)
    return _news(event, order, to, over=_waits(order, 1), level=1)


def agreed(event: Event, people: audiences.People) -> News:
    """Those who decide at the next level, other than who has agreed."""
    order, level = read(event.subject_id), event.data["level"] + 1
    to = audiences.approvers(order, people, level=level)
    return _news(event, order, to, over=_waits(order, level), level=level)


def overdue(event: Event, people: audiences.People) -> News:
    """Whoever may decide, once more and louder."""
    order, level = read(event.data["work_order"]), event.data["level"]
    to = audiences.approvers(order, people, level=level)
    return _news(event, order, to, over=_waits(order, level), submitted_by=str(order.submitted_by))


def answered(event: Event, people: audiences.People) -> News:
    """Who asked, unless they answered it themselves."""
    order = read(event.subject_id)
    to = audiences.merged(audiences.submitter(order, people), without=event.actor_id)
    return _news(event, order, to)


def completed(event: Event, people: audiences.People) -> News:
    """Who asked for it; if that is nobody any more, those who plan. And who follows it."""
    order = read(event.subject_id)
    gone = order.submitted_by is None or not order.submitted_by.active
    asked = audiences.planners(people) if gone else audiences.submitter(order, people)
    return _news(event, order, audiences.merged(asked, audiences.followers([order], people)))


def of_interest(event: Event, people: audiences.People) -> News:
    """Who asked for it and who follows it."""
    order = read(event.subject_id)
    return _news(event, order, _those_with_an_interest(event, order, people))


def held(event: Event, people: audiences.People) -> News:
    """Those too who have work of it."""
    order = read(event.subject_id)
    at_work = audiences.assignees(order, people)
    to = _those_with_an_interest(event, order, people, at_work)
    return _news(event, order, to, held=event.kind == "workorder.held")


def replanned(event: Event, people: audiences.People) -> News:
    """The same, of a new due date or priority."""
    order = read(event.subject_id)
    to = _those_with_an_interest(event, order, people, audiences.assignees(order, people))
    return _news(event, order, to, **_changed(event))


def cancelled(event: Event, people: audiences.People) -> News:
    """Those too whose work ended with it."""
    order = read(event.subject_id)
    return _news(event, order, _those_with_an_interest(event, order, people, audiences.stopped(order, people)))


def _those_with_an_interest(
    event: Event, order: WorkOrder, people: audiences.People, *groups: list[audiences.Told]
) -> list[audiences.Told]:
    asked, following = audiences.submitter(order, people), audiences.followers([order], people)
    return audiences.merged(*groups, asked, following, without=event.actor_id)


def _changed(event: Event) -> dict[str, Any]:
    """What it was and what it is: a priority by its name, a moment on the organization's wall."""
    said = {"what": event.kind.partition(".")[2]}
    return said | {name: _value(event.data.get(key)) for name, key in (("before", "from"), ("after", "to"))}


def _value(value: Any) -> Any:
    if value is None or value in PRIORITIES:
        return PRIORITIES.get(value, "")
    moment = parse_datetime(value)
    zone = Organization.objects.get(pk=context.organization_id()).zone
    return moment and moment.astimezone(zone).replace(tzinfo=None)


SPECS = (
    Spec(Kind.ORDER_SUBMITTED, {"workorder.submitted": submitted, "approval.given": agreed}),
    Spec(Kind.APPROVAL_OVERDUE, {"approval.overdue": overdue}, level=Level.WARNING, defaults=AT_HAND),
    Spec(Kind.ORDER_APPROVED, {"workorder.approved": answered}, level=Level.SUCCESS),
    Spec(Kind.ORDER_REJECTED, {"workorder.rejected": answered}, level=Level.WARNING),
    Spec(Kind.ORDER_RELEASED, {"workorder.released": of_interest}, defaults=GATHERED),
    Spec(
        Kind.ORDER_HELD,
        {"workorder.held": held, "workorder.resumed": held},
        level=Level.WARNING,
        coalesce=of_subject,
    ),
    Spec(
        Kind.ORDER_CHANGED,
        {"workorder.rescheduled": replanned, "workorder.reprioritized": replanned},
        defaults=GATHERED,
        coalesce=of_subject,
    ),
    Spec(Kind.ORDER_CANCELLED, {"workorder.cancelled": cancelled}, level=Level.WARNING),
    Spec(Kind.ORDER_COMPLETED, {"workorder.completed": completed}, level=Level.SUCCESS),
)
