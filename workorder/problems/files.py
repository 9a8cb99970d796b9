"""Which files people may bring along: told by their name, and by how their content begins.

Both have to agree, since a browser that is handed a page under the name of a picture might show it. What can carry a
script (SVG, HTML) is not among them; what is, is still only ever handed out to be saved.
"""

from collections.abc import Callable
from dataclasses import dataclass

HEAD = 4096  # as much of a file as is looked at
MARKUP = (b"<!doctype", b"<html", b"<head", b"<body", b"<script", b"<svg", b"<?xml", b"<iframe", b"<style")
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
HEIF = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1")
STL_HEADING, STL_TRIANGLE = 84, 50

Looks = Callable[[bytes, int], bool]


@dataclass(frozen=True)
class FileKind:
    content_type: str
    looks: Looks


def _begins(*starts: bytes) -> Looks:
    return lambda head, size: head.startswith(starts)


def _is_webp(head: bytes, size: int) -> bool:
    return head.startswith(b"RIFF") and head[8:12] == b"WEBP"


def _is_heif(head: bytes, size: int) -> bool:
    return head[4:8] == b"ftyp" and head[8:12] in HEIF


def _is_text(head: bytes, size: int) -> bool:
    """Words, and no markup a browser would run."""
    if head.startswith(UTF_16):
        return True
    return b"\x00" not in head and not head.removeprefix(b"\xef\xbb\xbf").lstrip().lower().startswith(MARKUP)


def _is_dxf(head: bytes, size: int) -> bool:
    return head.startswith(b"AutoCAD Binary DXF") or _is_text(head, size)


def _is_stl(head: bytes, size: int) -> bool:
    """`solid …` in words, or eighty bytes of anything, a number, and as many triangles."""
    if head.lstrip().lower().startswith(b"solid") and _is_text(head, size):
        return True
    triangles = int.from_bytes(head[STL_HEADING - 4 : STL_HEADING], "little")
    return len(head) >= STL_HEADING and size == STL_HEADING + STL_TRIANGLE * triangles


_zip = _begins(b"PK\x03\x04", b"PK\x05\x06")
_office = "application/vnd.openxmlformats-officedocument"
KINDS: dict[str, FileKind] = {
    "pdf": FileKind("application/pdf", _begins(b"%PDF-")),
    "png": FileKind("image/png", _begins(b"\x89PNG\r\n\x1a\n")),
    "jpg": FileKind("image/jpeg", _begins(b"\xff\xd8\xff")),
    "jpeg": FileKind("image/jpeg", _begins(b"\xff\xd8\xff")),
    "gif": FileKind("image/gif", _begins(b"GIF87a", b"GIF89a")),
    "webp": FileKind("image/webp", _is_webp),
    "heic": FileKind("image/heic", _is_heif),
    "txt": FileKind("text/plain", _is_text),
    "csv": FileKind("text/csv", _is_text),
    "xlsx": FileKind(f"{_office}.spreadsheetml.sheet", _zip),
    "docx": FileKind(f"{_office}.wordprocessingml.document", _zip),
    "ods": FileKind("application/vnd.oasis.opendocument.spreadsheet", _zip),
    "odt": FileKind("application/vnd.oasis.opendocument.text", _zip),
    "zip": FileKind("application/zip", _zip),
    "dxf": FileKind("image/vnd.dxf", _is_dxf),
    "step": FileKind("model/step", _begins(b"ISO-10303-21")),
    "stp": FileKind("model/step", _begins(b"ISO-10303-21")),
    "stl": FileKind("model/stl", _is_stl),
}
ALLOWED_WORDS = ", ".join(sorted(KINDS))


def kind_of(name: str) -> FileKind | None:
    """The kind a file's name says it is, None if it is none of those that may be brought."""
    _, dot, ending = name.rpartition(".")
    return KINDS.get(ending.lower()) if dot else None
