"""What an order was thought to take, and what it took."""

from dataclasses import dataclass
from decimal import Decimal

from workorder.templatetags.floor import duration, money


@dataclass(frozen=True)
class Bar:
    label: str
    actual: str
    planned: str
    percent: int


@dataclass(frozen=True)
class Costs:
    bars: list[Bar]
    is_over_estimate: bool
    is_over_budget: bool


def costs_of(order, currency):
    """Bars that are full at what was planned: what went beyond that is said in words, not drawn."""
    spent, planned = order.actual_cost, order.estimate_cost
    bars = [
        Bar(
            "Time",
            duration(order.actual_minutes),
            f"{duration(order.estimate_minutes)} estimated",
            _percent(order.actual_minutes, order.estimate_minutes),
        )
    ]
    if spent or planned:
        said = f"{money(planned, currency)} estimated"
        bars.append(Bar("Costs", money(spent, currency), said, _percent(spent, planned)))
    if order.budget is not None:
        said = f"{money(order.budget, currency)} budget"
        bars.append(Bar("Budget used", money(spent, currency), said, _percent(spent, order.budget)))
    over_time = order.actual_minutes > order.estimate_minutes > 0
    return Costs(bars, over_time or spent > planned > 0, order.budget is not None and spent > order.budget)


def _percent(part, whole):
    if not whole:
        return 100 if part else 0
    return int(min(Decimal(100), 100 * part / whole))
