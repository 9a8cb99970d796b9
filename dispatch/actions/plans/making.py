"""A plan from the wish for one to somebody's agreement: asked for, submitted, sent back, dropped."""

from django.db import transaction

from dispatch.models import Plan, PlanStep
from dispatch.problems import plans as problems
from dispatch.queries import floor
from tenants import context, events
from tenants.errors import refuse, refuse_input
from tenants.models import Department, Member, Organization
from tenants.states import wrong_state
from tenants.transitions import move as take
from tenants.transitions import was_said


@transaction.atomic
def create(
    *,
    by: Member,
    name: str,
    department: Department | None = None,
    move_penalty: int | None = None,
    balance_weight: int | None = None,
) -> Plan:
    """Have a plan computed, of one department or of all. What is left out is as the organization has it.

    Raises `Invalid` for a name or figure that cannot be, `NotAllowed` where too many are lying about already.
    """
    refuse_input(problems.of_given_plan(name, move_penalty, balance_weight))
    # Two who count at the same time would both find room for one more.
    Organization.objects.select_for_update(no_key=True).get(pk=context.organization_id())
    refuse(problems.of_creating())
    policy = floor.policy()
    given = {"move_penalty": policy.move_penalty if move_penalty is None else move_penalty, "days": policy.plan_days}
    if balance_weight is not None:
        given["balance_weight"] = balance_weight
    plan = Plan.objects.create(name=name.strip(), member=by, department=department, **given)
    PlanStep.objects.create(plan=plan)
    events.record(plan, "plan.created", by=by, name=plan.name, department=department.pk if department else None)
    return plan


@transaction.atomic
def submit(plan: Plan, *, by: Member | None, seen: int | None = None) -> Plan:
    """Ask somebody else to agree. Until they have answered it stays as it is."""
    plan = Plan.objects.lock(plan)
    if not was_said(plan, "submit", by=by, seen=seen):
        refuse(wrong_state(plan, "submit"))
        take(plan, "submit", by=by, data={"tasks": plan.tasks_moved})
    return plan


@transaction.atomic
def return_(plan: Plan, *, by: Member | None, comment: str, seen: int | None = None) -> Plan:
    """Send a submitted plan back, saying what has to change."""
    plan = Plan.objects.lock(plan)
    if was_said(plan, "return", by=by, seen=seen):
        return plan
    refuse(wrong_state(plan, "return"))
    refuse_input(problems.of_comment(comment))
    take(plan, "return", by=by, data={"comment": comment.strip()})
    return plan


@transaction.atomic
def discard(plan: Plan, *, by: Member | None, seen: int | None = None) -> Plan:
    """Drop a plan: nobody's work changes."""
    plan = Plan.objects.lock(plan)
    if not was_said(plan, "discard", by=by, seen=seen):
        take(plan, "discard", by=by)
    return plan
