"""How an organization agrees to orders: one row, which is there from the first time somebody changes it."""

from typing import Any

from django.db import transaction

from tenants.errors import Problem, refuse_input
from tenants.models import Member
from tenants.transitions import change
from workorder import problems
from workorder.models import ApprovalPolicy
from workorder.states import Priority

MAX_HOURS = 24 * 365
EDITABLE = frozenset({"second_level_budget", "second_level_priority", "overdue_hours"})


@transaction.atomic
def edit(*, by: Member | None, seen: int | None = None, **fields: Any) -> ApprovalPolicy:
    """Change what is named. Orders that wait already keep their levels and deadlines; nothing differs, nothing happens.

    Where there is no row yet, one that says what held until now is written first: its version is what was seen.
    """
    if strange := fields.keys() - EDITABLE:
        raise TypeError(f"Not editable: {sorted(strange)}")
    refuse_input(_of_given(fields))
    if not ApprovalPolicy.objects.exists():
        ApprovalPolicy.objects.bulk_create([ApprovalPolicy()], ignore_conflicts=True)  # somebody may be first
    policy = ApprovalPolicy.objects.lock(ApprovalPolicy.objects.get(), seen=seen)
    changed = {name: value for name, value in fields.items() if getattr(policy, name) != value}
    if changed:
        data = {"changed": {name: {"from": getattr(policy, name), "to": value} for name, value in changed.items()}}
        change(policy, "approval_policy.edited", by=by, data=data, **changed)
    return policy


def _of_given(fields: dict[str, Any]) -> list[Problem]:
    found: list[Problem] = []
    if fields.get("second_level_budget") is not None:
        budget = fields["second_level_budget"]
        found += problems.of_amount(budget, "second_level_budget", places=2, most=problems.MAX_MONEY, zero=True)
    if fields.get("second_level_priority", "") not in ("", *Priority.values):
        found.append(Problem("invalid_choice", f"It is one of {', '.join(Priority.values)}.", "second_level_priority"))
    hours = fields.get("overdue_hours", 0)
    if isinstance(hours, bool) or not isinstance(hours, int) or not 0 <= hours <= MAX_HOURS:
        found.append(Problem("out_of_range", f"Between 0 (never) and {MAX_HOURS} hours.", "overdue_hours"))
    return found
