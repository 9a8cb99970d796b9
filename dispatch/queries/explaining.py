"""Why somebody has a task: what was decided, whether it still comes out of its input, and what would be decided now."""

from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Max

from dispatch.engine import Decision, decide_all
from dispatch.engine.decisions import NEXT
from dispatch.engine.replays import Replay, changes_since, replayed
from dispatch.models import Assignment
from dispatch.queries.floor import floor_now, jobs_of
from dispatch.queries.weighing import as_if_free
from dispatch.states import Strategy
from workorder.models import WorkOrderTask

SAME = "Decided again from what was known then, it comes out the same."
NOT_SAME = "Decided again from what was known then, it comes out differently in: {}. That should not happen."
TAMPERED = "What it was decided from is not what it was: its hash does not match."
BY_HAND = "Somebody gave it by hand, so there is nothing to decide again."
BY_PLAN = "A plan decided it together with all the others: manage.py explain_assignment computes it again."
UNKNOWN = "What it was decided from was not kept."
OVER = "The task has ended, so there is nothing to decide any more."


@dataclass(frozen=True)
class Explanation:
    """An assignment with its record, its replay and today's decision; the last two are None where there is none.

    `how` is rules, hand or plan. `changes` are sentences: what is different now, as far as it concerns who was chosen
    and who would be.
    """

    assignment: Assignment
    how: str
    record: dict[str, Any]
    replay: Replay | None
    replay_said: str
    today: Decision | None
    changes: list[str]

    @property
    def chosen_today(self) -> str:
        return self.today.chosen.name if self.today and self.today.chosen else "nobody"

    @property
    def would_differ(self) -> bool | None:
        if self.today is None:
            return None
        return self.today.chosen is None or self.today.chosen.id != self.assignment.member_id

    @property
    def today_said(self) -> str:
        if self.today is None:
            return OVER
        if not self.would_differ:
            return f"Decided today it would be {self.assignment.member.name} again."
        return f"Decided today it would be {self.chosen_today}. {self.today.why}"

    def as_dict(self) -> dict[str, Any]:
        record, candidates = self.record, self.record.get("candidates", [])
        return {
            "assignment": str(self.assignment.pk),
            "task": str(self.assignment.task_id),
            "member": {"id": str(self.assignment.member_id), "name": self.assignment.member.name},
            "how": self.how,
            "why": self.assignment.why,
            "forced": record.get("forced", ""),
            "against": record.get("against", []),
            "rule": record.get("rule"),
            "strategy": record.get("strategy", ""),
            "department": record.get("department"),
            "chosen": record.get("chosen"),
            "candidates": candidates,
            "could": record.get("could", len(candidates)),
            "refused": record.get("refused", []),
            "refusals": record.get("refusals", {}),
            "next": candidates[1 : NEXT + 1],
            "input_hash": self.assignment.input_hash,
            "replay": {
                "same": self.replay.is_same if self.replay else None,
                "differs": list(self.replay.differs) if self.replay else [],
                "said": self.replay_said,
            },
            "today": {
                "differs": self.would_differ,
                "chosen": self.today.chosen.as_dict() if self.today and self.today.chosen else None,
                "said": self.today_said,
                "changes": self.changes,
            },
        }


def explain(assignment: Assignment) -> Explanation:
    """Everything there is to say about why somebody has, or had, this task. Reads, and writes nothing."""
    record, how = assignment.decision, _how(assignment)
    replay, said = None, {"hand": BY_HAND, "plan": BY_PLAN}.get(how, UNKNOWN)
    if how == "rules" and (values := input_of(assignment)):
        replay = replayed(str(assignment.task_id), record, values, assignment.input_hash)
        said = _said_of(replay)
    today = _today(assignment)
    changes = changes_since(replay.decision, today) if replay and today else []
    return Explanation(assignment, how, record, replay, said, today, changes)


def input_of(assignment: Assignment) -> dict[str, Any] | None:
    """What it was decided from, as it was kept with it or with the first assignment of its run."""
    if values := assignment.decision.get("input"):
        return values
    keeper = Assignment.objects.filter(pk=assignment.decision.get("input_of")).first()
    return keeper.decision.get("input") if keeper else None


def strategy_of(record: dict[str, Any]) -> str:
    """The strategy of a record, as people call it."""
    name = record.get("strategy") or (record.get("rule") or {}).get("strategy") or Strategy.LEAST_LOADED
    return Strategy(name).label


def _how(assignment: Assignment) -> str:
    if assignment.decision.get("plan"):
        return "plan"
    return "rules" if assignment.decision.get("candidates") else "hand"


def _said_of(replay: Replay) -> str:
    if "input" in replay.differs:
        return TAMPERED
    return SAME if replay.is_same else NOT_SAME.format(", ".join(replay.differs))


def _today(assignment: Assignment) -> Decision | None:
    """What would be decided now if nobody had the task and this assignment had never been."""
    task = WorkOrderTask.objects.get(pk=assignment.task_id)
    if not task.is_open:
        return None
    [job] = jobs_of([task])
    floor = as_if_free(floor_now([job]), task, job)
    [decision] = decide_all([job], _as_if_unasked(floor, assignment))
    return decision


def _as_if_unasked(floor, assignment):
    """Whose turn it is must not depend on the very choice that is judged."""
    others = Assignment.objects.filter(member=assignment.member_id, rule__isnull=False).exclude(pk=assignment.pk)
    last = others.aggregate(last=Max("created_at"))["last"]
    staff = (replace(one, asked_at=last) if one.id == assignment.member_id else one for one in floor.people)
    return replace(floor, people=tuple(staff))
