"""What a worker does of publishing a large plan: gives everybody what it says, or says why not.

The relay calls `run` outside any transaction, with a `PlanPublishing` it has leased. All is given in one transaction,
so a worker that died has left nothing behind, and the next one begins anew.
"""

import logging
import uuid

from dispatch.actions.plans import publishing
from dispatch.actions.plans.freshness import Outdated
from dispatch.models import Plan, PlanPublishing
from dispatch.states import PlanStatus
from tenants.context import tenant
from tenants.errors import Problem, Refusal, refuse
from tenants.transitions import move

log = logging.getLogger(__name__)

MOST_TRIES = 4
GIVING = "Giving everybody their tasks"


def run(row: PlanPublishing) -> None:
    """Publish a plan. What has changed meanwhile stops it with the reasons; anything else is tried again."""
    try:
        if row.attempts > MOST_TRIES:  # and none of them said why it ended
            refuse([Problem("plan_gave_up", "Whoever published it stopped again and again without a word.")])
        _hand_out(row)
    except Outdated as outdated:
        _stop(row, str(outdated), outdated.stale)
    except Refusal as refusal:
        _stop(row, str(refusal), {})
    except Exception:
        if row.attempts < MOST_TRIES:
            raise
        log.exception("Publishing plan %s is given up.", row.plan_id)
        _stop(row, "Something broke on our side, several times. Nothing was changed.", {})


def _hand_out(row: PlanPublishing) -> None:
    with tenant(row.organization_id):  # seen by whoever watches, while nothing of the rest is yet
        Plan.objects.filter(pk=row.plan_id, status=PlanStatus.PUBLISHING).update(phase=GIVING)
    with tenant(row.organization_id):
        plan = Plan.objects.lock(row.plan_id)
        if plan.status == PlanStatus.PUBLISHING:  # unless somebody thought dead has done it after all
            publishing.give(plan, "hand_out", by=row.member, skip_stale=row.skip_stale)


def _stop(row: PlanPublishing, reason: str, stale: dict[uuid.UUID, str]) -> None:
    """Back to where it was: ready, or waiting for whoever agreed to it in vain."""
    with tenant(row.organization_id):
        plan = Plan.objects.lock(row.plan_id)
        if plan.status != PlanStatus.PUBLISHING:
            return
        publishing.write_reasons(stale)
        move(
            plan,
            "stop",
            by=None,
            to=PlanStatus.WAITING if plan.approved_by_id else PlanStatus.READY,
            data={"member": row.member_id, "reason": reason[:500], "stale": len(stale)},
            phase="",
            problem=reason[:500],
            approved_by=None,
        )
