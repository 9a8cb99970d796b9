"""Why a verb may not run, or why what was sent cannot be meant. Every reason at once; an empty list means go ahead.

`of_…ing` answers reasons of state and rule (409) from rows in hand, so a page may ask them for a whole card; it has a
task's `work_order` loaded. Where the state itself stands in the way, what else is missing is not asked.
`of_given_…` answers what is wrong with an input (400), each problem naming its field.
"""

import datetime
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, cast

from django.db import models
from django.utils import timezone

from tenants import context
from tenants.errors import Problem
from tenants.models import Member
from tenants.states import wrong_state
from workorder.models import Process, TaskReport, WorkOrder, WorkOrderProcess, WorkOrderTask
from workorder.states import OrderStatus, Priority, TaskStatus

MAX_QUANTITY = Decimal(100_000_000)
MAX_MONEY = Decimal(100_000_000_000)
MAX_MINUTES = Decimal(1_000_000_000)
MAX_REPORT_MINUTES = Decimal(60 * 24 * 31)
MAX_ROWS = 100
MAX_WORDS = 2000


# --- orders --------------------------------------------------------------------------------------------------------
def of_editing(order: WorkOrder) -> list[Problem]:
    if order.status == OrderStatus.DRAFT:
        return []
    label = order.get_status_display().lower()
    return [Problem("not_a_draft", f"It is {label}; only a draft can be edited.")]


def of_submitting(order: WorkOrder, *, has_work: bool) -> list[Problem]:
    """`has_work`: whether the order has a line or a process."""
    if found := wrong_state(order, "submit"):
        return found
    if not has_work:
        found.append(Problem("nothing_to_do", "Add at least one product or process first.", "products"))
    if order.due_at is None:
        found.append(Problem("due_date_missing", "Set the date it is due first.", "due_at"))
    return found


def of_approving(order: WorkOrder, *, by: Member) -> list[Problem]:
    """Four eyes: whoever submitted it does not also agree to it, unless the organization allows that."""
    found = wrong_state(order, "approve")
    if order.status == OrderStatus.SUBMITTED and order.submitted_by_id == by.pk and not by.organization.may_approve_own:
        found.append(Problem("approved_by_submitter", "You submitted this order, so somebody else approves it."))
    return found


def of_releasing(order: WorkOrder, *, has_work: bool) -> list[Problem]:
    """`has_work`: whether there is a process to make a task for, or a routing that would give one."""
    found = wrong_state(order, "release")
    if found or has_work:
        return found
    return [Problem("no_processes", "None of its products has a routing: give one of them a routing, then release.")]


# --- processes and tasks -------------------------------------------------------------------------------------------
def of_skipping(process: WorkOrderProcess) -> list[Problem]:
    return wrong_state(process, "skip") or _of_not_released(process.work_order)


def of_working(task: WorkOrderTask, verb: str) -> list[Problem]:
    """`start`, `pause`, `resume`: its turn has come, and its order has not been stopped on purpose.

    Pausing is always allowed: a hold is a good reason to.
    """
    return wrong_state(task, verb) + ([] if verb == "pause" else of_held(task.work_order))


def of_reporting(task: WorkOrderTask) -> list[Problem]:
    """Work that has begun; a paused task may be reported on, since that is when there is time to."""
    found = of_held(task.work_order)
    if task.status not in (TaskStatus.IN_PROGRESS, TaskStatus.PAUSED):
        label = task.get_status_display().lower()
        found.insert(0, Problem("wrong_state", f"It is {label}; to report on it, it must be in progress or paused."))
    return found


def of_completing(task: WorkOrderTask) -> list[Problem]:
    found = of_working(task, "complete")
    if task.status == TaskStatus.IN_PROGRESS and (missing := task.missing_quantity):
        message = f"{plain(missing)} of {plain(task.quantity)} are not reported yet."
        found.append(Problem("quantity_missing", message))
    return found


def of_assigning(task: WorkOrderTask) -> list[Problem]:
    """Whether it may be given to anybody at all. A hold does not matter: whoever has it may not work on it either."""
    label = task.get_status_display().lower()
    if not task.is_open:
        return [Problem("task_ended", f"It is {label}, so there is nothing left to give.")]
    if task.status == TaskStatus.IN_PROGRESS:
        return [Problem("task_started", "Somebody is working on it: pause it first.")]
    return []


def of_held(order: WorkOrder) -> list[Problem]:
    if order.is_held:
        return [Problem("order_on_hold", f"{order.number} is on hold: resume the order first.")]
    return []


def _of_not_released(order: WorkOrder) -> list[Problem]:
    if order.is_on_floor:
        return []
    label = order.get_status_display().lower()
    return [Problem("order_not_on_floor", f"{order.number} is {label}: nothing of it is on the floor.")]


