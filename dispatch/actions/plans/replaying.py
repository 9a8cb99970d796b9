"""Computing a plan again from what it was computed from, to see whether it comes out the same.

It solves, so whatever serves pages does not import it.
"""

from dispatch.actions.plans.computing import SOLVER_SECONDS, settings_of
from dispatch.engine import Snapshot
from dispatch.engine.planning import plan
from dispatch.engine.snapshots import hash_of
from dispatch.models import Assignment, Plan, PlanItem

TAMPERED = "What the plan was computed from is not what it was: its hash does not match."
SAME = "The whole plan computed again from what was known then gives it to {name} again."
BY_HAND = "{who} moved it to {name} in the plan by hand. Computed again from what was known then, it goes to {found}."
NOT_SAME = "The whole plan computed again from what was known then gives it to {found}. That should not happen."


def replay(assignment: Assignment) -> str:
    """Whether the plan an assignment comes from would give it to the same member again, in a sentence."""
    origin = Plan.objects.get(pk=assignment.decision["plan"]["id"])
    values = origin.snapshot
    if hash_of(values) != assignment.input_hash:
        return TAMPERED
    snapshot = Snapshot.of_values(values)
    answer = plan(snapshot, settings_of(origin), seconds=SOLVER_SECONDS)
    found = next(row.person for row in answer.rows if row.job.id == assignment.task_id)
    names = {person.id: person.name for person in snapshot.floor.people}
    said = {"name": assignment.member.name, "found": names[found] if found else "nobody"}
    by_hand = PlanItem.objects.get(plan=origin, task=assignment.task_id).parts.get("by_hand")
    if by_hand:
        return BY_HAND.format(who=by_hand, **said)
    return (SAME if found == assignment.member_id else NOT_SAME).format(**said)
