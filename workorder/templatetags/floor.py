"""How the shop floor is put into words and badges: states, quantities, minutes and verbs."""

from dataclasses import dataclass
from decimal import Decimal

from django import template
from django.utils.html import format_html

from workorder.problems import plain
from workorder.states import ImportStatus, OrderStatus, Priority, ProcessStatus, TaskStatus, TicketStatus

register = template.Library()

TONES = {
    OrderStatus.SUBMITTED: "violet",
    OrderStatus.APPROVED: "info",
    OrderStatus.REJECTED: "bad",
    OrderStatus.RELEASED: "info",
    OrderStatus.IN_PROGRESS: "good",
    OrderStatus.ON_HOLD: "warn",
    TaskStatus.READY: "info",
    TaskStatus.PAUSED: "warn",
    TicketStatus.NEW: "violet",
    TicketStatus.TRIAGED: "info",
    TicketStatus.RESOLVED: "good",
    ImportStatus.CHECKED: "info",
    ImportStatus.WRITTEN: "good",
    ImportStatus.FAILED: "bad",
}
ICONS = {
    OrderStatus.DRAFT: "pencil",
    OrderStatus.SUBMITTED: "hourglass",
    OrderStatus.APPROVED: "check",
    OrderStatus.REJECTED: "x",
    OrderStatus.RELEASED: "send",
    OrderStatus.IN_PROGRESS: "play",
    OrderStatus.ON_HOLD: "hand",
    OrderStatus.COMPLETED: "circle-check",
    OrderStatus.CLOSED: "check-check",
    OrderStatus.CANCELLED: "ban",
    TaskStatus.WAITING: "hourglass",
    TaskStatus.READY: "circle-play",
    TaskStatus.PAUSED: "circle-pause",
    ProcessStatus.SKIPPED: "skip-forward",
    TicketStatus.NEW: "ticket",
    TicketStatus.TRIAGED: "list-checks",
    TicketStatus.RESOLVED: "circle-check",
    TicketStatus.CONVERTED: "clipboard-list",
    ImportStatus.CHECKING: "search",
    ImportStatus.CHECKED: "list-checks",
    ImportStatus.WRITTEN: "circle-check",
    ImportStatus.FAILED: "circle-alert",
    ImportStatus.DISCARDED: "ban",
}
PRIORITY_TONES = {Priority.URGENT: "bad", Priority.HIGH: "warn"}


@dataclass(frozen=True)
class Word:
    """A verb on a button: what it says, how it looks, and what is said once it is done."""

    label: str
    icon: str
    done: str
    look: str = "plain"


ORDER_VERBS = {
    "submit": Word("Submit for approval", "send", "Submitted for approval.", "primary"),
    "approve": Word("Approve", "check", "Approved.", "primary"),
    "reject": Word("Reject", "x", "Sent back to be revised.", "danger"),
    "revise": Word("Revise", "square-pen", "It is a draft again.", "primary"),
    "release": Word("Release to the floor", "play", "Released: its tasks are on the floor.", "primary"),
    "hold": Word("Hold", "hand", "On hold."),
    "resume": Word("Resume", "circle-play", "Going on.", "primary"),
    "close": Word("Close", "check-check", "Closed.", "primary"),
    "reopen": Word("Reopen", "rotate-ccw", "Open again, with a rework process."),
    "reschedule": Word("Move the due date", "calendar-clock", "It has another due date."),
    "prioritize": Word("Change the priority", "flag", "It has another priority."),
    "cancel": Word("Cancel the order", "ban", "Cancelled.", "danger"),
}
PROCESS_VERBS = {"skip": Word("Skip", "skip-forward", "Skipped.")}
TASK_VERBS = {
    "start": Word("Start", "circle-play", "Started.", "primary"),
    "resume": Word("Resume", "circle-play", "Going on.", "primary"),
    "complete": Word("Complete", "circle-check", "Completed.", "primary"),
    "report": Word("Report", "clipboard-list", "Reported.", "primary"),
    "pause": Word("Pause", "circle-pause", "Paused."),
    "merge": Word("Merge", "layers", "Merged."),
    "cancel": Word("Cancel the task", "ban", "Cancelled.", "danger"),
}
IMPORT_VERBS = {
    "write": Word("Write the orders", "check", "They are being written.", "primary"),
    "discard": Word("Discard", "x", "Discarded.", "danger"),
}
TICKET_VERBS = {
    "triage": Word("Triage", "list-checks", "Triaged.", "primary"),
    "start": Word("Start", "circle-play", "Somebody takes care of it.", "primary"),
    "resolve": Word("Resolve", "circle-check", "Resolved.", "primary"),
    "close": Word("Close", "check-check", "Closed.", "primary"),
    "reopen": Word("Reopen", "rotate-ccw", "Open again."),
    "convert": Word("Make it a work order", "clipboard-list", "It is a work order now, as a draft."),
}
REST = Word("Complete, rest into a new task", "circle-check", "Completed.")
VERBS = {
    "workorder": ORDER_VERBS,
    "process": PROCESS_VERBS,
    "task": TASK_VERBS,
    "ticket": TICKET_VERBS,
    "import": IMPORT_VERBS,
}


@register.simple_tag
def state(obj):
    """The status as a badge: colour, icon and word, so that no reader needs the colour."""
    tone, name = TONES.get(obj.status, "quiet"), ICONS.get(obj.status, "clock")
    return {"tone": tone, "icon": name, "label": obj.get_status_display(), "value": obj.status}


@register.simple_tag
def priority_tone(obj):
    return PRIORITY_TONES.get(obj.priority, "")


@register.filter
def quantity(value):
    """12.000 -> 12, and thousands apart."""
    if value is None:
        return ""
    whole, _, rest = plain(Decimal(value)).partition(".")
    return f"{int(whole):,}" + (f".{rest}" if rest else "")


@register.filter
def read_as(row, column):
    """What a row of an import says in a column."""
    return row.values.get(column, "")


@register.filter
def total(rows, name):
    """The sum of a figure over rows."""
    return sum(row[name] for row in rows)


@register.filter
def duration(minutes):
    """Minutes as a person says them: 45 min, 3 h 20 min. Of more than a hundred hours nobody counts the minutes."""
    whole = round(minutes or 0)
    hours, rest = divmod(whole, 60)
    if not hours:
        return f"{rest} min"
    return f"{hours:,} h" + (f" {rest} min" if rest and hours < 100 else "")


@register.filter
def money(amount, currency):
    """1234.5 -> 1,234.50 EUR"""
    return "" if amount is None else f"{amount:,.2f} {currency}"


@register.simple_tag(takes_context=True)
def sort_url(context, field):
    """The address of this list ordered by `field`, the other way round when it is ordered by it already."""
    query = context["request"].GET.copy()
    query.pop("page", None)
    query["order"] = f"-{field}" if query.get("order") == field else field
    return f"{context['request'].path}?{query.urlencode()}"


@register.simple_tag(takes_context=True)
def sorted_by(context, field):
    """`ascending`, `descending` or nothing, for `aria-sort`."""
    order = context["request"].GET.get("order", "")
    return {field: "ascending", f"-{field}": "descending"}.get(order, "")


@register.simple_tag
def listening(ids, *subjects):
    """An `hx-trigger` that hears of changes to these ids and subjects, and of frames that were lost.

    The delay gathers the many frames of one verb (a release changes an order and each of its tasks) into one reading.
    """
    names = [*(f"wf:{one}" for one in (*subjects, *ids)), "wf:resync"]
    return format_html("{}", ", ".join(f"{name} from:body delay:300ms" for name in names))
