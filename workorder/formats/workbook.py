"""Workbooks (XLSX): the first sheet that is not hidden, its values and never its formulas.

They come from strangers and are archives, so what they would unpack to is looked at before anything is unpacked.
"""

import datetime
import io
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import openpyxl

from tenants.errors import Invalid
from workorder.formats.sheet import MOST_COLUMNS, MOST_LINES, Cell, Sheet, gathered, refused

MOST_UNPACKED = 30_000_000
MOST_PARTS = 1_000


def read(data: bytes) -> Sheet:
    _look_at(data)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            has_formulas = _has_formulas(parts)
        sheet = gathered(_rows(data))
        if has_formulas:
            _refuse_uncounted(data)
    except Invalid:
        raise
    except Exception as error:  # whatever a crafted or broken file makes the reader stumble over
        raise refused("unreadable", "The workbook cannot be read: open it, save it as XLSX, and try again.") from error
    return sheet


def _look_at(data: bytes) -> None:
    """Refuse what would unpack to more than any honest file of this size does."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            listed = parts.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, UnicodeDecodeError) as error:
        raise refused("unreadable", "The workbook is damaged: save it again, and try once more.") from error
    if len(listed) > MOST_PARTS or sum(part.file_size for part in listed) > MOST_UNPACKED:
        raise refused("too_large", "Unpacked, the workbook is far too large: keep only the sheet with the orders.")
    if not any(part.filename == "xl/workbook.xml" for part in listed):
        raise refused("unknown_format", "This is neither CSV nor a workbook: save it as “CSV UTF-8” or as XLSX.")


def _rows(data: bytes, *, values: bool = True) -> Iterator[tuple[int, list[Cell]]]:
    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=values, keep_links=False)
    try:
        sheet = next(one for one in book.worksheets if one.sheet_state == "visible")
        sheet.reset_dimensions()  # what the file says of its size may not be so
        rows = sheet.iter_rows(max_row=MOST_LINES + 1, max_col=MOST_COLUMNS + 1, values_only=True)
        for number, row in enumerate(rows, start=1):
            yield number, [_cell(value) for value in row]
    finally:
        book.close()


def _cell(value: Any) -> Cell:
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case int() | float():
            return _number(value)
        case datetime.datetime():
            midnight = value.time() == datetime.time()
            return value.date().isoformat() if midnight else value.replace(microsecond=0).isoformat(" ")
        case datetime.date() | datetime.time():
            return value.isoformat()
    return str(value).strip()


def _number(value: int | float) -> Cell:
    """A number as the spreadsheet shows it: 0.1 + 0.2 is 0.3, and 12.0 is 12."""
    number = Decimal(format(value, ".15g"))
    if not abs(number) < 10**15:  # nor what is no number at all
        return str(value)[:40]
    return int(number) if number == number.to_integral_value() else float(number)


def _has_formulas(parts: zipfile.ZipFile) -> bool:
    sheets = [part for part in parts.namelist() if part.startswith("xl/worksheets/")]
    return any(tag in parts.read(name) for name in sheets for tag in (b"<f>", b"<f ", b":f>", b":f "))


def _refuse_uncounted(data: bytes) -> None:
    """A formula nobody has counted yet has no value, and would pass for an empty cell."""
    for (number, shown), (_, written) in zip(_rows(data), _rows(data, values=False), strict=True):
        for value, formula in zip(shown, written, strict=False):
            if value == "" and formula != "":
                said = f"Line {number} has a formula without a value: open the file in a spreadsheet and save it there."
                raise refused("formula", said)
