"""What happens to orders, the floor and the catalogue, in words."""

from decimal import Decimal
from typing import Any

from django.db.models import F

from tenants.words import Facts, Sentence, edited, in_a_row, plain, quoted
from workorder.models import (
    Approval,
    Attachment,
    Customer,
    OrderImport,
    Process,
    Product,
    ReasonCode,
    Tag,
    Ticket,
    WorkOrder,
    WorkOrderProcess,
    WorkOrderTask,
)


def in_words(stopped: dict[str, Any] | None) -> str:
    """What a cancelled order stopped: "2 processes and 3 tasks stopped, of which Print: Poster had begun"."""
    if not stopped or not (stopped["processes"] or stopped["tasks"]):
        return ""
    counts = [counted(stopped["processes"], "process", "processes"), counted(stopped["tasks"], "task", "tasks")]
    said = " and ".join(count for count in counts if count) + " stopped"
    return f"{said}, of which {', '.join(stopped['running'])} had begun" if stopped["running"] else said


def counted(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}" if number else ""


def _created(f: Facts) -> str:
    said = f"{f.who} created {f.what}"
    return f"{said} as a copy of {f.data['copied_from_number']}" if f.data.get("copied_from_number") else said


def _cancelled(f: Facts) -> str:
    stopped = in_words(f.data.get("stopped"))
    return f"{f.who} cancelled {f.what}" + (f" ({stopped})" if stopped else "")


def _tagged(f: Facts) -> str:
    added, removed = f.data.get("added", ()), f.data.get("removed", ())
    said = [f"gave {f.what} the {_tags(added)}"] if added else []
    said += [f"took the {_tags(removed)} from {f.what}"] if removed else []
    return f"{f.who} {' and '.join(said)}"


def _tags(names: list[str]) -> str:
    return f"{'tag' if len(names) == 1 else 'tags'} {in_a_row(names)}"


def _made(f: Facts) -> str:
    """12 good, 1 defect and 2 for rework."""
    amounts = [("good", "good"), ("defect", "defect"), ("rework", "for rework")]
    parts = [f"{plain(str(f.data[key]))} {word}" for key, word in amounts if Decimal(str(f.data.get(key) or 0))]
    code = f" ({f.data['code']})" if f.data.get("code") else ""
    return (in_a_row(parts) or "work") + code


def _paused(f: Facts) -> str:
    return f"{f.who} paused {f.what}" + (f" ({f.data['code']})" if f.data.get("code") else "")


def _resumed(f: Facts) -> str:
    minutes = round(Decimal(str(f.data.get("minutes") or 0)))
    return f"{f.who} resumed {f.what}" + (f" after {minutes} min" if minutes else "")


def _parts(f: Facts) -> str:
    return in_a_row(plain(str(part["quantity"])) for part in f.data.get("parts", ()))


def _queued(f: Facts) -> str:
    return f"{f.what} waits in {f['department']} for somebody to take it"


def _about(f: Facts) -> str:
    """What a comment or a file is about, where the reader does not have that before them."""
    about = f.of(f.data.get("subject_type", ""), f.data.get("subject_id"))
    return "" if about == "it" else f" on {about}"


def _commented(f: Facts) -> str:
    people = [f.named("member", pk) for pk in f.data.get("mentions", ())]
    return f"{f.who} commented{_about(f)}" + (f" and mentioned {in_a_row(people)}" if people else "")


def _triaged(f: Facts) -> str:
    given = [f"priority {f['priority']}"]
    given += [f"for {f['department']}"] if f.data.get("department") else []
    given += [f"to {f['member']}"] if f.data.get("member") else []
    return f"{f.who} triaged {f.what}: {', '.join(given)}"


def _checked(f: Facts) -> str:
    wrong = counted(f.data.get("wrong", 0), "row has", "rows have")
    return f"{f.what} was checked: " + (f"{wrong} problems" if wrong else f"{f['rows']} rows, {f['orders']} orders")


def _overdue(f: Facts) -> str:
    about = f.of("workorder", f.data.get("work_order"))
    return f"Level {f['level']} of the approval" + ("" if about == "it" else f" of {about}") + " is overdue"


