"""Why a verb of dispatch may not run, or why what was sent cannot be meant: every reason at once."""

from dispatch.problems.assignments import (
    already_assigned,
    of_assigning,
    of_claiming,
    of_declining,
    of_reason,
    of_recipient,
    of_standing,
    of_target,
    of_withdrawing,
)
from dispatch.problems.rules import name_taken, of_naming

__all__ = [
    "already_assigned",
    "name_taken",
    "of_assigning",
    "of_claiming",
    "of_declining",
    "of_naming",
    "of_reason",
    "of_recipient",
    "of_standing",
    "of_target",
    "of_withdrawing",
]
