"""What a worker does of an import: looks the file through, or writes its orders. Each step may be begun anew.

The relay calls `run` outside any transaction, with a row of `ImportStep` it has leased.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F

from tenants import context, events
from tenants.context import tenant
from tenants.errors import Problem, Refusal, refuse
from tenants.models import Member, Organization
from tenants.transitions import move
from workorder import formats, problems
from workorder.actions import contents, files, numbers, orders
from workorder.actions.imports import drafts
from workorder.formats import Line
from workorder.models import ImportRow, ImportStep, OrderImport, WorkOrder, WorkOrderProcess, WorkOrderProduct
from workorder.states import ImportStatus

log = logging.getLogger(__name__)

CHUNK = 200  # rows looked through per transaction: what the progress bar moves by
AT_ONCE = 500  # rows per statement: each has five seconds
MOST_TRIES = 4


def run(step: ImportStep) -> None:
    """Do a step. What can never succeed ends the import with a reason; anything else is tried again, a few times."""
    try:
        if step.attempts > MOST_TRIES:  # and none of them said why it ended
            refuse([Problem("import_gave_up", "Whoever worked on it stopped again and again without a word.")])
        STEPS[step.verb](step)
    except Refusal as refusal:
        _fail(step, str(refusal))
    except Exception:
        if step.attempts < MOST_TRIES:
            raise
        log.exception("Import %s is given up.", step.order_import_id)
        _fail(step, "Something broke on our side, several times. Nothing was written.")


def _check(step: ImportStep) -> None:
    """Judge all rows, then write down chunk by chunk what became of them: where a dead worker stopped, this goes on."""
    with tenant(step.organization_id, atomic=False):
        order_import = OrderImport.objects.get(pk=step.order_import_id)
        with files.open_stored(order_import.digest) as file:
            data = file.read()
    lines = formats.read(data).lines
    with tenant(step.organization_id, atomic=False):
        organization = Organization.objects.get(pk=context.organization_id())
        found = drafts.judged(lines, organization)
    for chunk in _batched(lines[order_import.rows_done :], CHUNK):
        _write_down(step, chunk, found)
    with tenant(step.organization_id):
        order_import = OrderImport.objects.lock(step.order_import_id)
        if order_import.status == ImportStatus.CHECKING and order_import.rows_done == order_import.rows_total:
            counts = {"rows": order_import.rows_total, "wrong": order_import.rows_wrong, "orders": len(found.drafts)}
            move(order_import, "list_problems", by=None, data=counts, orders_total=len(found.drafts))


def _write_down(step: ImportStep, chunk: Sequence[Line], found: drafts.Judged) -> None:
    """Keep a chunk of rows with their problems, unless somebody thought dead has kept it after all."""
    with tenant(step.organization_id):
        order_import = OrderImport.objects.lock(step.order_import_id)
        if order_import.status != ImportStatus.CHECKING or order_import.rows.filter(number=chunk[0].number).exists():
            return
        rows = ImportRow.objects.bulk_create(
            ImportRow(
                order_import=order_import,
                number=line.number,
                values=line.cells,
                problems=[problem.as_dict() for problem in found.problems.get(line.number, ())],
            )
            for line in chunk
        )
        wrong = sum(bool(row.problems) for row in rows)
        OrderImport.objects.filter(pk=order_import.pk).update(
            rows_done=F("rows_done") + len(rows), rows_wrong=F("rows_wrong") + wrong
        )


def _write(step: ImportStep) -> None:
    """Write every order in one transaction, in the name of whoever asked for it.

    What can be made ready is made ready before: SQLite has one writer. Should the catalogue be another one by the time
    the transaction has begun, all of that is done again inside it.
    """
    with tenant(step.organization_id, atomic=False):
        order_import = OrderImport.objects.get(pk=step.order_import_id)
        organization = Organization.objects.get(pk=context.organization_id())
        edition, ready = drafts.edition(), _made_ready(order_import, organization)
    with tenant(step.organization_id):
        order_import = OrderImport.objects.lock(step.order_import_id)
        if order_import.status != ImportStatus.WRITING:
            return
        if drafts.edition() != edition:
            ready = _made_ready(order_import, organization)
        refuse(problems.of_outdated(ready.judged.problems))
        asked = events.newest(order_import)
        with context.acting(caused_by=asked.pk if asked else None, request_id=asked.request_id if asked else ""):
            made = _insert(ready, by=asked.actor if asked else order_import.member, organization=organization)
            span = {"orders": len(made), "first": made[0].number, "last": made[-1].number}
            move(order_import, "finish", by=None, data=span)


@dataclass(frozen=True)
class _Ready:
    """All rows to be inserted, by kind; the orders have no numbers yet."""

    judged: drafts.Judged
    orders: list[WorkOrder]
    lines: list[WorkOrderProduct]
    processes: list[WorkOrderProcess]
    rows: list[ImportRow]


def _made_ready(order_import: OrderImport, organization: Organization) -> _Ready:
    """Judge all rows once more, and make of them what is to be inserted."""
    read = list(order_import.rows.all())
    ready = _Ready(drafts.judged([Line(row.number, row.values) for row in read], organization), [], [], [], read)
    if ready.judged.problems:
        return ready
    by_line = {row.number: row for row in read}
    for draft in ready.judged.drafts:
        facts = {drafts.COLUMN_OF.get(name, name): value for name, value in draft.facts.items()}
        minutes, cost = contents.minutes_of(draft.planned), contents.cost_of(draft.planned)
        order = WorkOrder(estimate_minutes=minutes, estimate_cost=cost, **orders.tidy(facts))
        lines = contents.line_rows(order, draft.lines)
        ready.orders.append(order)
        ready.lines.extend(lines)
        ready.processes.extend(contents.process_rows(order, lines, draft.planned))
        for number in draft.numbers:
            by_line[number].work_order = order
    return ready


def _insert(ready: _Ready, *, by: Member | None, organization: Organization) -> list[WorkOrder]:
    """All rows by kind, each kind in a few statements.

    Lines and processes come before their orders (keys are compared at the commit), since from the moment numbers are
    taken everybody else who writes an order waits.
    """
    made = ready.orders
    WorkOrderProduct.objects.bulk_create(ready.lines, AT_ONCE)
    WorkOrderProcess.objects.bulk_create(ready.processes, AT_ONCE)
    ImportRow.objects.bulk_create(
        ready.rows, AT_ONCE, update_conflicts=True, unique_fields=["id"], update_fields=["work_order"]
    )
    for order, number in zip(made, numbers.take_block(len(made), organization=organization), strict=True):
        order.number = number
    WorkOrder.objects.bulk_create(made, AT_ONCE)
    lines_of = {order.pk: draft.numbers for order, draft in zip(made, ready.judged.drafts, strict=True)}

    def told(order: WorkOrder) -> dict[str, Any]:
        facts = {"number": order.number, "title": order.title, "rows": lines_of[order.pk]}
        return facts | {"import": ready.rows[0].order_import_id}

    events.record_all(made, "workorder.created", by=by, data=told)
    return made


def _fail(step: ImportStep, reason: str) -> None:
    with tenant(step.organization_id):
        order_import = OrderImport.objects.lock(step.order_import_id)
        if order_import.is_running:
            move(order_import, "fail", by=None, problem=reason[:500], data={"reason": reason[:500]})


def _batched(lines: Sequence[Line], size: int) -> list[Sequence[Line]]:
    return [lines[start : start + size] for start in range(0, len(lines), size)]


STEPS = {"check": _check, "write": _write}