# --- what was sent -------------------------------------------------------------------------------------------------
def of_given_order(facts: Mapping[str, Any]) -> list[Problem]:
    """The plain columns of an order; only those named are looked at."""
    found: list[Problem] = []
    if "customer" in facts:
        found += _of_choice(facts["customer"], "customer")
    if "title" in facts:
        found += of_words(facts["title"], "title", most=_longest(WorkOrder, "title"))
    if facts.get("priority", Priority.NORMAL) not in Priority.values:
        found.append(Problem("invalid_choice", f"It is one of {', '.join(Priority.values)}.", "priority"))
    if facts.get("due_at") is not None and not _is_moment(facts["due_at"]):
        found.append(Problem("invalid", "Give a date and time with its time zone.", "due_at"))
    if facts.get("budget") is not None:
        found += of_amount(facts["budget"], "budget", places=2, most=MAX_MONEY, zero=True)
    for name, most in (("customer_reference", _longest(WorkOrder, "customer_reference")), ("notes", 10 * MAX_WORDS)):
        if name in facts:
            found += of_words(facts[name], name, most=most, needed=False)
    return found


def of_given_work(lines: Sequence[Mapping[str, Any]], processes: Sequence[Mapping[str, Any]]) -> list[Problem]:
    """The lines `{product, quantity, unit?}` and the processes `{process, quantity, parallel_with_previous?}`."""
    found: list[Problem] = []
    for field, rows, name in (("products", lines, "product"), ("processes", processes, "process")):
        if len(rows) > MAX_ROWS:
            found.append(Problem("too_many", f"At most {MAX_ROWS}; make several orders of them.", field))
        for number, row in enumerate(rows, start=1):
            reasons = _of_choice(row[name], field) + of_amount(row["quantity"], field)
            if row.get("unit"):
                reasons += of_words(row["unit"], field, most=12)
            found += [Problem(reason.code, f"Row {number}: {reason.message}", field) for reason in reasons]
    return found


def of_given_estimate(minutes: Decimal) -> list[Problem]:
    if minutes <= MAX_MINUTES:
        return []
    return [Problem("too_large", "That is more work than anybody can plan: check the quantities.", "products")]


def of_given_report(task: WorkOrderTask, *, good: Any, defect: Any, minutes: Any, note: str) -> list[Problem]:
    """Quantities that can be meant, say something, and leave no more reported than the task may hold."""
    found = of_amount(good, "good", zero=True) + of_amount(defect, "defect", zero=True)
    found += of_amount(minutes, "minutes", places=2, most=MAX_REPORT_MINUTES, zero=True)
    found += of_words(note, "note", most=_longest(TaskReport, "note"), needed=False)
    if found:
        return found
    if not good and not defect:
        return [Problem("nothing_reported", "Report at least one piece, good or defect.", "good")]
    left = task.max_quantity - task.reported_quantity
    if good + defect > left:
        message = f"Only {plain(left)} of {plain(task.max_quantity)} are left to report."
        return [Problem("too_much", message, field) for field, part in (("good", good), ("defect", defect)) if part]
    return []


def of_given_rework(process: Process | None, quantity: Any) -> list[Problem]:
    found = _of_choice(process, "process") if process is not None else []
    return found + (of_amount(quantity, "quantity") if quantity is not None else [])


def of_words(text: Any, field: str, *, most: int = MAX_WORDS, needed: bool = True) -> list[Problem]:
    """A text people will read: there when it is needed, of a length that can be kept."""
    if not isinstance(text, str) or "\x00" in text:
        return [Problem("invalid", "Give a text.", field)]
    if needed and not text.strip():
        return [Problem("required", "Say it in words: others will ask.", field)]
    if len(text) > most:
        return [Problem("max_length", f"At most {most} characters.", field)]
    return []


def of_amount(
    value: Any, field: str, *, places: int = 3, most: Decimal = MAX_QUANTITY, zero: bool = False
) -> list[Problem]:
    """An exact number: finite, above zero (or zero if that may be), of at most `places` decimals and at most `most`."""
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        return [Problem("not_a_number", "Enter a number.", field)]
    number = Decimal(value)
    if not number.is_finite():
        return [Problem("not_a_number", "Enter a number.", field)]
    if number < 0 or number == 0 and not zero:
        return [Problem("too_small", "It cannot be negative." if zero else "It must be more than zero.", field)]
    if number > most:
        return [Problem("too_large", f"It can be at most {plain(most)}.", field)]
    if number != number.quantize(Decimal(1).scaleb(-places)):
        return [Problem("too_precise", f"At most {places} decimals.", field)]
    return []


def plain(quantity: Decimal) -> str:
    """A quantity without the zeros of its column: 12 instead of 12.000."""
    return f"{quantity.normalize():f}"


def _of_choice(row: Any, field: str) -> list[Problem]:
    """A row of the organization that is still in use; a stranger's is an unknown one."""
    if row is None or row.organization_id != context.organization_id():
        return [Problem("does_not_exist", "There is no such thing.", field)]
    return [] if row.active else [Problem("inactive", f"{row} is no longer in use.", field)]


def _is_moment(value: Any) -> bool:
    return isinstance(value, datetime.datetime) and timezone.is_aware(value)


def _longest(model: type[models.Model], name: str) -> int:
    return cast(models.CharField, model._meta.get_field(name)).max_length or MAX_WORDS
