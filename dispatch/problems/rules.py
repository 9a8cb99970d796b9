"""Why a rule cannot be as it was sent."""

import datetime
from collections.abc import Mapping
from typing import Any

from dispatch.models import AssignmentRule
from tenants.errors import Problem


def of_naming(name: str, *, rule: AssignmentRule | None = None) -> list[Problem]:
    """A rule's name stands in every decision it makes, so it is there and nobody else has it."""
    if not name.strip():
        return [Problem("blank", "Give the rule a name.", "name")]
    same = AssignmentRule.objects.filter(name=name.strip())
    others = same.exclude(pk=rule.pk) if rule else same
    return [name_taken()] if others.exists() else []


def name_taken() -> Problem:
    return Problem("name_taken", "Another rule has this name.", "name")


def of_conditions(rule: AssignmentRule, *, said: Mapping[str, Any], moment: datetime.datetime) -> list[Problem]:
    """Conditions that nothing can meet. That its time is over is refused to who says so, not to who edits its name."""
    found = []
    least, most = rule.if_quantity_from, rule.if_quantity_to
    if least is not None and most is not None and most < least:
        found.append(Problem("never_matches", "No quantity is at least that and at most this.", "if_quantity_to"))
    elif most is not None and most <= 0:
        found.append(Problem("never_matches", "Every task is for more than nothing.", "if_quantity_to"))
    begins, ends = rule.active_from, rule.active_until
    if begins and ends and ends <= begins:
        found.append(Problem("never_matches", "It would end before it begins.", "active_until"))
    elif ends and ends <= moment and "active_until" in said:
        found.append(Problem("never_matches", "That time is over: it would never be asked.", "active_until"))
    return found
