"""Why something may not be done with a ticket (409), or why what was sent about one cannot be meant (400)."""

from collections.abc import Mapping
from typing import Any

from tenants import context
from tenants.errors import Problem
from tenants.models import Department, Member
from tenants.states import Role, wrong_state
from workorder.models import Customer, Ticket, WorkOrder
from workorder.problems.given import of_words
from workorder.states import TICKET_OPEN, Priority, TicketStatus

MAX_DESCRIPTION = 5000


def of_editing_ticket(ticket: Ticket, facts: Mapping[str, Any]) -> list[Problem]:
    """While it is open. Who takes care of it is said from triage on."""
    if ticket.status not in TICKET_OPEN:
        label = ticket.get_status_display().lower()
        return [Problem("ticket_ended", f"It is {label}: there is nothing left to edit.")]
    if ticket.status == TicketStatus.NEW and facts.get("assigned_member") is not None:
        return [Problem("not_triaged", "Triage it first: that is when somebody gets it.", "assigned_member")]
    return []


def of_converting(ticket: Ticket, customer: Customer | None) -> list[Problem]:
    """An order is for somebody, so a ticket becomes one only together with a customer."""
    if found := wrong_state(ticket, "convert"):
        return found
    if customer is None:
        return [Problem("customer_missing", "Say for which customer: an order needs one.", "customer")]
    if not customer.active:
        return [Problem("customer_inactive", f"{customer} is no longer in use: name another customer.", "customer")]
    return []


def of_given_ticket(facts: Mapping[str, Any]) -> list[Problem]:
    """The plain columns of a ticket; only those named are looked at."""
    found: list[Problem] = []
    if "title" in facts:
        found += of_words(facts["title"], "title", most=200)
    if "description" in facts:
        found += of_words(facts["description"], "description", most=MAX_DESCRIPTION, needed=False)
    if facts.get("priority", Priority.NORMAL) not in Priority.values:
        found.append(Problem("invalid_choice", f"It is one of {', '.join(Priority.values)}.", "priority"))
    for name, row in facts.items():
        if isinstance(row, Customer | Department | Member | WorkOrder):
            found += _of_row(row, name)
    return found


def _of_row(row: Any, field: str) -> list[Problem]:
    """A row of the organization that is still there; a stranger's is an unknown one."""
    if row.organization_id != context.organization_id():
        return [Problem("does_not_exist", "There is no such thing.", field)]
    if not getattr(row, "active", True):
        return [Problem("inactive", f"{row} is no longer in use.", field)]
    if isinstance(row, Member) and not row.is_at_least(Role.OPERATOR):
        return [Problem("only_looks_on", f"{row} is a viewer: somebody who works has to take care of it.", field)]
    return []
