"""CSV as spreadsheets write it: separated by commas, semicolons or tabs, in UTF-8 or in the West's Windows one."""

import csv
import io
import re
from collections.abc import Iterator

from workorder.formats.sheet import Cell, Sheet, gathered, refused

QUOTED = re.compile(r'"[^"]*"')
UTF_16 = (b"\xff\xfe", b"\xfe\xff")


def read(data: bytes) -> Sheet:
    text = _decoded(data)
    return gathered(_rows(text, _delimiter(text)))


def _decoded(data: bytes) -> str:
    if b"\x00" in data or data.startswith(UTF_16):
        raise refused("not_text", "This is neither CSV in UTF-8 nor a workbook: save it as “CSV UTF-8” or as XLSX.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:
        raise refused("bad_encoding", "The letters cannot be read: save the file as “CSV UTF-8”.") from None


def _delimiter(text: str) -> str:
    """The heading decides: what stands most often between its words."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    bare = QUOTED.sub("", first)
    return max(",;\t", key=bare.count)


def _rows(text: str, delimiter: str) -> Iterator[tuple[int, list[Cell]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    before = 0
    try:
        for cells in reader:
            yield before + 1, [cell.strip() for cell in cells]  # a quoted cell may go over several lines
            before = reader.line_num
    except csv.Error as error:
        raise refused("unreadable", f"Line {reader.line_num} is no CSV: {error}.") from error
