"""The machines of the shop floor. A verb exists because it stands here; pages, API and events read these tables."""

from django.db.models import TextChoices

from tenants.states import checked


class Priority(TextChoices):
    """How much an order matters, least first."""

    LOW = "low", "Low"
    NORMAL = "normal", "Normal"
    HIGH = "high", "High"
    URGENT = "urgent", "Urgent"

    @property
    def rank(self) -> int:
        return list(type(self)).index(self)


class Decision(TextChoices):
    APPROVED = "approved", "Approved"
    REJECTED = "rejected", "Rejected"


class OrderStatus(TextChoices):
    DRAFT = "draft", "Draft"
    SUBMITTED = "submitted", "Submitted"
    APPROVED = "approved", "Approved"
    REJECTED = "rejected", "Rejected"
    RELEASED = "released", "Released"
    IN_PROGRESS = "in_progress", "In progress"
    ON_HOLD = "on_hold", "On hold"
    COMPLETED = "completed", "Completed"
    CLOSED = "closed", "Closed"
    CANCELLED = "cancelled", "Cancelled"


class ProcessStatus(TextChoices):
    WAITING = "waiting", "Waiting"
    READY = "ready", "Ready"
    IN_PROGRESS = "in_progress", "In progress"
    COMPLETED = "completed", "Completed"
    SKIPPED = "skipped", "Skipped"
    CANCELLED = "cancelled", "Cancelled"


class TaskStatus(TextChoices):
    WAITING = "waiting", "Waiting"
    READY = "ready", "Ready"
    IN_PROGRESS = "in_progress", "In progress"
    PAUSED = "paused", "Paused"
    COMPLETED = "completed", "Completed"
    CANCELLED = "cancelled", "Cancelled"


class ReasonKind(TextChoices):
    """What a reason code explains."""

    DEFECT = "defect", "Defect"
    DOWNTIME = "downtime", "Downtime"


class Rest(TextChoices):
    """What becomes of the pieces a task is completed without."""

    NEW_TASK = "new_task", "A new task"


class ImportStatus(TextChoices):
    CHECKING = "checking", "Checking"
    CHECKED = "checked", "Checked"
    WRITING = "writing", "Writing"
    WRITTEN = "written", "Written"
    FAILED = "failed", "Failed"
    DISCARDED = "discarded", "Discarded"


class TicketStatus(TextChoices):
    NEW = "new", "New"
    TRIAGED = "triaged", "Triaged"
    IN_PROGRESS = "in_progress", "In progress"
    RESOLVED = "resolved", "Resolved"
    CLOSED = "closed", "Closed"
    CONVERTED = "converted", "Converted"


W, P, T = OrderStatus, ProcessStatus, TaskStatus
F, K = ImportStatus, TicketStatus

# A completed order may still be closed or reopened, yet nobody waits for it: `ORDER.open` counts it, this does not.
ORDER_OPEN = frozenset(W) - {W.COMPLETED, W.CLOSED, W.CANCELLED}
ORDER_ON_FLOOR = frozenset({W.RELEASED, W.IN_PROGRESS, W.ON_HOLD})
ORDER_RUNNING = frozenset({W.RELEASED, W.IN_PROGRESS})
TICKET_OPEN = frozenset({K.NEW, K.TRIAGED, K.IN_PROGRESS})

ORDER = checked(
    "workorder",
    W,
    {
        "submit": ({W.DRAFT}, W.SUBMITTED, "submitted"),
        "approve": ({W.SUBMITTED}, W.APPROVED, "approved"),
        "reject": ({W.SUBMITTED}, W.REJECTED, "rejected"),
        "revise": ({W.REJECTED}, W.DRAFT, "revised"),
        "release": ({W.APPROVED}, W.RELEASED, "released"),
        "begin": ({W.RELEASED}, W.IN_PROGRESS, "begun"),
        "hold": ({W.RELEASED, W.IN_PROGRESS}, W.ON_HOLD, "held"),
        "resume": ({W.ON_HOLD}, {W.RELEASED, W.IN_PROGRESS}, "resumed"),  # the action names which: `held_from`
        "finish": ({W.IN_PROGRESS}, W.COMPLETED, "completed"),
        "close": ({W.COMPLETED}, W.CLOSED, "closed"),
        "reopen": ({W.COMPLETED}, W.IN_PROGRESS, "reopened"),
        "cancel": (ORDER_OPEN, W.CANCELLED, "cancelled"),
    },
    initial=W.DRAFT,
)

PROCESS = checked(
    "process",
    P,
    {
        "ready": ({P.WAITING}, P.READY, "made_ready"),
        "start": ({P.READY}, P.IN_PROGRESS, "started"),
        "complete": ({P.IN_PROGRESS}, P.COMPLETED, "completed"),
        "skip": ({P.WAITING, P.READY}, P.SKIPPED, "skipped"),
        "cancel": ({P.WAITING, P.READY, P.IN_PROGRESS}, P.CANCELLED, "cancelled"),
    },
    initial=P.WAITING,
)

TASK = checked(
    "task",
    T,
    {
        "ready": ({T.WAITING}, T.READY, "made_ready"),
        "start": ({T.READY}, T.IN_PROGRESS, "started"),
        "pause": ({T.IN_PROGRESS}, T.PAUSED, "paused"),
        "resume": ({T.PAUSED}, T.IN_PROGRESS, "resumed"),
        "complete": ({T.IN_PROGRESS}, T.COMPLETED, "completed"),
        "cancel": ({T.WAITING, T.READY, T.IN_PROGRESS, T.PAUSED}, T.CANCELLED, "cancelled"),
    },
    initial=T.WAITING,
)

IMPORT = checked(
    "import",
    F,
    {
        "list_problems": ({F.CHECKING}, F.CHECKED, "checked"),
        "write": ({F.CHECKED}, F.WRITING, "confirmed"),
        "finish": ({F.WRITING}, F.WRITTEN, "written"),
        "fail": ({F.CHECKING, F.WRITING}, F.FAILED, "failed"),
        "discard": ({F.CHECKED}, F.DISCARDED, "discarded"),
    },
    initial=F.CHECKING,
)

TICKET = checked(
    "ticket",
    K,
    {
        "triage": ({K.NEW}, K.TRIAGED, "triaged"),
        "start": ({K.TRIAGED}, K.IN_PROGRESS, "started"),
        "resolve": ({K.IN_PROGRESS}, K.RESOLVED, "resolved"),
        "close": ({K.RESOLVED}, K.CLOSED, "closed"),
        "reopen": ({K.RESOLVED}, K.IN_PROGRESS, "reopened"),
        "convert": ({K.TRIAGED}, K.CONVERTED, "converted"),
    },
    initial=K.NEW,
)

# Verbs of the system: the floor says them by what it does, so they have no button and no route.
INTERNAL = {
    "workorder": frozenset({"begin", "finish"}),
    "process": frozenset({"ready", "start", "complete", "cancel"}),
    "task": frozenset({"ready"}),
    "import": frozenset({"list_problems", "finish", "fail"}),
    "ticket": frozenset(),
}
