"""Why an escalation policy or a business calendar cannot be as it was sent."""

import datetime
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from notifications.models import BusinessCalendar, EscalationPolicy
from notifications.states import Audience, Transport
from tenants.errors import Problem

MOST_STEPS = 10
MOST_MINUTES = 30 * 24 * 60
MOST_HOLIDAYS = 400
CHOSEN = (Transport.EMAIL, Transport.PUSH, Transport.LIVE)
"""What a step may name; the inbox has its entry anyway."""

Step = Mapping[str, Any]
STEP = ("wait_minutes", "audience", "member", "transports")


def of_policy_name(name: str, *, policy: EscalationPolicy | None = None) -> list[Problem]:
    if not name.strip():
        return [Problem("blank", "Give the policy a name.", "name")]
    same = EscalationPolicy.objects.filter(name=name.strip())
    others = same.exclude(pk=policy.pk) if policy else same
    return [policy_name_taken()] if others.exists() else []


def policy_name_taken() -> Problem:
    return Problem("name_taken", "Another policy has this name.", "name")


def of_steps(steps: Sequence[Step]) -> list[Problem]:
    """Each step as it was sent: its wait, whom it tells, and through what."""
    if not steps:
        return [Problem("no_steps", "A policy without a step tells nobody: add one.", "steps")]
    if len(steps) > MOST_STEPS:
        return [Problem("too_many_steps", f"At most {MOST_STEPS} steps.", "steps")]
    return [problem for place, step in enumerate(steps) for problem in _of_step(step, f"steps.{place}")]


def _of_step(step: Step, place: str) -> list[Problem]:
    found = []
    if not 0 <= step["wait_minutes"] <= MOST_MINUTES:
        found.append(Problem("out_of_range", "A step waits between nothing and 30 days.", f"{place}.wait_minutes"))
    names_somebody = step["audience"] == Audience.MEMBER
    member = step.get("member")
    if names_somebody and member is None:
        found.append(Problem("required", "Say whom it tells.", f"{place}.member"))
    elif member is not None and not names_somebody:
        found.append(Problem("not_asked", "Only a step that tells one member names one.", f"{place}.member"))
    elif member is not None and not (member.active and member.user.is_active):
        found.append(Problem("inactive", f"{member} is no longer here.", f"{place}.member"))
    transports = step.get("transports") or []
    if strange := sorted(set(transports) - set(CHOSEN)):
        said = f"There is no {strange[0]}: choose of {', '.join(CHOSEN)}."
        found.append(Problem("unknown_transport", said, f"{place}.transports"))
    return found


def never_open(field: str) -> Problem:
    return Problem("never_open", "In the year ahead it is not open for long enough: no step would be due.", field)


def of_removing_policy(begun: int) -> list[Problem]:
    if not begun:
        return []
    times = "once" if begun == 1 else f"{begun} times"
    return [Problem("in_use", f"It has begun {times}, and what it did is kept. Switch it off instead.")]


def of_calendar_name(name: str, *, calendar: BusinessCalendar | None = None) -> list[Problem]:
    if not name.strip():
        return [Problem("blank", "Give the calendar a name.", "name")]
    same = BusinessCalendar.objects.filter(name=name.strip())
    others = same.exclude(pk=calendar.pk) if calendar else same
    return [calendar_name_taken()] if others.exists() else []


def calendar_name_taken() -> Problem:
    return Problem("name_taken", "Another calendar has this name.", "name")


def of_hours(weekdays: frozenset[int], opens: datetime.time, closes: datetime.time) -> list[Problem]:
    found = []
    if not weekdays:
        found.append(Problem("never_open", "Choose at least one day.", "monday"))
    if closes <= opens:
        found.append(Problem("closes_before_opening", "It has to close after it opens, on the same day.", "closes"))
    return found


def of_holidays(days: Collection[datetime.date]) -> list[Problem]:
    if len(days) > MOST_HOLIDAYS:
        return [Problem("too_many", f"At most {MOST_HOLIDAYS} holidays.", "holidays")]
    return []


def no_time_for(name: str) -> Problem:
    return Problem("never_open", f"The policy “{name}” would not have the time for its steps.", "holidays")


def calendar_gone() -> Problem:
    return Problem("does_not_exist", "Somebody has just removed these business hours.", "calendar")


def of_removing_calendar(policies: Sequence[str]) -> list[Problem]:
    """One problem per policy that counts by it."""
    return [Problem("in_use", f"The policy “{name}” counts by it: give that another one first.") for name in policies]
