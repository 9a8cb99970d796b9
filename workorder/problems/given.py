"""Why what was sent cannot be meant (400): each problem names its field. Nothing here looks at a state."""

import datetime
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, cast
from urllib.parse import urlsplit

from django.db import models
from django.utils import timezone

from tenants import context
from tenants.errors import Problem
from workorder.models import Customer, Process, WorkOrder
from workorder.models.customers import PLACE
from workorder.states import Priority

MAX_QUANTITY = Decimal(100_000_000)
MAX_MONEY = Decimal(100_000_000_000)
MAX_MINUTES = Decimal(1_000_000_000)
MAX_REPORT_MINUTES = Decimal(60 * 24 * 31)
MAX_ROWS = 100
MAX_WORDS = 2000


def of_given_order(facts: Mapping[str, Any]) -> list[Problem]:
    """The plain columns of an order; only those named are looked at."""
    found: list[Problem] = []
    if "customer" in facts:
        found += _of_choice(facts["customer"], "customer")
    if "title" in facts:
        found += of_words(facts["title"], "title", most=longest(WorkOrder, "title"))
    if facts.get("priority", Priority.NORMAL) not in Priority.values:
        found.append(Problem("invalid_choice", f"It is one of {', '.join(Priority.values)}.", "priority"))
    if facts.get("due_at") is not None and not is_moment(facts["due_at"]):
        found.append(Problem("invalid", "Give a date and time with its time zone.", "due_at"))
    if facts.get("budget") is not None:
        found += of_amount(facts["budget"], "budget", places=2, most=MAX_MONEY, zero=True)
    for name, most in (("customer_reference", longest(WorkOrder, "customer_reference")), ("notes", 10 * MAX_WORDS)):
        if name in facts:
            found += of_words(facts[name], name, most=most, needed=False)
    return found


def of_given_work(lines: Sequence[Mapping[str, Any]], processes: Sequence[Mapping[str, Any]]) -> list[Problem]:
    """The lines `{product, quantity, unit?}` and the processes `{process, quantity, parallel_with_previous?}`."""
    found: list[Problem] = []
    for field, rows, name in (("products", lines, "product"), ("processes", processes, "process")):
        if len(rows) > MAX_ROWS:
            found.append(Problem("too_many", f"At most {MAX_ROWS}; make several orders of them.", field))
        for number, row in enumerate(rows, start=1):
            reasons = _of_choice(row[name], field) + of_amount(row["quantity"], field)
            if row.get("unit"):
                reasons += of_words(row["unit"], field, most=12)
            found += [Problem(reason.code, f"Row {number}: {reason.message}", field) for reason in reasons]
    return found


def of_given_estimate(minutes: Decimal, cost: Decimal = Decimal(0)) -> list[Problem]:
    if minutes <= MAX_MINUTES and cost <= MAX_MONEY:
        return []
    return [Problem("too_large", "That is more work than anybody can plan: check the quantities.", "products")]


def of_given_rework(process: Process | None, quantity: Any) -> list[Problem]:
    found = _of_choice(process, "process") if process is not None else []
    return found + (of_amount(quantity, "quantity") if quantity is not None else [])


def of_reference_url(address: Any) -> list[Problem]:
    """Where a customer's own orders are found: a web address with `{reference}` in its path or query."""
    if address == "":
        return []
    if found := of_words(address, "reference_url", most=longest(Customer, "reference_url")):
        return found
    try:
        parts = urlsplit(address)
        is_web = parts.scheme in ("http", "https") and bool(parts.hostname) and "{" not in parts.netloc
    except ValueError:
        is_web = False
    if not is_web or any(letter.isspace() or letter in "<>\"'" for letter in address):
        return [Problem("invalid", "Give an address that begins with https:// or http://.", "reference_url")]
    if PLACE not in address or "{" in address.replace(PLACE, ""):
        return [Problem("no_reference", f"Put {PLACE} where the customer's reference belongs.", "reference_url")]
    return []


def of_words(text: Any, field: str, *, most: int = MAX_WORDS, needed: bool = True) -> list[Problem]:
    """A text people will read: there when it is needed, of a length that can be kept."""
    if not isinstance(text, str) or "\x00" in text:
        return [Problem("invalid", "Give a text.", field)]
    if needed and not text.strip():
        return [Problem("required", "Say it in words: others will ask.", field)]
    if len(text) > most:
        return [Problem("max_length", f"At most {most} characters.", field)]
    return []


def of_amount(
    value: Any, field: str, *, places: int = 3, most: Decimal = MAX_QUANTITY, zero: bool = False
) -> list[Problem]:
    """An exact number: finite, above zero (or zero if that may be), of at most `places` decimals and at most `most`."""
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        return [Problem("not_a_number", "Enter a number.", field)]
    number = Decimal(value)
    if not number.is_finite():
        return [Problem("not_a_number", "Enter a number.", field)]
    if number < 0 or number == 0 and not zero:
        return [Problem("too_small", "It cannot be negative." if zero else "It must be more than zero.", field)]
    if number > most:
        return [Problem("too_large", f"It can be at most {plain(most)}.", field)]
    if number != number.quantize(Decimal(1).scaleb(-places)):
        return [Problem("too_precise", f"At most {places} decimals.", field)]
    return []


def plain(quantity: Decimal) -> str:
    """A quantity without the zeros of its column: 12 instead of 12.000."""
    return f"{quantity.normalize():f}"


def _of_choice(row: Any, field: str) -> list[Problem]:
    """A row of the organization that is still in use; a stranger's is an unknown one."""
    if row is None or row.organization_id != context.organization_id():
        return [Problem("does_not_exist", "There is no such thing.", field)]
    return [] if row.active else [Problem("inactive", f"{row} is no longer in use.", field)]


def is_moment(value: Any) -> bool:
    return isinstance(value, datetime.datetime) and timezone.is_aware(value)


def longest(model: type[models.Model], name: str) -> int:
    return cast(models.CharField, model._meta.get_field(name)).max_length or MAX_WORDS
