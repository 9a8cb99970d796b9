"""What a worker does of a plan: reads the backlog, has it solved, writes the answer; each run may be begun anew.

The relay calls `run` outside any transaction, with a `PlanStep` it has leased. How far it is, is committed as it goes;
the answer comes in one piece, so a worker that died has left nothing behind.
"""

import logging
import time
import uuid
from typing import Any

from dispatch.actions.plans import slots
from dispatch.engine import Snapshot
from dispatch.engine.planning import Answer, Planned, Settings, plan
from dispatch.engine.snapshots import hash_of
from dispatch.models import Plan, PlanItem, PlanStep
from dispatch.queries import backlog
from dispatch.states import PlanStatus
from tenants.context import tenant
from tenants.errors import Problem, Refusal, refuse
from tenants.models.inserting import insert_all
from tenants.transitions import move

log = logging.getLogger(__name__)

MOST_TRIES = 4
SOLVER_SECONDS = 20.0
COLUMNS = ("plan_id", "task_id", "task_version", "member_id", "member_before_id", "starts_at", "ends_at", "parts")
EVERY_SECONDS = 0.5  # how often the progress bar moves at most
PHASES = {
    "pairing": "Finding out who can do what",
    "giving": "Giving tasks to people",
    "timing": "Making the timetable",
    "comparing": "Comparing with how it is",
    "done": "Writing it down",
}


def run(step: PlanStep) -> None:
    """Compute a plan. What can never succeed ends it with a reason; anything else is tried again, a few times."""
    try:
        if step.attempts > MOST_TRIES:  # and none of them said why it ended
            refuse([Problem("plan_gave_up", "Whoever computed it stopped again and again without a word.")])
        _compute(step)
    except Refusal as refusal:
        _fail(step, str(refusal))
    except Exception:
        if step.attempts < MOST_TRIES:
            raise
        log.exception("Plan %s is given up.", step.plan_id)
        _fail(step, "Something broke on our side, several times. Nothing was changed.")


def _compute(step: PlanStep) -> None:
    begun = time.monotonic()
    with tenant(step.organization_id):
        wanted = Plan.objects.select_related("department").get(pk=step.plan_id)
        if wanted.status != PlanStatus.COMPUTING:
            return
        snapshot = backlog.backlog(wanted.department)
        held = backlog.slots_of(snapshot.jobs)
        settings = settings_of(wanted)
    telling = _Telling(step, len(snapshot.jobs))
    telling("pairing", 0, 1)
    answer = plan(snapshot, settings, seconds=SOLVER_SECONDS, tell=telling)
    telling("done", 1, 1)
    values = snapshot.as_values()
    place = {person.id: str(person.department) for person in snapshot.floor.people}
    items = [_item(step, row, answer.refusals.get(row.job.id, {}), held, place) for row in answer.rows]
    with tenant(step.organization_id):
        _write(step, snapshot, values, answer, items, begun)


def settings_of(wanted: Plan) -> Settings:
    return Settings(wanted.move_penalty, wanted.balance_weight, wanted.days)


class _Telling:
    """Writes down how far a plan is, in a transaction of its own, for whoever watches; not more often than they look.

    The steps of the solver are turned into tasks, since that is what people count.
    """

    def __init__(self, step: PlanStep, tasks: int) -> None:
        self._step, self._tasks, self._told = step, tasks, 0.0

    def __call__(self, phase: str, done: int, total: int) -> None:
        moment = time.monotonic()
        if done not in (0, total) and moment - self._told < EVERY_SECONDS:
            return
        self._told = moment
        with tenant(self._step.organization_id):
            Plan.objects.filter(pk=self._step.plan_id, status=PlanStatus.COMPUTING).update(
                phase=PHASES.get(phase, phase)[:40],
                tasks_total=self._tasks,
                tasks_done=min(self._tasks, self._tasks * done // max(total, 1)),
            )


def _item(
    step: PlanStep, row: Planned, refusals: dict[str, int], held: dict[uuid.UUID, Any], place: dict[uuid.UUID, str]
) -> tuple[Any, ...]:
    """A row of the answer, with what publishing has to know: what the task was like, and the slot it had."""
    job = row.job
    has_slot = row.starts_at is not None and row.ends_at is not None
    parts: dict[str, Any] = {
        "cost": row.parts,
        "next": [[str(person), cost] for person, cost in row.others],
        "refusals": refusals,
        "place": place.get(row.person) if row.person else None,
        "minutes": str(job.minutes),
        "due": job.due_at.isoformat() if job.due_at else None,
    }
    if job.fixed:
        parts["fixed"] = True
    if job.id in held:
        parts["slot"] = slots.kept(held[job.id])
    slot = (row.starts_at, row.ends_at) if has_slot else (None, None)
    return (step.plan_id, job.id, job.version, row.person, job.holder, *slot, parts)


def _write(
    step: PlanStep,
    snapshot: Snapshot,
    values: dict[str, Any],
    answer: Answer,
    items: list[tuple[Any, ...]],
    begun: float,
) -> None:
    """Keep the answer, unless somebody thought dead has kept it after all."""
    found = Plan.objects.lock(step.plan_id)
    if found.status != PlanStatus.COMPUTING:
        return
    insert_all(PlanItem, COLUMNS, items)
    moved = sum(1 for row in answer.rows if row.person != row.job.holder)
    move(
        found,
        "finish",
        by=None,
        data={"tasks": len(items), "moved": moved, "unassigned": answer.after.unassigned},
        snapshot=values,
        input_hash=hash_of(values),
        method=answer.method[:20],
        phase="",
        before=answer.before.as_dict(),
        after=answer.after.as_dict(),
        tasks_total=len(items),
        tasks_done=len(items),
        tasks_moved=moved,
        seconds=round(time.monotonic() - begun, 3),
    )


def _fail(step: PlanStep, reason: str) -> None:
    with tenant(step.organization_id):
        found = Plan.objects.lock(step.plan_id)
        if found.status == PlanStatus.COMPUTING:
            move(found, "fail", by=None, phase="", problem=reason[:500], data={"reason": reason[:500]})