SENTENCES: dict[str, Sentence] = {
    "workorder.created": _created,
    "workorder.edited": edited,
    "workorder.submitted": "{who} submitted {what} for approval",
    "workorder.approved": "{who} approved {what}",
    "workorder.rejected": "{who} sent {what} back",
    "workorder.revised": "{who} made {what} a draft again",
    "workorder.released": "{who} released {what} to the floor",
    "workorder.begun": "work on {what} began",
    "workorder.held": "{who} put {what} on hold",
    "workorder.resumed": "{who} let {what} go on",
    "workorder.completed": "the last process ended: {what} is completed",
    "workorder.closed": "{who} closed {what}",
    "workorder.cancelled": _cancelled,
    "workorder.reopened": "{who} reopened {what} with {process} as rework",
    "workorder.rescheduled": "{who} moved the due date of {what} from {from} to {to}",
    "workorder.reprioritized": "{who} changed the priority of {what} from {from} to {to}",
    "workorder.tagged": _tagged,
    "approval.given": "{who} approved level {level} of {what}",
    "approval.overdue": _overdue,
    "approval_policy.edited": lambda f: f"{f.who} changed who has to approve: {f.changes()}",
    "process.made_ready": "it is the turn of {what}",
    "process.started": "{what} began",
    "process.completed": "{what} is done",
    "process.skipped": "{who} skipped {what}",
    "process.cancelled": "{what} was cancelled",
    "task.created": "{what} came onto the floor",
    "task.made_ready": "{what} can be started",
    "task.started": "{who} started {what}",
    "task.paused": _paused,
    "task.resumed": _resumed,
    "task.reported": lambda f: f"{f.who} reported {_made(f)} on {f.what}",
    "task.corrected": lambda f: f"{f.who} took back the report of {_made(f)} on {f.what}",
    "task.split": lambda f: f"{f.who} split {_parts(f)} off {f.what}",
    "task.merged": lambda f: f"{f.who} merged {_parts(f)} of other tasks into {f.what}",
    "task.completed": "{who} completed {what}",
    "task.cancelled": "{who} cancelled {what}",
    "task.assigned": "{what} was given to {member}",
    "task.queued": _queued,
    "comment.added": _commented,
    "comment.edited": lambda f: f"{f.who} put a comment{_about(f)} in other words",
    "comment.removed": lambda f: f"{f.who} removed a comment{_about(f)}",
    "attachment.added": lambda f: f"{f.who} brought the file {f.data.get('name')}{_about(f)}",
    "attachment.removed": lambda f: f"{f.who} removed the file {f.data.get('name')}{_about(f)}",
    "ticket.created": "{who} reported {what}",
    "ticket.edited": edited,
    "ticket.triaged": _triaged,
    "ticket.started": "{who} takes care of {what}",
    "ticket.resolved": "{who} resolved {what}",
    "ticket.closed": "{who} closed {what}",
    "ticket.reopened": "{who} opened {what} again",
    "ticket.converted": "{who} made {what} the work order {number}",
    "import.created": "{who} brought {what} with {rows} rows",
    "import.checked": _checked,
    "import.confirmed": "{who} had {what} written",
    "import.written": "{what} was written: {first} to {last}",
    "import.failed": "{what} could not be read",
    "import.discarded": "{who} discarded {what}",
}
for _noun, _word in {
    "customer": "customer",
    "product": "product",
    "operation": "process",
    "reason_code": "reason",
}.items():
    SENTENCES |= {
        f"{_noun}.created": f"{{who}} added the {_word} {{name}}",
        f"{_noun}.edited": edited,
        f"{_noun}.removed": f"{{who}} removed the {_word} {{name}}",
    }


NAMES = {
    "workorder": (WorkOrder, F("number")),
    "process": (WorkOrderProcess, F("process__name")),
    "process.place": (WorkOrderProcess, F("work_order__number")),
    "task": (WorkOrderTask, quoted("title")),
    "task.place": (WorkOrderTask, F("work_order__number")),
    "approval": (Approval, F("work_order__number")),
    "attachment": (Attachment, quoted("name")),
    "ticket": (Ticket, quoted("title")),
    "import": (OrderImport, quoted("name")),
    "customer": (Customer, F("name")),
    "product": (Product, F("name")),
    "operation": (Process, F("name")),
    "reason_code": (ReasonCode, F("name")),
    "tag": (Tag, F("name")),
}
KEYS = {
    "work_order": "workorder",
    "process": "process",
    "task": "task",
    "customer": "customer",
    "assigned_member": "member",
}

PLACES = {
    "workorder": "workorder:order_detail",
    "task": "workorder:task_detail",
    "ticket": "workorder:ticket_detail",
    "import": "workorder:import_detail",
    "reason_code": "workorder:reason_edit",
}
