"""Files of orders as people make them: CSV in its dialects and workbooks, read into a heading and rows of cells.

What cannot be read is refused as a whole (`Invalid`, field `file`); what a row says is judged later, row by row.
"""

from workorder.formats import delimited, workbook
from workorder.formats.heading import COLUMNS, Column, template
from workorder.formats.sheet import MOST_BYTES, MOST_COLUMNS, MOST_ROWS, Cell, Line, Sheet, refused

__all__ = ["COLUMNS", "MOST_BYTES", "MOST_COLUMNS", "MOST_ROWS", "Cell", "Column", "Line", "Sheet", "read", "template"]

ZIP = b"PK\x03\x04"
OLE = b"\xd0\xcf\x11\xe0"  # workbooks of before 2007, and those with a password


def read(data: bytes) -> Sheet:
    """The heading and the rows of a file, whatever its name says it is. Raises `Invalid`."""
    if len(data) > MOST_BYTES:
        raise refused("too_large", f"The file is larger than {MOST_BYTES // 1_000_000} MB: make several of it.")
    if not data.strip():
        raise refused("empty", "The file is empty.")
    if data.startswith(OLE):
        raise refused("unknown_format", "This is an old or protected workbook: save it as XLSX without a password.")
    return workbook.read(data) if data.startswith(ZIP) else delimited.read(data)
