"""Why a shift, or who works it, cannot be as it was sent; and the bounds of capacity and policy."""

import datetime
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from dispatch.models import Shift
from dispatch.models.people import WEEKDAYS
from dispatch.problems.skills import of_day
from tenants.errors import Problem
from tenants.models import Member
from tenants.problems import longest
from workorder.problems import of_amount, of_words

MAX_OPEN_MINUTES = Decimal(100_000)
MAX_RUNNING = 20
POLICY_BOUNDS = {
    "plan_days": (1, 60),
    "undo_minutes": (0, 7 * 24 * 60),
    "approval_from": (1, 1_000_000),
    "move_penalty": (0, 1_000_000),
}


def of_given_shift(facts: Mapping[str, Any], *, shift: Shift | None = None) -> list[Problem]:
    """A name nobody else has, times of the clock, and some day of the week."""
    found: list[Problem] = []
    if "name" in facts:
        found += of_words(facts["name"], "name", most=longest(Shift, "name"))
        others = Shift.objects.exclude(pk=shift.pk) if shift else Shift.objects.all()
        if not found and others.filter(name=facts["name"].strip()).exists():
            found.append(shift_name_taken())
    for name in ("starts", "ends"):
        if name in facts and (not isinstance(facts[name], datetime.time) or facts[name].tzinfo is not None):
            found.append(Problem("invalid", "Give a time of day, as on the organization's wall.", name))
    standing = shift or Shift()
    if not any(facts.get(day, getattr(standing, day)) for day in WEEKDAYS):
        found.append(Problem("no_day", "A shift falls on at least one day of the week.", "monday"))
    return found


def shift_name_taken() -> Problem:
    return Problem("name_taken", "Another shift has this name.", "name")


def of_removing_shift(people: int) -> list[Problem]:
    if not people:
        return []
    who = "1 person works it, or did" if people == 1 else f"{people} people work it, or did"
    return [Problem("shift_in_use", f"{who}: make it inactive instead.")]


def of_working(member: Member, shift: Shift) -> list[Problem]:
    found = []
    if not member.active:
        found.append(Problem("inactive", f"{member} is no longer here.", "member"))
    if not shift.active:
        found.append(Problem("inactive", f"{shift} is no longer in use.", "shift"))
    return found


def of_days(since: Any, until: Any) -> list[Problem]:
    """The first and the last day, both worked; `until` may be None."""
    found = of_day(since, "since") + (of_day(until, "until") if until is not None else [])
    if not found and until is not None and until < since:
        found.append(Problem("ends_before_start", "The last day cannot come before the first.", "until"))
    return found


def shifts_overlap(name: str, other: Shift, day: datetime.date, field: str) -> Problem:
    when = f"{day:%A}, {day.day} {day:%B %Y}"
    return Problem("shifts_overlap", f"{name} works {other} at the same time, first on {when}.", field)


def of_given_capacity(facts: Mapping[str, Any]) -> list[Problem]:
    found: list[Problem] = []
    if facts.get("open_minutes") is not None:
        found += of_amount(facts["open_minutes"], "open_minutes", places=2, most=MAX_OPEN_MINUTES, zero=True)
    if "running_tasks" in facts:
        found += _of_number(facts["running_tasks"], "running_tasks", 1, MAX_RUNNING)
    return found


def capacity_exists() -> Problem:
    return Problem("already_there", "Something is written down for them already: change that.", "member")


def of_given_policy(facts: Mapping[str, Any]) -> list[Problem]:
    found: list[Problem] = []
    if "time_clock" in facts and not isinstance(facts["time_clock"], bool):
        found.append(Problem("invalid", "Yes or no.", "time_clock"))
    if "open_minutes" in facts:
        found += of_amount(facts["open_minutes"], "open_minutes", places=2, most=MAX_OPEN_MINUTES)
    for name, (least, most) in POLICY_BOUNDS.items():
        if name in facts and not (name == "approval_from" and facts[name] is None):
            found += _of_number(facts[name], name, least, most)
    return found


def _of_number(value: Any, field: str, least: int, most: int) -> list[Problem]:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        return [Problem("out_of_range", f"A whole number from {least} to {most}.", field)]
    return []
