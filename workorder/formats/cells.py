"""What a cell means. Where two readings are possible it is refused: nobody would notice the wrong one.

Each function answers the value, or a `Problem` that says what to write instead.
"""

import datetime
import re
import zoneinfo
from decimal import Decimal

from tenants.errors import Problem
from workorder.formats.sheet import Cell
from workorder.states import Priority

FIRST_YEAR, LAST_YEAR = 2000, 2100
END_OF_DAY = datetime.time(23, 59)
PLAIN = re.compile(r"-?[0-9]+(?:[.,][0-9]+)?", re.ASCII)
THOUSANDS = re.compile(r"-?[1-9][0-9]{0,2}[.,][0-9]{3}", re.ASCII)  # 1.234 is one and a bit, or a thousand
GROUPED = re.compile(r"-?[0-9]{1,3}(?:[.,' \u00a0\u202f][0-9]{3})+(?:[.,][0-9]+)?", re.ASCII)
CLOCK = r"(?:[T ]+(?P<clock>[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?:\.[0-9]{1,6})?(?: ?(?:Z|[+-][0-9]{2}:?[0-9]{2}))?))?"
ISO = re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{1,2})-(?P<day>[0-9]{1,2})" + CLOCK, re.ASCII)
DOTTED = re.compile(r"(?P<day>[0-9]{1,2})\. ?(?P<month>[0-9]{1,2})\. ?(?P<year>[0-9]{4})" + CLOCK, re.ASCII)
SLASHED = re.compile(r"(?P<one>[0-9]{1,2})/(?P<two>[0-9]{1,2})/(?P<year>[0-9]{4})" + CLOCK, re.ASCII)
ERRORS = frozenset({"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A"})


def text(cell: Cell) -> str:
    """A cell as words: a number without the zeros of its column."""
    return cell.strip() if isinstance(cell, str) else f"{Decimal(repr(cell)):f}"


def number(cell: Cell, field: str) -> Decimal | Problem:
    """An exact number with a point or a comma before its decimals, and nothing between its thousands."""
    if not isinstance(cell, str):
        return Decimal(repr(cell))
    typed = cell.strip()
    if THOUSANDS.fullmatch(typed):
        whole = re.sub("[.,]", "", typed)
        plain = typed.replace(",", ".")
        return Problem("ambiguous_number", f"Is {typed} {whole} or {plain}0? Write one of the two.", field)
    if PLAIN.fullmatch(typed) and len(typed) <= 40:
        return Decimal(typed.replace(",", "."))
    if GROUPED.fullmatch(typed):
        return Problem("ambiguous_number", "Write it without thousands separators: 1200 or 12.5.", field)
    return Problem("not_a_number", f"“{typed[:40]}” is not a number.", field)


def moment(cell: Cell, field: str, zone: zoneinfo.ZoneInfo) -> datetime.datetime | Problem:
    """A date with or without a time, in the organization's zone unless it names one; a day ends at its last minute."""
    typed = text(cell)
    if found := ISO.fullmatch(typed) or DOTTED.fullmatch(typed):
        day, month = int(found["day"]), int(found["month"])
    elif found := SLASHED.fullmatch(typed):
        one, two = int(found["one"]), int(found["two"])
        if one != two and one <= 12 and two <= 12:
            said = f"Is {typed} in month {one} or in month {two}? Write it as year-month-day."
            return Problem("ambiguous_date", said, field)
        day, month = (two, one) if two > 12 else (one, two)
    else:
        return Problem("not_a_date", f"“{typed[:40]}” is not a date we can read: write 2030-01-31.", field)
    try:
        made = _made(datetime.date(int(found["year"]), month, day), found["clock"], zone)
    except ValueError:
        return Problem("not_a_date", f"There is no {typed[:40]}.", field)
    if not FIRST_YEAR <= made.year <= LAST_YEAR:
        return Problem("out_of_range", f"Name a year between {FIRST_YEAR} and {LAST_YEAR}.", field)
    return made


def priority(cell: Cell, field: str) -> str | Problem:
    typed = text(cell).casefold()
    if typed in Priority.values:
        return typed
    return Problem("invalid_choice", f"It is one of {', '.join(Priority.values)}.", field)


def _made(date: datetime.date, clock: str | None, zone: zoneinfo.ZoneInfo) -> datetime.datetime:
    if not clock:
        return datetime.datetime.combine(date, END_OF_DAY, zone)
    clock = clock.replace(" ", "")
    hour, _, rest = clock.partition(":")
    time = datetime.time.fromisoformat(f"{hour.zfill(2)}:{rest}")
    return datetime.datetime.combine(date, time, time.tzinfo or zone)
