"""Tickets: who has to look at a new one, and who waits for what becomes of it."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from notifications.kinds import audiences
from notifications.kinds.audiences import by
from notifications.kinds.specs import News, Spec, of_subject
from notifications.states import Kind
from tenants.models import Event
from workorder.models import Ticket
from workorder.states import Priority, TicketStatus


def page(ticket: Ticket) -> str:
    return reverse("workorder:ticket_detail", args=[ticket.pk])


def created(event: Event, people: audiences.People) -> News:
    """Who supervises the department it names; without one, those who plan."""
    ticket = _ticket(event)
    to = audiences.supervisors(ticket.department, people) or audiences.planners(people)
    over = "" if ticket.status == TicketStatus.NEW else str(_("Somebody has looked at it."))
    facts = {"description": ticket.description}
    return _news(event, ticket, audiences.merged(to, without=event.actor_id), over=over, **facts)


def changed(event: Event, people: audiences.People) -> News:
    """Who has it, who reported it and who follows it."""
    ticket = _ticket(event)
    to = audiences.merged(
        audiences.member(ticket.assigned_member_id, people, _("You take care of it.")),
        audiences.member(ticket.reported_by_id, people, _("You reported it.")),
        audiences.followers([ticket], people),
        without=event.actor_id,
    )
    said = {name: event.data.get(name, "") for name in ("resolution", "reason", "number")}
    return _news(event, ticket, to, what=event.kind.partition(".")[2], **said)


def _ticket(event: Event) -> Any:
    return Ticket.objects.select_related("department").get(pk=event.subject_id)


def _news(event: Event, ticket: Ticket, to: list[audiences.Told], *, over: str = "", **facts: Any) -> News:
    said = {"ticket": ticket.title, "by": by(event), "priority": ticket.priority, **facts}
    is_urgent = ticket.priority == Priority.URGENT
    return News(to=to, facts=said, url=page(ticket), subject=ticket, is_urgent=is_urgent, over=over)


CHANGES = ("triaged", "started", "resolved", "reopened", "closed", "converted")
SPECS = (
    Spec(Kind.TICKET_CREATED, {"ticket.created": created}),
    Spec(
        Kind.TICKET_CHANGED,
        {f"ticket.{done}": changed for done in CHANGES},
        coalesce=of_subject,
    ),
)
