"""The columns of an import: what they are called, what else people call them, and what they say."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from tenants.errors import Problem


@dataclass(frozen=True)
class Column:
    name: str
    says: str
    example: str
    also: tuple[str, ...] = ()


COLUMNS = (
    Column(
        "order",
        "Any text: rows with the same one become one order. Left empty, a row is an order of its own.",
        "A1",
        ("order key", "order no", "order number", "group"),
    ),
    Column("customer", "The customer's code, or exact name.", "ACME", ("customer code", "customer name", "client")),
    Column("title", "What it is.", "Spring posters", ("order title", "subject", "job")),
    Column("priority", "low, normal, high or urgent; normal if left empty.", "normal", ("prio", "urgency")),
    Column(
        "due",
        "2030-01-31, 31.01.2030, or with a time: 2030-01-31 14:30. Without one it is the end of that day.",
        "2030-01-31",
        ("due at", "due date", "deadline", "delivery date"),
    ),
    Column(
        "product",
        "The product's code. Its routing becomes processes.",
        "POST",
        ("product code", "item", "article", "sku"),
    ),
    Column(
        "quantity", "A number without thousands separators: 1200 or 12,5 or 12.5.", "1200", ("qty", "amount", "pieces")
    ),
    Column("unit", "The product's own if left empty.", "", ("uom",)),
    Column(
        "process",
        "The code of a process to be added by hand; such a row has no product.",
        "",
        ("process code", "operation", "operation code"),
    ),
    Column("reference", "The customer's own.", "PO-4711", ("customer reference", "your reference", "po", "po number")),
    Column("budget", "An amount of money.", "", ("budget amount",)),
    Column("notes", "Anything else.", "", ("note", "remark", "remarks", "comment")),
)
KNOWN = {alias: column.name for column in COLUMNS for alias in (column.name, *column.also)}
NEEDED = ("customer", "title", "quantity")
EITHER = ("product", "process")
FACTS = ("customer", "title", "priority", "due", "reference", "budget", "notes")
"""What rows of one order say about the order, and therefore have to say alike."""


def understood(cells: Sequence[str]) -> tuple[list[str], list[Problem]]:
    """The columns a heading names, in its order, and everything that is wrong with it."""
    names = [KNOWN.get(_plain(cell), "") for cell in cells]
    found = [
        _problem("unknown_column", f"Column {place} has no heading." if not cell.strip() else _unknown(cell))
        for place, (cell, name) in enumerate(zip(cells, names, strict=True), start=1)
        if not name
    ]
    twice = sorted({name for name in names if name and names.count(name) > 1})
    found += [_problem("duplicate_column", f"Two columns are both “{name}”: keep one of them.") for name in twice]
    missing = [name for name in NEEDED if name not in names]
    found += [_problem("missing_column", f"There is no column “{name}”.") for name in missing]
    if not set(EITHER) & set(names):
        found.append(_problem("missing_column", "There is neither a column “product” nor one “process”."))
    return names, found


def template() -> str:
    """A CSV to begin with: the heading, and one row as an example."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(column.name for column in COLUMNS)
    writer.writerow(column.example for column in COLUMNS)
    return text.getvalue()


def _plain(cell: str) -> str:
    return " ".join(cell.casefold().replace("_", " ").replace("-", " ").split()).rstrip(" .:*")


def _unknown(cell: str) -> str:
    return f"“{cell.strip()[:40]}” is no column we know. Known: {', '.join(column.name for column in COLUMNS)}."


def _problem(code: str, message: str) -> Problem:
    return Problem(code, message, "file")
