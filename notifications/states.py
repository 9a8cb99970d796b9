"""What people are told about, how loudly, over which transports, and what happens if nobody reacts."""

from django.db.models import TextChoices

from tenants.states import checked

KEY_DOMAIN = "workfloor.local"  # the right half of a Message-ID; fixed, or a renamed host would send everything again


class Kind(TextChoices):
    ORDER_SUBMITTED = "order_submitted", "Order waits for approval"
    ORDER_APPROVED = "order_approved", "Order approved"
    ORDER_REJECTED = "order_rejected", "Order rejected"
    ORDER_RELEASED = "order_released", "Order released to the floor"
    ORDER_HELD = "order_held", "Order on hold or resumed"
    ORDER_CHANGED = "order_changed", "Due date or priority of an order changed"
    ORDER_CANCELLED = "order_cancelled", "Order cancelled"
    ORDER_COMPLETED = "order_completed", "Order completed"
    APPROVAL_OVERDUE = "approval_overdue", "Approval overdue"
    TASK_ASSIGNED = "task_assigned", "Task assigned"
    TASK_TAKEN_BACK = "task_taken_back", "Task taken back"
    TASK_DECLINED = "task_declined", "Task declined"
    NOBODY_ELIGIBLE = "nobody_eligible", "Nobody can take a task"
    OVERLOADED = "overloaded", "Somebody has more work than room"
    MENTIONED = "mentioned", "Mentioned in a comment"
    COMMENTED = "commented", "Comment on something you follow"
    TICKET_CREATED = "ticket_created", "New ticket"
    TICKET_CHANGED = "ticket_changed", "Ticket answered"
    ABSENCE_REQUESTED = "absence_requested", "Somebody asks to be away"
    ABSENCE_ANSWERED = "absence_answered", "Absence approved or rejected"
    SKILL_EXPIRED = "skill_expired", "Certificate ran out"
    PLAN_WAITING = "plan_waiting", "Plan waits for approval"
    PLAN_STOPPED = "plan_stopped", "Plan could not be published"
    IMPORT_ENDED = "import_ended", "Import written or failed"
    ESCALATED = "escalated", "Escalation: nobody reacted"
    ALARM = "alarm", "Workfloor itself needs attention"


class Level(TextChoices):
    INFO = "info", "Info"
    SUCCESS = "success", "Success"
    WARNING = "warning", "Warning"
    ERROR = "error", "Error"


class Transport(TextChoices):
    """Ways to a member. The inbox always holds the entry; it and `live` need no row of their own."""

    INBOX = "inbox", "Inbox"
    LIVE = "live", "On the open page"
    EMAIL = "email", "E-mail"
    PUSH = "push", "Browser push"


class Wanted(TextChoices):
    """When a member wants to hear of a kind over a transport."""

    NOW = "now", "At once"
    DIGEST = "digest", "In the digest"
    OFF = "off", "Not at all"


CHOICES: dict[Transport, tuple[Wanted, ...]] = {
    Transport.INBOX: (Wanted.NOW,),  # the inbox is also the history: what is not wanted there is muted at its thing
    Transport.LIVE: (Wanted.NOW, Wanted.OFF),
    Transport.EMAIL: (Wanted.NOW, Wanted.DIGEST, Wanted.OFF),
    Transport.PUSH: (Wanted.NOW, Wanted.OFF),
}


class Source(TextChoices):
    """Who said how a cell of somebody's grid is."""

    MINE = "mine", "My own choice"
    ORGANIZATION = "organization", "The organization's default"
    DEFAULT = "default", "As the product comes"


class DigestRhythm(TextChoices):
    HOURLY = "hourly", "Every hour"
    DAILY = "daily", "Once a day"


class Trigger(TextChoices):
    """What an escalation begins with, and waits for somebody to react to."""

    ASSIGNMENT_UNANSWERED = "assignment_unanswered", "An assignment nobody accepts"
    ORDER_LATE = "order_late", "An order past its due date"
    APPROVAL_WAITING = "approval_waiting", "An order that waits for approval"
    TICKET_OPEN = "ticket_open", "A ticket nobody resolves"
    NOBODY_ELIGIBLE = "nobody_eligible", "A task nobody can take"


class Audience(TextChoices):
    """Whom a step tells."""

    ASSIGNEE = "assignee", "Whoever has it"
    SUPERVISOR = "supervisor", "The supervisors of its department"
    PLANNERS = "planners", "The planners"
    ADMINS = "admins", "The admins"
    SUBMITTER = "submitter", "Whoever asked for it"
    MEMBER = "member", "One named member"


class EscalationStatus(TextChoices):
    OPEN = "open", "Open"
    ACKNOWLEDGED = "acknowledged", "Acknowledged"
    ENDED = "ended", "Ended"


ESCALATION = checked(
    "escalation",
    EscalationStatus,
    {
        "acknowledge": ({EscalationStatus.OPEN}, EscalationStatus.ACKNOWLEDGED, "acknowledged"),
        "end": ({EscalationStatus.OPEN, EscalationStatus.ACKNOWLEDGED}, EscalationStatus.ENDED, "ended"),
    },
    initial=EscalationStatus.OPEN,
)

# Said by what an escalation is about, and by nobody else.
INTERNAL: dict[str, frozenset[str]] = {"escalation": frozenset({"end"})}
