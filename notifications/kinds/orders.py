"""What happens to an order: those who decide about it, who asked for it, and who has work of it."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from notifications.kinds import audiences
from notifications.kinds.specs import AT_HAND, GATHERED, News, Spec, of_subject
from notifications.states import Kind, Level
from tenants.models import Event
from workorder.models import WorkOrder
from workorder.states import OrderStatus

DECIDED = _("It has been decided.")


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


def of_interest_to_the_floor(event: Event, people: audiences.People) -> News:
    """Those too who have work of it."""
    order = read(event.subject_id)
    at_work = audiences.assignees(order, people)
    facts = {"held": event.kind == "workorder.held", **_changed(event)}
    return _news(event, order, _those_with_an_interest(event, order, people, at_work), **facts)


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
    """What it was, and what it is: priorities as they are called, moments for the templates to write."""
    return {"what": event.kind.partition(".")[2], "before": event.data.get("from"), "after": event.data.get("to")}


SPECS = (
    Spec(Kind.ORDER_SUBMITTED, {"workorder.submitted": submitted, "approval.given": agreed}),
    Spec(Kind.APPROVAL_OVERDUE, {"approval.overdue": overdue}, level=Level.WARNING, defaults=AT_HAND),
    Spec(Kind.ORDER_APPROVED, {"workorder.approved": answered}, level=Level.SUCCESS),
    Spec(Kind.ORDER_REJECTED, {"workorder.rejected": answered}, level=Level.WARNING),
    Spec(Kind.ORDER_RELEASED, {"workorder.released": of_interest}, defaults=GATHERED),
    Spec(
        Kind.ORDER_HELD,
        {"workorder.held": of_interest_to_the_floor, "workorder.resumed": of_interest_to_the_floor},
        level=Level.WARNING,
        coalesce=of_subject,
    ),
    Spec(
        Kind.ORDER_CHANGED,
        {"workorder.rescheduled": of_interest_to_the_floor, "workorder.reprioritized": of_interest_to_the_floor},
        defaults=GATHERED,
        coalesce=of_subject,
    ),
    Spec(Kind.ORDER_CANCELLED, {"workorder.cancelled": cancelled}, level=Level.WARNING),
    Spec(Kind.ORDER_COMPLETED, {"workorder.completed": completed}, level=Level.SUCCESS),
)
