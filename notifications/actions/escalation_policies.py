"""Making and changing escalation policies. What is running goes on as it was promised: its steps are frozen."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import IntegrityError, transaction

from notifications.models import BusinessCalendar, Escalation, EscalationPolicy, EscalationStep
from notifications.problems import escalations as problems
from notifications.queries import escalations as queries
from tenants import context, events
from tenants.errors import Invalid, Problem, refuse, refuse_input
from tenants.models import Member, Organization
from tenants.transitions import change

EDITABLE = frozenset({"name", "trigger", "rank", "if_department", "if_priority", "calendar", "active"})
Step = Mapping[str, Any]
"""`wait_minutes`, `audience`, `member` (None unless the audience is one member), `transports`."""


@transaction.atomic
def create(*, by: Member | None, name: str, trigger: str, steps: Sequence[Step], **fields: Any) -> EscalationPolicy:
    """Add a policy with its steps. Raises `Invalid` with every reason at once, each by the field it is about."""
    _only(fields)
    fields |= _held(fields)
    refuse_input(problems.of_policy_name(name) + _of_steps(steps, fields.get("calendar")))
    try:
        with transaction.atomic():
            policy = EscalationPolicy.objects.create(name=name.strip(), trigger=trigger, **fields)
    except IntegrityError as error:  # somebody was first with this name
        raise Invalid([problems.policy_name_taken()]) from error
    _write(policy, steps)
    events.record(policy, "escalation_policy.created", by=by, name=policy.name, trigger=policy.trigger)
    return policy


@transaction.atomic
def edit(
    policy: EscalationPolicy,
    *,
    by: Member | None,
    seen: int | None = None,
    steps: Sequence[Step] | None = None,
    **fields: Any,
) -> EscalationPolicy:
    """Change what is named; `steps` replaces all of them. Raises `Invalid`, or `Stale` if `seen` is outdated."""
    _only(fields)
    policy = EscalationPolicy.objects.lock(policy, seen=seen)
    fields |= _held(fields)
    if "name" in fields:
        fields["name"] = fields["name"].strip()
    changed = {name: value for name, value in fields.items() if getattr(policy, name) != value}
    now = _as_sent(policy)
    meant = [_tidy(step) for step in steps] if steps is not None else now
    found = problems.of_policy_name(changed["name"], policy=policy) if "name" in changed else []
    if meant != now or "calendar" in changed:
        found += _of_steps(meant, fields.get("calendar", policy.calendar))
    refuse_input(found)
    if not changed and meant == now:
        return policy
    told = sorted([*changed, *(["steps"] if meant != now else [])])
    try:
        with transaction.atomic():
            change(policy, "escalation_policy.edited", by=by, data={"changed": told}, **changed)
    except IntegrityError as error:
        raise Invalid([problems.policy_name_taken()]) from error
    if meant != now:
        policy.steps.all().delete()
        _write(policy, meant)
    return policy


@transaction.atomic
def remove(policy: EscalationPolicy, *, by: Member | None, seen: int | None = None) -> None:
    """Take a policy away that never began anything. Raises `NotAllowed` otherwise: make it inactive."""
    policy = EscalationPolicy.objects.lock(policy, seen=seen)
    refuse(problems.of_removing_policy(Escalation.objects.filter(policy=policy).count()))
    change(policy, "escalation_policy.removed", by=by, data={"name": policy.name})
    policy.delete()


def _held(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The calendar that is named, held: it is not taken away, nor its hours changed, before the policy counts by it."""
    calendar = fields.get("calendar")
    if calendar is None:
        return {}
    try:
        return {"calendar": BusinessCalendar.objects.lock(calendar)}
    except BusinessCalendar.DoesNotExist as error:
        raise Invalid([problems.calendar_gone()]) from error


def _of_steps(steps: Sequence[Step], calendar: Any) -> list[Problem]:
    found = problems.of_steps(steps)
    if found or calendar is None:
        return found
    zone = Organization.objects.get(pk=context.organization_id()).zone
    waits = [step["wait_minutes"] for step in steps]
    has_time = queries.has_time_for(waits, queries.calendar_of(calendar, zone), context.now())
    return [] if has_time else [problems.never_open("calendar")]


def _write(policy: EscalationPolicy, steps: Sequence[Step]) -> None:
    EscalationStep.objects.bulk_create(
        EscalationStep(policy=policy, sequence=number, **_tidy(step)) for number, step in enumerate(steps, start=1)
    )


def _tidy(step: Step) -> dict[str, Any]:
    return {
        "wait_minutes": step["wait_minutes"],
        "audience": str(step["audience"]),
        "member": step.get("member"),
        "transports": sorted(set(step.get("transports") or [])),
    }


def _as_sent(policy: EscalationPolicy) -> list[dict[str, Any]]:
    """Its steps in the shape in which they come."""
    rows = policy.steps.select_related("member__user").order_by("sequence")
    return [_tidy({name: getattr(row, name) for name in problems.STEP}) for row in rows]


def _only(fields: Mapping[str, Any]) -> None:
    if strange := fields.keys() - EDITABLE:
        raise TypeError(f"Not editable: {sorted(strange)}")
