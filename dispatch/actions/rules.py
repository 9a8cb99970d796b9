"""Making and changing the rules of dispatch. They count from the next decision on; nobody is moved by them."""

from typing import Any

from django.db import IntegrityError, transaction

from dispatch import problems
from dispatch.models import AssignmentRule
from tenants import events
from tenants.errors import Invalid, refuse_input
from tenants.models import Member
from tenants.transitions import change


@transaction.atomic
def create(*, by: Member | None, name: str, **fields: Any) -> AssignmentRule:
    """Add a rule. Raises `Invalid` if the name is missing or taken."""
    refuse_input(problems.of_naming(name))
    try:
        with transaction.atomic():
            rule = AssignmentRule.objects.create(name=name.strip(), **fields)
    except IntegrityError as error:  # somebody was first with this name
        raise Invalid([problems.name_taken()]) from error
    events.record(rule, "rule.created", by=by, name=rule.name)
    return rule


@transaction.atomic
def edit(rule: AssignmentRule, *, by: Member | None, seen: int | None = None, **fields: Any) -> AssignmentRule:
    """Change a rule. Raises `Invalid` for a name that is missing or taken, `Stale` if `seen` is outdated."""
    rule = AssignmentRule.objects.lock(rule, seen=seen)
    if "name" in fields:
        refuse_input(problems.of_naming(fields["name"], rule=rule))
        fields["name"] = fields["name"].strip()
    changed = {name: value for name, value in fields.items() if getattr(rule, name) != value}
    if changed:
        try:
            with transaction.atomic():
                change(rule, "rule.edited", by=by, data={"changed": sorted(changed)}, **changed)
        except IntegrityError as error:
            raise Invalid([problems.name_taken()]) from error
    return rule


@transaction.atomic
def remove(rule: AssignmentRule, *, by: Member | None, seen: int | None = None) -> None:
    """Take a rule away. What it decided keeps its name and rank in words."""
    rule = AssignmentRule.objects.lock(rule, seen=seen)
    change(rule, "rule.removed", by=by, data={"name": rule.name})
    rule.delete()
