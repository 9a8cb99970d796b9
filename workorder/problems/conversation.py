"""Why something said or brought cannot be meant (400), or why nothing can be done with it any more (409)."""

from typing import Any

from django.conf import settings

from tenants.errors import Problem
from workorder.models import Attachment, Comment
from workorder.problems.files import ALLOWED_WORDS, kind_of
from workorder.problems.given import longest, of_words

MAX_COMMENT = 5000
MAX_FILES = 50
MAX_TAGS = 20
MAX_TAG = 40
MILLION = 1_000_000


def of_given_comment(text: Any) -> list[Problem]:
    return of_words(text, "text", most=MAX_COMMENT)


def of_given_file(name: Any, head: bytes, size: int) -> list[Problem]:
    """A file of a kind, a size and a name that can be kept; `head` is how it begins."""
    if found := of_words(name, "file", most=longest(Attachment, "name")):
        return found
    if size > settings.ATTACHMENT_MAX_BYTES:
        return [Problem("too_large", f"At most {settings.ATTACHMENT_MAX_BYTES // MILLION} MB.", "file")]
    if size == 0:
        return [Problem("empty", "The file is empty.", "file")]
    kind = kind_of(name)
    if kind is None:
        return [Problem("file_kind", f"Only these kinds of files are kept: {ALLOWED_WORDS}.", "file")]
    if not kind.looks(head, size):
        said = f"Its content is not what its name says. Kinds of files that are kept: {ALLOWED_WORDS}."
        return [Problem("file_content", said, "file")]
    return []


def of_attaching(count: int) -> list[Problem]:
    if count < MAX_FILES:
        return []
    return [Problem("too_many_files", f"It has {MAX_FILES} files: remove one first, or bring them as one ZIP.")]


def of_editing_comment(comment: Comment) -> list[Problem]:
    return _of_removed(comment)


def of_removing(row: Comment | Attachment) -> list[Problem]:
    return _of_removed(row)


def of_given_tags(names: Any) -> list[Problem]:
    if not isinstance(names, (list, tuple)):
        return [Problem("invalid", "Give a list of words.", "tags")]
    found = [problem for name in names for problem in of_words(name, "tags", most=MAX_TAG)]
    if any("," in name for name in names if isinstance(name, str)):
        found.append(Problem("invalid", "A tag has no comma: forms separate tags by it.", "tags"))
    if len(names) > MAX_TAGS:
        found.append(Problem("too_many", f"At most {MAX_TAGS} tags.", "tags"))
    return list({problem.message: problem for problem in found}.values())


def _of_removed(row: Comment | Attachment) -> list[Problem]:
    return [Problem("removed", "It was removed.")] if row.removed_at else []
