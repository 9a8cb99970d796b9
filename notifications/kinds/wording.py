"""What is said to people, in their language: a title, the rest, and HTML for mails where paragraphs are not enough."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.functional import Promise

from notifications.kinds.specs import Spec

LONGEST_TITLE = 200
MOST_LINES = 20
BY_PEOPLE = frozenset({"comment", "reason", "text", "note", "answer", "because", "description", "resolution"})
"""Facts that may have several lines. The others are names, which stand in titles."""


@dataclass(frozen=True)
class Words:
    title: str
    content: str = ""
    html: str = ""


def words(spec: Spec, facts: Mapping[str, Any], *, language: str, occasions: int = 1, before: str = "") -> Words:
    """A kind's words for these facts. `before` is what an entry said already, of the events that this one joins."""
    said = {name: value if name in BY_PEOPLE else _in_one_line(value) for name, value in facts.items()}
    said["occasions"] = occasions
    with translation.override(language):
        title, _, rest = render_to_string(f"{spec.template}.txt", said).strip().partition("\n")
        content = _joined(before, rest.strip())
        html = render_to_string(f"{spec.template}.html", said | {"content": content}).strip() if spec.has_html else ""
    return Words(shortened(title.strip()), content, html)


def _joined(before: str, more: str) -> str:
    """One line per event, until there are more than anybody reads."""
    lines = before.splitlines()
    if not before or more in lines:
        return before or more
    return before if len(lines) >= MOST_LINES else f"{before}\n{more}"


def shortened(title: str) -> str:
    """A title is one line, whatever people called their things."""
    title = " ".join(title.split())
    return title if len(title) <= LONGEST_TITLE else f"{title[: LONGEST_TITLE - 1]}…"


def in_language(text: Any, language: str) -> str:
    with translation.override(language):
        return str(text)


def _in_one_line(value: Any) -> Any:
    return " ".join(value.split()) if isinstance(value, str) and not isinstance(value, Promise) else value
