"""Something is wrong, or wanted: said by somebody, looked at by a supervisor, mended or made an order of."""

import datetime
import uuid
from collections.abc import Mapping
from typing import Any, cast

from django.db import IntegrityError, transaction

from tenants import context, events
from tenants.errors import refuse, refuse_input
from tenants.models import Department, Member
from tenants.states import wrong_state
from tenants.transitions import change, move, was_said
from workorder import problems
from workorder.actions import orders
from workorder.models import Customer, Ticket, WorkOrder

EDITABLE = frozenset({"title", "description", "priority", "customer", "department", "assigned_member", "work_order"})
TRIAGED = frozenset({"priority", "department", "assigned_member"})


@transaction.atomic
def open(  # noqa: A001 - what people do with a ticket
    *,
    by: Member,
    title: str,
    description: str = "",
    priority: str = "normal",
    customer: Customer | None = None,
    department: Department | None = None,
    work_order: WorkOrder | None = None,
    client_id: uuid.UUID | None = None,
) -> Ticket:
    """Tell what is wrong or wanted. A `client_id` known already answers the ticket it came with and writes nothing."""
    if known := _known(client_id):
        return known
    facts = {
        "title": title,
        "description": description,
        "priority": priority,
        "customer": customer,
        "department": department,
        "work_order": work_order,
    }
    refuse_input(problems.of_given_ticket(facts))
    try:
        with transaction.atomic():
            ticket = Ticket.objects.create(reported_by=by, client_id=client_id, **_tidy(facts))
    except IntegrityError:
        if known := _known(client_id):  # the same request came twice at once
            return known
        raise
    events.record(ticket, "ticket.created", by=by, title=ticket.title, priority=ticket.priority)
    return ticket


@transaction.atomic
def edit(ticket: Ticket, *, by: Member | None, seen: int | None = None, **facts: Any) -> Ticket:
    """Change an open ticket. What is not named stays; nothing is written when nothing differs."""
    _only(facts, EDITABLE)
    ticket = Ticket.objects.lock(ticket, seen=seen)
    refuse(problems.of_editing_ticket(ticket, facts))
    changed = _differing(ticket, facts)
    refuse_input(problems.of_given_ticket(changed))
    if changed:
        change(ticket, "ticket.edited", by=by, data={"changed": sorted(changed)}, **changed)
    return ticket


@transaction.atomic
def triage(ticket: Ticket, *, by: Member | None, seen: int | None = None, **facts: Any) -> Ticket:
    """Say how much it matters, where it belongs and who takes care of it; what is not named stays."""
    _only(facts, TRIAGED)
    ticket = Ticket.objects.lock(ticket)
    if was_said(ticket, "triage", by=by, seen=seen):
        return ticket
    refuse(wrong_state(ticket, "triage"))
    changed = _differing(ticket, facts)
    refuse_input(problems.of_given_ticket(changed))
    after = {"priority": ticket.priority, "department": ticket.department, "member": ticket.assigned_member} | {
        "member" if name == "assigned_member" else name: value for name, value in changed.items()
    }
    move(ticket, "triage", by=by, data={name: getattr(value, "pk", value) for name, value in after.items()}, **changed)
    return ticket


@transaction.atomic
def start(ticket: Ticket, *, by: Member | None, seen: int | None = None) -> Ticket:
    """Begin to take care of it. Whoever does so has it, if nobody had."""
    ticket = Ticket.objects.lock(ticket)
    if was_said(ticket, "start", by=by, seen=seen):
        return ticket
    refuse(wrong_state(ticket, "start"))
    taken: dict[str, Any] = {"assigned_member_id": by.pk} if by and ticket.assigned_member_id is None else {}
    move(ticket, "start", by=by, **taken)
    return ticket


@transaction.atomic
def resolve(ticket: Ticket, *, by: Member | None, resolution: str, seen: int | None = None) -> Ticket:
    """Say what was done about it."""
    ticket = Ticket.objects.lock(ticket)
    if was_said(ticket, "resolve", by=by, seen=seen):
        return ticket
    refuse(wrong_state(ticket, "resolve"))
    refuse_input(problems.of_words(resolution, "resolution"))
    said = resolution.strip()
    move(ticket, "resolve", by=by, data={"resolution": said}, resolution=said, resolved_at=context.now())
    return ticket


@transaction.atomic
def close(ticket: Ticket, *, by: Member | None, seen: int | None = None) -> Ticket:
    """Put a resolved ticket away."""
    ticket = Ticket.objects.lock(ticket)
    if not was_said(ticket, "close", by=by, seen=seen):
        move(ticket, "close", by=by)
    return ticket


@transaction.atomic
def reopen(ticket: Ticket, *, by: Member | None, reason: str, seen: int | None = None) -> Ticket:
    """It was not resolved after all. What was said about it stays in its history."""
    ticket = Ticket.objects.lock(ticket)
    if was_said(ticket, "reopen", by=by, seen=seen):
        return ticket
    refuse(wrong_state(ticket, "reopen"))
    refuse_input(problems.of_words(reason, "reason"))
    move(ticket, "reopen", by=by, data={"reason": reason.strip()}, resolution="", resolved_at=None)
    return ticket


@transaction.atomic
def convert(
    ticket: Ticket,
    *,
    by: Member | None,
    customer: Customer | None = None,
    due_at: datetime.datetime | None = None,
    seen: int | None = None,
) -> Ticket:
    """Make a draft of an order of it, for the customer named or the ticket's own. `ticket.work_order` is the order."""
    ticket = Ticket.objects.lock(ticket)
    if was_said(ticket, "convert", by=by, seen=seen):
        return ticket
    if customer is not None:
        refuse_input(problems.of_given_ticket({"customer": customer}))
    customer = customer or ticket.customer
    refuse(problems.of_converting(ticket, customer))
    order = orders.create(
        by=by,
        customer=cast(Customer, customer),
        title=ticket.title,
        notes=ticket.description,
        priority=ticket.priority,
        due_at=due_at,
    )
    data = {"work_order": order.pk, "number": order.number}
    move(ticket, "convert", by=by, data=data, customer=customer, work_order=order)
    return ticket


def _only(facts: Mapping[str, Any], known: frozenset[str]) -> None:
    if strange := facts.keys() - known:
        raise TypeError(f"Not editable: {sorted(strange)}")


def _differing(ticket: Ticket, facts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in _tidy(facts).items() if getattr(ticket, name) != value}


def _tidy(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Without the blanks people leave around what they type."""
    return {name: value.strip() if isinstance(value, str) else value for name, value in facts.items()}


def _known(client_id: uuid.UUID | None) -> Ticket | None:
    return Ticket.objects.filter(client_id=client_id).first() if client_id else None
