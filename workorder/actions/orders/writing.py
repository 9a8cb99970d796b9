"""Writing an order down: what a customer wants, as a draft."""

import datetime
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db import transaction

from tenants import events
from tenants.errors import refuse, refuse_input
from tenants.models import Member
from tenants.transitions import change
from workorder import problems
from workorder.actions import contents, numbers
from workorder.models import Customer, WorkOrder

EDITABLE = frozenset({"customer", "title", "priority", "due_at", "budget", "customer_reference", "notes"})
Rows = Sequence[Mapping[str, Any]]


@transaction.atomic
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
) -> WorkOrder:
    """Write down what a customer wants, as a draft with the next number.

    `lines` are `{product, quantity, unit?}`; the routings of their products become processes, side by side.
    `processes` are `{process, quantity, parallel_with_previous?}` and come after those. Raises `Invalid`.
    """
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
    minutes = contents.minutes_of(planned)
    refuse_input(problems.of_given_estimate(minutes))
    order = WorkOrder.objects.create(number=numbers.take_next(), estimate_minutes=minutes, **_tidy(facts))
    contents.write(order, lines, planned)
    events.record(order, "workorder.created", by=by, number=order.number, title=order.title)
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
    changed = {name: value for name, value in _tidy(facts).items() if getattr(order, name) != value}
    work = _replaced(order, lines, processes)
    if work is None and not changed:
        return order
    names = sorted(changed) + (["work"] if work else [])
    if work is not None:
        changed["estimate_minutes"] = contents.minutes_of(work[1])
    change(order, "workorder.edited", by=by, data={"changed": names}, **changed)
    if work is not None:
        contents.erase(order)
        contents.write(order, *work)
    return order


def _tidy(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Without the blanks people leave around what they type."""
    return {name: value.strip() if isinstance(value, str) else value for name, value in facts.items()}


def _replaced(order: WorkOrder, lines: Rows | None, processes: Rows | None) -> tuple[Rows, contents.Plan] | None:
    """The lines and processes an edit leads to, or None if it touches neither."""
    if lines is None and processes is None:
        return None
    old_lines, old_processes = contents.written(order)
    lines = old_lines if lines is None else lines
    planned = contents.plan(lines, old_processes if processes is None else processes)
    refuse_input(problems.of_given_estimate(contents.minutes_of(planned)))
    return lines, planned
