"""How much one member may have at once, where it differs from the organization's rule."""

from typing import Any

from django.db import transaction

from dispatch import problems
from dispatch.models import Capacity
from tenants.errors import refuse_input
from tenants.models import Member
from tenants.transitions import change

EDITABLE = frozenset({"open_minutes", "running_tasks"})


@transaction.atomic
def create(member: Member, *, by: Member | None, **facts: Any) -> Capacity:
    """Write down a member's own capacity. Raises `Invalid` if there is something written already."""
    member = Member.objects.lock(member)
    refuse_input(problems.of_given_capacity(facts))
    if Capacity.objects.filter(member=member).exists():
        refuse_input([problems.capacity_exists()])
    return _change(Capacity.objects.create(member=member), facts, by=by)


@transaction.atomic
def edit(capacity: Capacity, *, by: Member | None, seen: int | None = None, **facts: Any) -> Capacity:
    """Change what is named; `open_minutes=None` is as much as the organization's rule says."""
    Member.objects.lock(capacity.member_id)  # whoever counts their work holds them
    capacity = Capacity.objects.lock(capacity, seen=seen)
    refuse_input(problems.of_given_capacity(facts))
    return _change(capacity, facts, by=by)


@transaction.atomic
def set_for(member: Member, *, by: Member | None, seen: int | None = None, **facts: Any) -> Capacity:
    """The same for a member, whether anything was written down for them before or not."""
    member = Member.objects.lock(member)
    standing = Capacity.objects.filter(member=member).first()
    return edit(standing, by=by, seen=seen, **facts) if standing else create(member, by=by, **facts)


def _change(capacity: Capacity, facts: dict[str, Any], *, by: Member | None) -> Capacity:
    if strange := facts.keys() - EDITABLE:
        raise TypeError(f"Not editable: {sorted(strange)}")
    changed = {name: value for name, value in facts.items() if getattr(capacity, name) != value}
    if changed:
        said = {name: {"from": getattr(capacity, name), "to": value} for name, value in changed.items()}
        change(capacity, "capacity.edited", by=by, data={"member": capacity.member_id, "changed": said}, **changed)
    return capacity
