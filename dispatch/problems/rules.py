"""Why a rule cannot be as it was sent."""

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
