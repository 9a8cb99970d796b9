"""What people do with an import: bring a file, let it be written, or drop it."""

from typing import Any

from django.db import transaction

from tenants import events
from tenants.errors import refuse
from tenants.models import Member
from tenants.transitions import move, was_said
from workorder import formats, problems
from workorder.actions import files
from workorder.actions.imports import drafts
from workorder.models import ImportStep, OrderImport

LONGEST_NAME = 200


@transaction.atomic
def upload(*, by: Member, file: Any, name: str) -> OrderImport:
    """Keep a file of orders and have it looked through; no order comes of that yet. Raises `Invalid`."""
    data = file.read(formats.MOST_BYTES + 1)
    sheet = formats.read(data)
    digest, _ = files.store(data)
    shown = "".join(letter for letter in name if letter.isprintable()).strip()[-LONGEST_NAME:]
    made = OrderImport.objects.create(member=by, name=shown or "orders", digest=digest, rows_total=len(sheet.lines))
    ImportStep.objects.create(order_import=made, verb="check")
    events.record(made, "import.created", by=by, name=made.name, rows=made.rows_total)
    return made


@transaction.atomic
def write(order_import: OrderImport, *, by: Member, seen: int | None = None) -> OrderImport:
    """Have all orders of a file without problems written.

    The rows are judged by the catalogue as it is now, and once more when they are written. Raises `NotAllowed`.
    """
    order_import = OrderImport.objects.lock(order_import)
    if was_said(order_import, "write", by=by, seen=seen):
        return order_import
    refuse(problems.of_writing(order_import))
    refuse(problems.of_outdated(drafts.judged(drafts.lines_of(order_import), by.organization).problems))
    ImportStep.objects.create(order_import=order_import, verb="write")
    move(order_import, "write", by=by, data={"orders": order_import.orders_total})
    return order_import


@transaction.atomic
def discard(order_import: OrderImport, *, by: Member, seen: int | None = None) -> OrderImport:
    """Drop what was looked through: nothing comes of it."""
    order_import = OrderImport.objects.lock(order_import)
    if not was_said(order_import, "discard", by=by, seen=seen):
        move(order_import, "discard", by=by)
    return order_import
