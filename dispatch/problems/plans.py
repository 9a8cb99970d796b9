"""Why a plan cannot be as it was asked for, or may not go on."""

import datetime

from dispatch.models import DispatchPolicy, Plan, PlanItem
from dispatch.states import LONGEST_REASON, PlanStatus
from tenants.errors import Problem
from tenants.models import Event, Member
from tenants.states import wrong_state

MOST_UNPUBLISHED = 20
LONGEST_NAME = 120
MOST_PENALTY = 100_000  # minutes: more than two months of lateness is "never"
MOST_WEIGHT = 10_000  # per cent
MOST_SHOWN = 50
UNPUBLISHED = (PlanStatus.COMPUTING, PlanStatus.READY, PlanStatus.WAITING, PlanStatus.PUBLISHING)


def of_given_plan(name: str, move_penalty: int | None, balance_weight: int | None) -> list[Problem]:
    found = []
    if not name.strip():
        found.append(Problem("blank", "Give the plan a name.", "name"))
    elif len(name.strip()) > LONGEST_NAME:
        found.append(Problem("max_length", f"At most {LONGEST_NAME} characters.", "name"))
    given = (("move_penalty", move_penalty, MOST_PENALTY), ("balance_weight", balance_weight, MOST_WEIGHT))
    for field, value, most in given:
        if value is not None and not 0 <= value <= most:
            found.append(Problem("out_of_range", f"From 0 to {most}.", field))
    return found


def of_creating() -> list[Problem]:
    """So many scenarios can be looked at; more are forgotten ones, each with a copy of the backlog."""
    if Plan.objects.filter(status__in=UNPUBLISHED).count() < MOST_UNPUBLISHED:
        return []
    said = f"There are {MOST_UNPUBLISHED} plans that are not published: publish or discard one first."
    return [Problem("too_many_plans", said)]


def of_adjusting(plan: Plan) -> list[Problem]:
    """What waits for somebody's agreement, or is published, stays as they saw it."""
    if plan.status == PlanStatus.READY:
        return []
    label = plan.get_status_display().lower()
    return [Problem("wrong_state", f"It is {label}; to change it by hand, it must be ready.")]


def of_item(item: PlanItem | None) -> list[Problem]:
    return [not_in_plan()] if item is None else []


def not_in_plan() -> Problem:
    return Problem("does_not_exist", "This task is not in the plan.", "task")


def of_moving(item: PlanItem) -> list[Problem]:
    """What has begun or is pinned on the floor is in the plan only so that its time is counted."""
    if not item.parts.get("fixed"):
        return []
    return [Problem("task_fixed", f"{item.task.title} has begun or is pinned, so it stays where it is.", "task")]


def of_comment(comment: str) -> list[Problem]:
    if not comment.strip():
        return [Problem("required", "Say what has to change.", "comment")]
    if len(comment) > LONGEST_REASON:
        return [Problem("max_length", f"At most {LONGEST_REASON} characters.", "comment")]
    return []


def of_publishing(plan: Plan, policy: DispatchPolicy, *, by: Member | None) -> list[Problem]:
    """A plan that moves much needs a second pair of eyes: it is submitted by one and published by another."""
    if found := wrong_state(plan, "publish"):
        return found
    if plan.status == PlanStatus.WAITING:
        submitted = Event.objects.about(plan).filter(kind="plan.submitted").first()
        if by is not None and submitted is not None and submitted.actor_id == by.pk:
            return [Problem("own_submission", "Somebody else has to agree: you have submitted it yourself.")]
    elif policy.approval_from is not None and plan.tasks_moved >= policy.approval_from:
        said = f"It moves {plan.tasks_moved} tasks; from {policy.approval_from} on somebody else has to agree."
        return [Problem("needs_approval", f"{said} Submit it first.")]
    return []


def of_undoing(plan: Plan, moment: datetime.datetime) -> list[Problem]:
    if found := wrong_state(plan, "undo"):
        return found
    if plan.undo_until is None or moment > plan.undo_until:
        return [Problem("undo_over", "The time in which it could be undone is over: make another plan.")]
    return []


def stale(title: str, why: str) -> Problem:
    return Problem("stale_item", f"{title}: {why}")


def of_stale(found: list[Problem]) -> list[Problem]:
    """What has changed since the plan was computed. A page shows so many of them; the last one counts the others."""
    if len(found) <= MOST_SHOWN:
        return found
    more = len(found) - MOST_SHOWN
    return [*found[:MOST_SHOWN], Problem("stale_items", f"And {more} more tasks have changed meanwhile.")]


def nothing_left() -> Problem:
    return Problem("nothing_left", "Everything has changed since it was computed: make another plan.")
