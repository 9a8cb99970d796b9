"""What is read of a file, before anybody asks what it means; and how much of it may be."""

from collections.abc import Iterable
from dataclasses import dataclass

from tenants.errors import Invalid, Problem
from workorder.formats import heading

MOST_BYTES = 5_000_000
MOST_ROWS = 5_000
MOST_COLUMNS = 20
MOST_LINES = 20_000  # rows and the blank lines between them

Cell = str | int | float
"""Text as it was typed, or a number of a workbook, which needs no reading."""


@dataclass(frozen=True)
class Line:
    """One row: its line in the file (the heading is line 1), and its cells by the names of their columns.

    `beyond` counts cells that stand under no heading.
    """

    number: int
    cells: dict[str, Cell]
    beyond: int = 0


@dataclass(frozen=True)
class Sheet:
    columns: tuple[str, ...]
    lines: list[Line]


def refused(code: str, message: str) -> Invalid:
    return Invalid([Problem(code, message, "file")])


def gathered(rows: Iterable[tuple[int, list[Cell]]]) -> Sheet:
    """Make a sheet of (line number, cells), the first of which that is not blank is the heading. Raises `Invalid`."""
    names: list[str] | None = None
    lines: list[Line] = []
    for number, cells in rows:
        if number > MOST_LINES:
            raise refused("too_many_rows", f"It goes on below line {MOST_LINES:,}: take out what is not a row.")
        while cells and cells[-1] == "":
            cells.pop()
        if not cells:
            continue
        if any(isinstance(cell, str) and "\x00" in cell for cell in cells):
            raise refused("not_text", f"Line {number} holds characters that are no text.")
        if names is None:
            names = _named(cells)
            continue
        if len(lines) == MOST_ROWS:
            raise refused("too_many_rows", f"It has more than {MOST_ROWS:,} rows: make several files of it.")
        known = {name: cell for name, cell in zip(names, cells, strict=False) if cell != ""}
        lines.append(Line(number, known, beyond=sum(cell != "" for cell in cells[len(names) :])))
    if names is None:
        raise refused("empty", "The file is empty.")
    if not lines:
        raise refused("no_rows", "There is a heading and no row below it.")
    return Sheet(tuple(names), lines)


def _named(cells: list[Cell]) -> list[str]:
    if len(cells) > MOST_COLUMNS:
        raise refused("too_many_columns", f"It has {len(cells)} columns; at most {MOST_COLUMNS} are read.")
    names, found = heading.understood([str(cell) for cell in cells])
    if found:
        raise Invalid(found)
    return names
