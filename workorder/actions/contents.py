"""What an order consists of: its lines, and the processes their routings and the planner ask for."""

import itertools
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from workorder.models import Process, RoutingStep, WorkOrder, WorkOrderProcess, WorkOrderProduct

GAP = 10  # between sequences, so that something can be put in between
CENT = Decimal("0.01")


@dataclass(frozen=True)
class Planned:
    """A process to be written. `line` is the index of the line it is made for, None when it was added by hand."""

    process: Process
    quantity: Decimal
    parallel: bool
    line: int | None = None

    @property
    def minutes(self) -> Decimal:
        return self.process.minutes_in_batches(self.quantity)

    @property
    def cost(self) -> Decimal:
        return self.minutes * self.process.hourly_rate / 60


Plan = list[Planned]
Routings = dict[uuid.UUID, list[RoutingStep]]


def plan(lines: Sequence[Mapping[str, Any]], processes: Sequence[Mapping[str, Any]] = ()) -> Plan:
    """The processes an order needs: the routings of its lines side by side, then those added by hand."""
    return plan_with(routings_of(lines), lines, processes)


def routings_of(lines: Iterable[Mapping[str, Any]]) -> Routings:
    """The routings of all products in `lines`, which may be those of many orders, in one query."""
    products = {line["product"].pk for line in lines}
    routings: Routings = {}
    for step in RoutingStep.objects.of_products(products) if products else ():
        routings.setdefault(step.product_id, []).append(step)
    return routings


def plan_with(
    routings: Routings, lines: Sequence[Mapping[str, Any]], processes: Sequence[Mapping[str, Any]] = ()
) -> Plan:
    """`plan`, with the routings at hand."""
    ways = [_way(number, line, routings.get(line["product"].pk, [])) for number, line in enumerate(lines)]
    by_hand = [
        Planned(row["process"], Decimal(row["quantity"]), bool(row.get("parallel_with_previous"))) for row in processes
    ]
    return side_by_side(ways) + by_hand


def side_by_side(ways: Sequence[Sequence[Sequence[Planned]]]) -> Plan:
    """Merge the ways of several lines, each a list of steps: the first steps of all together, then the second ones."""
    merged = []
    for steps in itertools.zip_longest(*ways, fillvalue=()):
        for place, planned in enumerate(itertools.chain(*steps)):
            merged.append(Planned(planned.process, planned.quantity, place > 0, planned.line))
    return merged


def minutes_of(planned: Sequence[Planned]) -> Decimal:
    return sum((one.minutes for one in planned), Decimal(0))


def cost_of(planned: Sequence[Planned]) -> Decimal:
    return sum((one.cost for one in planned), Decimal(0)).quantize(CENT)


def write(order: WorkOrder, lines: Sequence[Mapping[str, Any]], planned: Sequence[Planned]) -> None:
    """Write the lines of a new or emptied order, then its processes."""
    rows = WorkOrderProduct.objects.bulk_create(line_rows(order, lines))
    write_processes(order, rows, planned)


def write_processes(order: WorkOrder, rows: Sequence[WorkOrderProduct], planned: Sequence[Planned]) -> None:
    WorkOrderProcess.objects.bulk_create(process_rows(order, rows, planned))


def line_rows(order: WorkOrder, lines: Sequence[Mapping[str, Any]]) -> list[WorkOrderProduct]:
    """The lines of an order as rows to be inserted, perhaps together with those of others."""
    return [
        WorkOrderProduct(
            work_order=order,
            product=line["product"],
            position=position,
            quantity=Decimal(line["quantity"]),
            unit=line.get("unit") or line["product"].unit,
        )
        for position, line in enumerate(lines, start=1)
    ]


def process_rows(
    order: WorkOrder, rows: Sequence[WorkOrderProduct], planned: Sequence[Planned]
) -> list[WorkOrderProcess]:
    """The processes of an order as rows to be inserted; what they cost an hour is copied, as is what they take."""
    return [
        WorkOrderProcess(
            work_order=order,
            process=one.process,
            department_id=one.process.department_id,
            line=None if one.line is None else rows[one.line],
            sequence=number * GAP,
            parallel_with_previous=one.parallel,
            quantity=one.quantity,
            estimate_minutes=one.minutes,
            hourly_rate=one.process.hourly_rate,
        )
        for number, one in enumerate(planned, start=1)
    ]


def written(order: WorkOrder) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The lines and the processes added by hand, in the form `plan` takes them; rework is neither."""
    lines = [
        {"product": line.product, "quantity": line.quantity, "unit": line.unit}
        for line in order.lines.select_related("product")
    ]
    by_hand = [
        {"process": row.process, "quantity": row.quantity, "parallel_with_previous": row.parallel_with_previous}
        for row in order.processes.filter(line=None, is_rework=False).select_related("process")
    ]
    return lines, by_hand


def erase(order: WorkOrder) -> None:
    """Empty a draft, which has neither tasks nor history of its processes."""
    order.processes.all().delete()
    order.lines.all().delete()


def _way(number: int, line: Mapping[str, Any], routing: Sequence[RoutingStep]) -> list[list[Planned]]:
    """The routing of one line as its steps."""
    steps: list[list[Planned]] = []
    for step in routing:
        planned = Planned(step.process, Decimal(line["quantity"]), step.parallel_with_previous, number)
        if steps and step.parallel_with_previous:
            steps[-1].append(planned)
        else:
            steps.append([planned])
    return steps
