"""What ticket pages show."""

from functools import partial

from tenants.access import contributed
from tenants.pages import page
from workorder import access
from workorder.models import Ticket
from workorder.pages.buttons import buttons_of
from workorder.pages.conversation import talk_of
from workorder.pages.history import history, history_url


def show_ticket(request, ticket, *, pressed=None, problems=(), stale=False, status=200):
    """The ticket's page, or its part, read afresh."""
    related = ("customer", "department", "reported_by__user", "assigned_member__user", "work_order")
    ticket = Ticket.objects.select_related(*related).get(pk=ticket.pk)
    panels = [panel([ticket], request=request) for panel in contributed("ticket", "panels")]
    return page(
        request,
        "workorder/ticket_detail.html",
        part="workorder/_ticket.html",
        status=status,
        problems=problems,
        stale=stale,
        ticket=ticket,
        buttons=buttons_of(request.member, ticket, pressed=pressed),
        may_edit="edit" in access.verbs(request.member, ticket),
        panels=[html[ticket.pk] for html in panels if html.get(ticket.pk)],
        watched=[ticket.pk],
        history=partial(history, ticket),
        history_url=history_url(ticket),
        talk=partial(talk_of, request, ticket),
    )
