"""What a worker does of an import: looks the file through, or writes its orders. Each step may be begun anew.

The relay calls `run` outside any transaction, with a row of `ImportStep` it has leased.
"""

import logging
from collections.abc import Sequence

from django.db.models import F

from tenants import context, events
from tenants.context import tenant
from tenants.errors import Problem, Refusal, refuse
from tenants.models import Organization
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
        organization = Organization.objects.get(pk=step.organization_id)
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
    """Write every order in one transaction, in the name of whoever asked for it, judging all rows once more."""
    with tenant(step.organization_id):
        order_import = OrderImport.objects.lock(step.order_import_id)
        if order_import.status != ImportStatus.WRITING:
            return
        asked = events.newest(order_import)
        organization = Organization.objects.get(pk=step.organization_id)
        found = drafts.judged(drafts.lines_of(order_import), organization)
        refuse(problems.of_outdated(found.problems))
        with context.acting(caused_by=asked.pk if asked else None, request_id=asked.request_id if asked else ""):
            made = _insert(order_import, found.drafts, organization)
            span = {"orders": len(made), "first": made[0].number, "last": made[-1].number}
            move(order_import, "finish", by=None, data=span)


def _insert(order_import: OrderImport, found: Sequence[drafts.Draft], organization: Organization) -> list[WorkOrder]:
    """All rows by kind, each kind in a few statements.

    Lines and processes come before their orders (keys are compared at the commit), since from the moment numbers are
    taken everybody else who writes an order waits.
    """
    asked = events.newest(order_import)
    by = asked.actor if asked else order_import.member
    made, lines, processes = [], [], []
    for draft in found:
        facts = {drafts.COLUMN_OF.get(name, name): value for name, value in draft.facts.items()}
        order = WorkOrder(
            estimate_minutes=contents.minutes_of(draft.planned),
            estimate_cost=contents.cost_of(draft.planned),
            **orders.tidy(facts),
        )
        rows = contents.line_rows(order, draft.lines)
        made.append(order)
        lines += rows
        processes += contents.process_rows(order, rows, draft.planned)
    WorkOrderProduct.objects.bulk_create(lines, AT_ONCE)
    WorkOrderProcess.objects.bulk_create(processes, AT_ONCE)
    _refer(order_import, found, made)
    for order, number in zip(made, numbers.take_block(len(made), organization=organization), strict=True):
        order.number = number
    WorkOrder.objects.bulk_create(made, AT_ONCE)
    told = {
        order.pk: {"number": order.number, "title": order.title, "import": order_import.pk, "rows": draft.numbers}
        for order, draft in zip(made, found, strict=True)
    }
    events.record_all(made, "workorder.created", by=by, data=lambda order: told[order.pk])
    return made


def _refer(order_import: OrderImport, found: Sequence[drafts.Draft], made: Sequence[WorkOrder]) -> None:
    """Note at each row which order it became part of."""
    order_of = {line: order for draft, order in zip(found, made, strict=True) for line in draft.numbers}
    rows = list(order_import.rows.all())
    for row in rows:
        row.work_order = order_of[row.number]
    ImportRow.objects.bulk_create(
        rows, AT_ONCE, update_conflicts=True, unique_fields=["id"], update_fields=["work_order"]
    )


def _fail(step: ImportStep, reason: str) -> None:
    with tenant(step.organization_id):
        order_import = OrderImport.objects.lock(step.order_import_id)
        if order_import.is_running:
            move(order_import, "fail", by=None, problem=reason[:500], data={"reason": reason[:500]})


def _batched(lines: Sequence[Line], size: int) -> list[Sequence[Line]]:
    return [lines[start : start + size] for start in range(0, len(lines), size)]


STEPS = {"check": _check, "write": _write}
