"""Why somebody's choices, or their hours, cannot be as they were sent."""

import datetime
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError

from notifications.models import NotificationSchedule
from notifications.models.preferences import DAYS
from notifications.states import CHOICES, DigestRhythm, Kind, Transport, Wanted
from tenants.errors import Problem
from tenants.models.organizations import known_zone

CLOCKS = ("quiet_from", "quiet_until", "digest_at")
MOST_CELLS = len(Kind) * len(Transport)
LACKS = {
    Transport.EMAIL: "There is no address to write to: an admin can add one.",
    Transport.PUSH: "No browser of yours is asked to show them yet: switch it on there first.",
}

Cell = Mapping[str, Any]


def of_cells(cells: Sequence[Cell], *, missing: Collection[Transport] = ()) -> list[Problem]:
    """Every cell that cannot be meant, by its place in the list. `missing` are the transports a member cannot use."""
    if not cells:
        return [Problem("blank", "Name at least one cell.", "cells")]
    if len(cells) > MOST_CELLS:
        return [Problem("too_many", f"There are only {MOST_CELLS} cells.", "cells")]
    found: list[Problem] = []
    seen: set[tuple[Any, Any]] = set()
    for place, cell in enumerate(cells):
        mistakes = _of_cell(cell, f"cells.{place}", missing)
        if not mistakes and (cell["kind"], cell["transport"]) in seen:
            mistakes = [Problem("twice", "This cell is named twice.", f"cells.{place}")]
        if not mistakes:
            seen.add((cell["kind"], cell["transport"]))
        found += mistakes
    return found


def _of_cell(cell: Cell, place: str, missing: Collection[Transport]) -> list[Problem]:
    found = []
    if cell["kind"] not in Kind.values:
        found.append(Problem("unknown_kind", "There is no such kind.", f"{place}.kind"))
    if cell["transport"] not in Transport.values:
        found.append(Problem("unknown_transport", _one_of(Transport.values), f"{place}.transport"))
    if found or cell["wanted"] is None:
        return found
    transport = Transport(cell["transport"])
    if cell["wanted"] not in CHOICES[transport]:
        said = "The inbox keeps everything: mute the thing instead."
        said = said if transport == Transport.INBOX else _one_of(CHOICES[transport])
        found.append(Problem("invalid_choice", said, f"{place}.wanted"))
    elif transport in missing and cell["wanted"] != Wanted.OFF:
        found.append(Problem("no_address", LACKS[transport], f"{place}.wanted"))
    return found


def of_hours(facts: Mapping[str, Any], *, standing: NotificationSchedule) -> list[Problem]:
    """What is said of the hours, each by itself; whether they leave any is asked of the engine."""
    found: list[Problem] = []
    if facts.get("time_zone"):
        found += _of_zone(facts["time_zone"])
    for name in CLOCKS:
        if name in facts and not (facts[name] is None and name != "digest_at"):
            found += _of_clock(facts[name], name)
    for name in (*DAYS, "urgent_breaks_through"):
        if name in facts and not isinstance(facts[name], bool):
            found.append(Problem("invalid", "Yes or no.", name))
    if "digest" in facts and facts["digest"] not in DigestRhythm.values:
        found.append(Problem("invalid_choice", _one_of(DigestRhythm.values), "digest"))
    since, until = (facts.get(name, getattr(standing, name)) for name in ("quiet_from", "quiet_until"))
    if (since is None) != (until is None):
        field = "quiet_from" if since is None else "quiet_until"
        found.append(Problem("one_end", "Quiet hours have a beginning and an end: give both, or neither.", field))
    return found


def never_ends(days: Collection[int]) -> Problem:
    """`days` are the quiet ones."""
    said = "That is quiet all the time: leave at least a minute of the week in which you may be told."
    return Problem("never_ends", said, "sunday" if len(days) == len(DAYS) else "quiet_until")


def _of_zone(name: Any) -> list[Problem]:
    try:
        known_zone(name)
    except (ValidationError, TypeError):
        return [Problem("unknown_zone", "Unknown time zone. Use a name such as Europe/Berlin.", "time_zone")]
    return []


def _of_clock(clock: Any, field: str) -> list[Problem]:
    if not isinstance(clock, datetime.time) or clock.tzinfo is not None:
        return [Problem("invalid", "Give a time of day, as on your wall.", field)]
    if clock.second or clock.microsecond:
        return [Problem("invalid", "Whole minutes, please.", field)]
    return []


def _one_of(known: Collection[str]) -> str:
    return f"It is one of {', '.join(known)}."
