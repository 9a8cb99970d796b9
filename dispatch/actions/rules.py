"""Making and changing the rules of dispatch. They count from the next decision on; nobody is moved by them."""

import itertools
from typing import Any

from django.db import IntegrityError, transaction

from dispatch import problems
from dispatch.models import AssignmentRule
from tenants import context, events
from tenants.errors import Invalid, Problem, refuse_input
from tenants.models import Member
from tenants.transitions import change

APART, LAST = 10, 1_000_000


@transaction.atomic
def create(*, by: Member | None, name: str, **fields: Any) -> AssignmentRule:
    """Add a rule. Raises `Invalid` if the name is missing or taken, or if no task could ever meet its conditions."""
    meant = AssignmentRule(name=name.strip(), **fields)
    refuse_input(problems.of_naming(name) + problems.of_conditions(meant, said=fields, moment=context.now()))
    try:
        with transaction.atomic():
            rule = AssignmentRule.objects.create(name=meant.name, **fields)
    except IntegrityError as error:  # somebody was first with this name
        raise Invalid([problems.name_taken()]) from error
    events.record(rule, "rule.created", by=by, name=rule.name)
    return rule


@transaction.atomic
def edit(rule: AssignmentRule, *, by: Member | None, seen: int | None = None, **fields: Any) -> AssignmentRule:
    """Change a rule. Raises `Invalid` for a name that is missing or taken and for conditions that cannot be met,
    `Stale` if `seen` is outdated."""
    rule = AssignmentRule.objects.lock(rule, seen=seen)
    if "name" in fields:
        fields["name"] = fields["name"].strip()
    changed = {name: value for name, value in fields.items() if getattr(rule, name) != value}
    if not changed:
        return rule
    found = problems.of_naming(changed["name"], rule=rule) if "name" in changed else []
    meant = _as_meant(rule, changed)
    refuse_input(found + problems.of_conditions(meant, said=changed, moment=context.now()))
    try:
        with transaction.atomic():
            change(rule, "rule.edited", by=by, data={"changed": sorted(changed)}, **changed)
    except IntegrityError as error:
        raise Invalid([problems.name_taken()]) from error
    return rule


@transaction.atomic
def move(rule: AssignmentRule, *, by: Member | None, places: int, seen: int | None = None) -> AssignmentRule:
    """Let a rule be asked so many places later, or earlier where `places` is negative.

    The rules between keep their order. Ranks change hands; only where two had the same one do later ones go up.
    """
    standing = list(AssignmentRule.objects.select_for_update(of=("self",)).order_by("pk"))
    rule = AssignmentRule.objects.lock(rule, seen=seen)
    asked = sorted(standing, key=lambda row: (row.rank, row.name, str(row.pk)))
    ranks, ids = [row.rank for row in asked], [row.pk for row in asked]
    place = ids.index(rule.pk)
    asked.insert(min(max(place + places, 0), len(asked) - 1), asked.pop(place))
    wanted = dict(zip(asked, ranks, strict=True))
    for before, after in itertools.pairwise(asked):
        if (wanted[after], after.name, str(after.pk)) < (wanted[before], before.name, str(before.pk)):
            wanted[after] = wanted[before] + 1
    if wanted and max(wanted.values()) > LAST:
        wanted = {row: (number + 1) * APART for number, row in enumerate(asked)}
    for row in asked:
        if row.rank != wanted[row]:
            change(row, "rule.edited", by=by, data={"changed": ["rank"]}, rank=wanted[row])
    return next(row for row in asked if row.pk == rule.pk)


@transaction.atomic
def remove(rule: AssignmentRule, *, by: Member | None, seen: int | None = None) -> None:
    """Take a rule away. What it decided keeps its name and rank in words."""
    rule = AssignmentRule.objects.lock(rule, seen=seen)
    change(rule, "rule.removed", by=by, data={"name": rule.name})
    rule.delete()


def draft(rule: AssignmentRule | None, **fields: Any) -> tuple[AssignmentRule, list[Problem]]:
    """The rule as it would be with these fields, unsaved, and what speaks against it besides its name."""
    meant = _as_meant(rule, fields) if rule else AssignmentRule(**fields)
    return meant, problems.of_conditions(meant, said=fields, moment=context.now())


def _as_meant(rule: AssignmentRule, fields: dict[str, Any]) -> AssignmentRule:
    meant = AssignmentRule.objects.get(pk=rule.pk)
    for name, value in fields.items():
        setattr(meant, name, value)
    return meant
