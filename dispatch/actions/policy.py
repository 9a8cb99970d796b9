"""How an organization gives out work: one row, which is there from the first time somebody changes it."""

from typing import Any

from django.db import transaction

from dispatch import problems
from dispatch.models import DispatchPolicy
from tenants.errors import refuse_input
from tenants.models import Member
from tenants.transitions import change

EDITABLE = frozenset({"time_clock", "open_minutes", "plan_days", "undo_minutes", "approval_from", "move_penalty"})


@transaction.atomic
def edit(*, by: Member | None, seen: int | None = None, **facts: Any) -> DispatchPolicy:
    """Change what is named, for what is decided from now on; nothing differs, nothing happens.

    Where there is no row yet, one that says what held until now is written first: its version is what was seen.
    """
    if strange := facts.keys() - EDITABLE:
        raise TypeError(f"Not editable: {sorted(strange)}")
    refuse_input(problems.of_given_policy(facts))
    if not DispatchPolicy.objects.exists():
        DispatchPolicy.objects.bulk_create([DispatchPolicy()], ignore_conflicts=True)  # somebody may be first
    policy = DispatchPolicy.objects.lock(DispatchPolicy.objects.get(), seen=seen)
    changed = {name: value for name, value in facts.items() if getattr(policy, name) != value}
    if changed:
        said = {name: {"from": getattr(policy, name), "to": value} for name, value in changed.items()}
        change(policy, "dispatch_policy.edited", by=by, data={"changed": said}, **changed)
    return policy
