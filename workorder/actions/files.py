"""Files people bring, kept outside the web root under the digest of their content, a folder for each organization.

No web server serves from there: what is given out passes a view that asks who is asking. The same content brought twice
is kept once. A transaction that is rolled back leaves its file behind, which costs space and tells nobody anything.
"""

import hashlib
import os
import re
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any

from django.conf import settings

from tenants import context

PIECE = 64 * 1024
DIGEST = re.compile(r"[0-9a-f]{64}")


def store(content: bytes | IO[bytes] | Any) -> tuple[str, int]:
    """Keep `content` (bytes, an open file, or an upload); answers its SHA-256 and its size in bytes.

    It is written beside its place and moved there when it is whole, so nobody ever reads half a file.
    """
    house = _house()
    house.mkdir(parents=True, exist_ok=True, mode=0o700)
    digest, size = hashlib.sha256(), 0
    handle, name = tempfile.mkstemp(dir=house, prefix=".new-")  # readable by its owner only
    try:
        with os.fdopen(handle, "wb") as file:
            for piece in _pieces(content):
                digest.update(piece)
                size += len(piece)
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        place = _place(digest.hexdigest())
        place.parent.mkdir(exist_ok=True, mode=0o700)
        os.replace(name, place)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return digest.hexdigest(), size


def open_stored(digest: str) -> IO[bytes]:
    """The content kept under `digest`, open for reading; `FileNotFoundError` if this organization keeps none."""
    return _place(digest).open("rb")


def _house() -> Path:
    return Path(settings.FILES_ROOT) / str(context.organization_id())


def _place(digest: str) -> Path:
    if not DIGEST.fullmatch(digest):  # a path made of anything else could lead anywhere
        raise FileNotFoundError(digest)
    return _house() / digest[:2] / digest


def _pieces(content: bytes | IO[bytes] | Any) -> Iterator[bytes]:
    if isinstance(content, bytes):
        yield content
        return
    content.seek(0)
    chunks: Iterable[bytes] = iter(lambda: content.read(PIECE), b"")
    yield from chunks
