"""Why somebody has a task, and who could have one that nobody has: as tables, beside the words."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from django.template.loader import render_to_string

from dispatch import queries
from dispatch.engine.decisions import NEXT, long
from dispatch.models import Assignment
from dispatch.states import Strategy
from tenants.pages import page
from workorder.models import WorkOrderTask
from workorder.states import TaskStatus

FULL = 100  # the width of a bar, in per cent
GIVABLE = (TaskStatus.WAITING, TaskStatus.READY)


@dataclass(frozen=True)
class Row:
    """Somebody who could take it, with what was weighed; `percent` is how full they are, for the bar."""

    name: str
    load: Decimal
    percent: int
    pace: int
    level: int
    kept: bool
    waited: str
    is_chosen: bool

    @property
    def bar(self):
        return min(self.percent, FULL)


def why_panels(tasks, *, request, brief, pressed=None):
    """Dict[task id -> HTML] of "Why Omar?" and "Who could do it?"; a list of cards has no room for either."""
    if brief:
        return {}
    held = [task.pk for task in tasks if task.assigned_member_id]
    standing = Assignment.objects.open().filter(task__in=held).select_related("member__user")
    newest = {row.task_id: row for row in standing} if held else {}
    found = {}
    for task in tasks:
        assignment = newest.get(task.pk)
        record = assignment.decision if assignment else {}
        values = {"task": task, "assignment": assignment, "asks": _may_still_be_given(task)}
        if record.get("candidates"):
            values |= table_of(record)
        if values.get("rows") or values["asks"]:
            found[task.pk] = render_to_string("dispatch/_why_panel.html", values, request=request)
    return found


def show_candidates(request, task):
    weighed = queries.weigh(task)
    task = WorkOrderTask.objects.with_order().get(pk=task.pk)
    values = {"task": task, "decision": weighed.decision, "remedies": weighed.remedies}
    values |= table_of(weighed.decision.as_dict(), most=None)
    return page(request, "dispatch/candidates.html", part="dispatch/_candidates.html", **values)


def table_of(record, *, most=NEXT + 1):
    """The rows of a decision's record: those who could, how many more there were, and who could not."""
    chosen = (record.get("chosen") or {}).get("id")
    could = record["candidates"][:most]
    rows = [_row(candidate, chosen) for candidate in could]
    rule, strategy = record.get("rule"), queries.strategy_of(record)
    return {
        "rows": rows,
        "more": record.get("could", len(record["candidates"])) - len(rows),
        "refused": record.get("refused", []),
        "refusals": record.get("refusals", {}),
        "rule": rule,
        "strategy": strategy,
        "shows_turn": strategy == Strategy.ROUND_ROBIN.label,
        "shows_level": any(row.level for row in rows),
        "shows_kept": any(row.kept for row in rows),
    }


def _row(candidate, chosen):
    parts = candidate.get("parts", {})
    load = _number(parts.get("load_minutes")) or Decimal(0)
    room, waited = _number(parts.get("room_minutes")), _number(parts.get("waited_minutes"))
    return Row(
        name=candidate["name"],
        load=load,
        percent=round(FULL * load / room) if room else 0,
        pace=round(FULL * (_number(parts.get("pace")) or 1)),
        level=parts.get("level", 0),
        kept=parts.get("kept", False),
        waited="never" if waited is None else f"{long(waited)} ago",
        is_chosen=candidate["id"] == chosen,
    )


def _number(text):
    try:
        return Decimal(text)
    except (InvalidOperation, TypeError):  # a record of long ago kept less
        return None


def _may_still_be_given(task):
    return task.assigned_member_id is None and task.status in GIVABLE
