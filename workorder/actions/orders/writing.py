"""Writing an order down: what a customer wants, as a draft."""

import datetime
import uuid
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction

from tenants import events
from tenants.errors import refuse, refuse_input
from tenants.models import Member
from tenants.transitions import change
from workorder import problems
from workorder.actions import contents, numbers
from workorder.models import Customer, WorkOrder

EDITABLE = frozenset({"customer", "title", "priority", "due_at", "budget", "customer_reference", "notes"})
Rows = Sequence[Mapping[str, Any]]


def create(
    *,
    by: Member | None,
    customer: Customer,
    title: str,
    priority: str = "normal",
    due_at: datetime.datetime | None = None,
    lines: Rows = (),
    processes: Rows = (),
    budget: Decimal | None = None,
    customer_reference: str = "",
    notes: str = "",
    client_id: uuid.UUID | None = None,
) -> WorkOrder:
    """Write down what a customer wants, as a draft with the next number.

    `lines` are `{product, quantity, unit?}`; the routings of their products become processes, side by side.
    `processes` are `{process, quantity, parallel_with_previous?}` and come after those. Raises `Invalid`.
    A `client_id` that an order has already answers that order, whatever else is said: it was sent twice.
    """
    if found := sent_before(client_id):
        return found
    facts: dict[str, Any] = {
        "customer": customer,
        "title": title,
        "priority": priority,
        "due_at": due_at,
        "budget": budget,
        "customer_reference": customer_reference,
        "notes": notes,
    }
    refuse_input(problems.of_given_order(facts) + problems.of_given_work(lines, processes))
    planned = contents.plan(lines, processes)
    minutes, cost = contents.minutes_of(planned), contents.cost_of(planned)
    refuse_input(problems.of_given_estimate(minutes, cost))
    order = WorkOrder(client_id=client_id, estimate_minutes=minutes, estimate_cost=cost, **tidy(facts))
    return _write_once(order, lines, planned, by=by)


def sent_before(client_id: uuid.UUID | None) -> WorkOrder | None:
    """The order that was made of the same message before, if one was."""
    return WorkOrder.objects.filter(client_id=client_id).first() if client_id else None


@transaction.atomic
def copy(
    order: WorkOrder,
    *,
    by: Member,
    seen: int | None = None,
    due_at: datetime.datetime | None = None,
    title: str | None = None,
    client_id: uuid.UUID | None = None,
) -> WorkOrder:
    """Make a new draft of what an old order was for: its lines with today's routings, and what was added by hand.

    The customer's reference is of the old one, so it is left empty. Raises `NotAllowed` with everything that is no
    longer in use.
    """
    if found := sent_before(client_id):
        return found
    order = WorkOrder.objects.lock(order, seen=seen)
    facts: dict[str, Any] = {
        "customer": order.customer,
        "title": order.title if title is None else title,
        "priority": order.priority,
        "due_at": due_at,
        "budget": order.budget,
        "notes": order.notes,
    }
    lines, processes = contents.written(order)
    refuse(problems.of_copying(order.customer, lines, processes))
    refuse_input(problems.of_given_order(facts) + problems.of_given_work(lines, processes))
    planned = contents.plan(lines, processes)
    minutes, cost = contents.minutes_of(planned), contents.cost_of(planned)
    refuse_input(problems.of_given_estimate(minutes, cost))
    made = WorkOrder(
        client_id=client_id, copied_from=order, estimate_minutes=minutes, estimate_cost=cost, **tidy(facts)
    )
    return _write_once(made, lines, planned, by=by, copied_from=order.pk, copied_from_number=order.number)


def _write_once(order: WorkOrder, lines: Rows, planned: contents.Plan, *, by: Member | None, **data: Any) -> WorkOrder:
    """Give a new order its number and write it with all it consists of, unless somebody was first with its client id.

    Only that race needs a savepoint: its loser gives the number back and goes on.
    """
    try:
        with transaction.atomic(savepoint=order.client_id is not None):
            order.number = numbers.take_next(organization=by.organization if by else None)
            order.save(force_insert=True)
            contents.write(order, lines, planned)
            events.record(order, "workorder.created", by=by, number=order.number, title=order.title, **data)
    except IntegrityError:
        if found := sent_before(order.client_id):
            return found
        raise
    return order


@transaction.atomic
def edit(
    order: WorkOrder,
    *,
    by: Member | None,
    seen: int | None = None,
    lines: Rows | None = None,
    processes: Rows | None = None,
    **facts: Any,
) -> WorkOrder:
    """Change a draft. What is not named stays; `lines` and `processes` replace all lines, or all processes by hand.

    Nothing is written when nothing differs.
    """
    if strange := facts.keys() - EDITABLE:
        raise TypeError(f"Not editable: {sorted(strange)}")
    order = WorkOrder.objects.lock(order, seen=seen)
    refuse(problems.of_editing(order))
    refuse_input(problems.of_given_order(facts) + problems.of_given_work(lines or (), processes or ()))
    changed = {name: value for name, value in tidy(facts).items() if getattr(order, name) != value}
    work = _replaced(order, lines, processes)
    if work is None and not changed:
        return order
    names = sorted(changed) + (["work"] if work else [])
    before = {name: getattr(order, name) for name in changed}
    told = {"changed": names, "from": _told(before), "to": _told(changed)}
    if work is not None:
        changed |= {"estimate_minutes": contents.minutes_of(work[1]), "estimate_cost": contents.cost_of(work[1])}
    change(order, "workorder.edited", by=by, data=told, **changed)
    if work is not None:
        contents.erase(order)
        contents.write(order, *work)
    return order


def _told(facts: Mapping[str, Any]) -> dict[str, Any]:
    """What history says of these columns; notes are long, and there for everybody to read."""
    return {name: getattr(value, "pk", value) for name, value in facts.items() if name != "notes"}


def tidy(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Without the blanks people leave around what they type."""
    return {name: value.strip() if isinstance(value, str) else value for name, value in facts.items()}


def _replaced(order: WorkOrder, lines: Rows | None, processes: Rows | None) -> tuple[Rows, contents.Plan] | None:
    """The lines and processes an edit leads to, or None if it touches neither."""
    if lines is None and processes is None:
        return None
    old_lines, old_processes = contents.written(order)
    lines = old_lines if lines is None else lines
    planned = contents.plan(lines, old_processes if processes is None else processes)
    refuse_input(problems.of_given_estimate(contents.minutes_of(planned), contents.cost_of(planned)))
    return lines, planned
