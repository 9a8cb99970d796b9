"""Why what is said about the work on a task cannot be meant (400): reports, pauses, parts."""

import uuid
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from tenants import context
from tenants.errors import Problem
from workorder.models import ReasonCode, TaskReport, WorkOrderTask
from workorder.problems.given import (
    MAX_MINUTES,
    MAX_QUANTITY,
    MAX_REPORT_MINUTES,
    is_moment,
    longest,
    of_amount,
    of_words,
    plain,
)
from workorder.states import ReasonKind, Rest

MAX_PARTS = 50


def of_given_report(
    task: WorkOrderTask, *, good: Any, defect: Any, rework: Any, minutes: Any, reason: ReasonCode | None, note: str
) -> list[Problem]:
    """Quantities that can be meant, say something, and leave no more reported than the task may hold."""
    pieces = {"good": good, "defect": defect, "rework": rework}
    found = [problem for name, amount in pieces.items() for problem in of_amount(amount, name, zero=True)]
    found += of_amount(minutes, "minutes", places=2, most=MAX_REPORT_MINUTES, zero=True)
    found += of_given_note(note) + _of_reason(reason, ReasonKind.DEFECT, "reason")
    if found:
        return found
    if not any(pieces.values()):
        return [Problem("nothing_reported", "Report at least one piece: good, defect or for rework.", "good")]
    if reason is not None and not defect and not rework:
        found.append(Problem("not_needed", "Nothing was defect or went back for rework.", "reason"))
    return found + _of_room(task, good, defect, rework, minutes)


def _of_room(
    task: WorkOrderTask, good: Decimal | int, defect: Decimal | int, rework: Decimal | int, minutes: Decimal | int
) -> list[Problem]:
    """What was made is at most what is left; rework and minutes have no such end, but their columns do."""
    found = []
    left = task.max_quantity - task.reported_quantity
    if good + defect > left:
        message = f"Only {plain(left)} of {plain(task.max_quantity)} are left to report."
        found += [Problem("too_much", message, field) for field, part in (("good", good), ("defect", defect)) if part]
    if rework > task.max_quantity or task.rework_quantity + rework > 100 * MAX_QUANTITY:
        found.append(Problem("too_much", f"The task has {plain(task.max_quantity)} in all.", "rework"))
    if task.actual_minutes + minutes > MAX_MINUTES:
        found.append(Problem("too_large", "That is more time than a task can take.", "minutes"))
    return found


def of_missing_reason(needed: bool) -> list[Problem]:
    """Where reasons are kept, a defect without one could never be counted among them."""
    return [Problem("required", "Say why: choose a reason for what was defect.", "reason")] if needed else []


def of_given_note(note: Any) -> list[Problem]:
    return of_words(note, "note", most=longest(TaskReport, "note"), needed=False)


def of_given_pause(*, reason: Any, code: ReasonCode | None) -> list[Problem]:
    return of_words(reason, "reason", most=500, needed=False) + _of_reason(code, ReasonKind.DOWNTIME, "code")


def of_given_reason_code(fields: Mapping[str, Any]) -> list[Problem]:
    """Its kind, and whether that kind can be planned; only what is named is looked at."""
    if fields.get("kind") not in ReasonKind.values:
        return [Problem("invalid_choice", f"It is one of {', '.join(ReasonKind.values)}.", "kind")]
    if fields["kind"] != ReasonKind.DOWNTIME and fields.get("planned"):
        return [Problem("not_planned", "Only a downtime can be planned.", "planned")]
    return []


def of_given_rest(rest: Any) -> list[Problem]:
    if rest == "" or rest in Rest.values:
        return []
    return [Problem("invalid_choice", f"Leave it out, or say {' or '.join(Rest.values)}.", "rest")]


def of_given_parts(parts: Sequence[Mapping[str, Any]]) -> list[Problem]:
    """The parts of a split, `{quantity, department?, due_at?}`, each for itself."""
    if found := _of_number(parts):
        return found
    for number, part in enumerate(parts, start=1):
        reasons = of_amount(part["quantity"], "parts")
        if part.get("department") is not None and part["department"].organization_id != context.organization_id():
            reasons.append(Problem("does_not_exist", "There is no such department.", "parts"))
        if part.get("due_at") is not None and not is_moment(part["due_at"]):
            reasons.append(Problem("invalid", "Give a date and time with its time zone.", "parts"))
        found += [Problem(reason.code, f"Row {number}: {reason.message}", "parts") for reason in reasons]
    return found


def of_parts_of(task: WorkOrderTask, parts: Sequence[Mapping[str, Any]]) -> list[Problem]:
    """Together less than what is not reported yet: a task of which nothing stays would be the old one renamed."""
    wanted = sum((Decimal(part["quantity"]) for part in parts), Decimal(0))
    missing = task.missing_quantity
    if wanted < missing:
        return []
    message = f"{plain(missing)} are not reported yet, and something has to stay: {plain(wanted)} is too much."
    return [Problem("too_much", message, "parts")]


def of_given_siblings(task: WorkOrderTask, parts: Sequence[WorkOrderTask]) -> list[Problem]:
    """The tasks of a merge: others of the same process, each once."""
    if found := _of_number(parts):
        return found
    seen: set[uuid.UUID] = {task.pk}
    for part in parts:
        if part.organization_id != context.organization_id():
            return [Problem("does_not_exist", "There is no such task.", "parts")]
        if part.process_id != task.process_id:
            found.append(Problem("other_process", f"{part} belongs to another process.", "parts"))
        if part.pk in seen:
            found.append(Problem("twice", "Name each of the other tasks once.", "parts"))
        seen.add(part.pk)
    return found


def _of_number(parts: Sequence[Any]) -> list[Problem]:
    if not parts:
        return [Problem("required", "Name at least one.", "parts")]
    if len(parts) > MAX_PARTS:
        return [Problem("too_many", f"At most {MAX_PARTS}.", "parts")]
    return []


def _of_reason(code: ReasonCode | None, kind: ReasonKind, field: str) -> list[Problem]:
    """A code of the organization, of the right kind and in use; a stranger's is an unknown one."""
    if code is None:
        return []
    if code.organization_id != context.organization_id():
        return [Problem("does_not_exist", "There is no such reason.", field)]
    if code.kind != kind:
        return [Problem("wrong_kind", f"{code} is a reason for {code.get_kind_display().lower()}.", field)]
    return [] if code.active else [Problem("inactive", f"{code} is no longer in use.", field)]
