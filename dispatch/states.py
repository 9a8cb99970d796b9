"""How a rule chooses, and the machine of an assignment: a task offered to a member."""

from django.db.models import TextChoices

from tenants.states import checked

LONGEST_REASON = 500  # characters


class Strategy(TextChoices):
    """How a rule chooses among those who can."""

    LEAST_LOADED = "least_loaded", "Least loaded"
    FASTEST = "fastest", "Fastest"
    ROUND_ROBIN = "round_robin", "Round robin"
    MOST_SKILLED = "most_skilled", "Most skilled"
    KEEP_WITH = "keep_with", "Keep with who did the process before"
    QUEUE_ONLY = "queue_only", "Queue only"


class AssignmentStatus(TextChoices):
    OFFERED = "offered", "Offered"
    ACCEPTED = "accepted", "Accepted"
    DECLINED = "declined", "Declined"
    WITHDRAWN = "withdrawn", "Withdrawn"
    FINISHED = "finished", "Finished"


class AbsenceStatus(TextChoices):
    REQUESTED = "requested", "Requested"
    APPROVED = "approved", "Approved"
    REJECTED = "rejected", "Rejected"
    CANCELLED = "cancelled", "Cancelled"


class AbsenceKind(TextChoices):
    LEAVE = "leave", "Leave"
    SICK = "sick", "Sick leave"
    TRAINING = "training", "Training"
    OTHER = "other", "Other absence"


class Punch(TextChoices):
    """What somebody tells the time clock."""

    IN = "in", "In"
    OUT = "out", "Out"
    BREAK = "break", "On a break"
    BACK = "back", "Back from a break"


class Presence(TextChoices):
    """What the time clock makes of it."""

    AWAY = "away", "Away"
    HERE = "here", "Here"
    ON_BREAK = "on_break", "On a break"


# What a punch means where somebody is. A pair that is not here was forgotten or doubled; what it leads to is clear.
AFTER = {
    (Presence.AWAY, Punch.IN): Presence.HERE,
    (Presence.HERE, Punch.OUT): Presence.AWAY,
    (Presence.HERE, Punch.BREAK): Presence.ON_BREAK,
    (Presence.ON_BREAK, Punch.BACK): Presence.HERE,
    (Presence.ON_BREAK, Punch.OUT): Presence.AWAY,
}
LEADS_TO = {
    Punch.IN: Presence.HERE,
    Punch.OUT: Presence.AWAY,
    Punch.BREAK: Presence.ON_BREAK,
    Punch.BACK: Presence.HERE,
}


class PunchMethod(TextChoices):
    PAGE = "page", "Page"
    API = "api", "API"
    BADGE = "badge", "Badge"
    ADDED = "added", "Added afterwards"


class PlanStatus(TextChoices):
    COMPUTING = "computing", "Computing"
    READY = "ready", "Ready"
    WAITING = "waiting", "Waiting for approval"
    PUBLISHING = "publishing", "Being published"
    PUBLISHED = "published", "Published"
    UNDONE = "undone", "Undone"
    DISCARDED = "discarded", "Discarded"
    FAILED = "failed", "Failed"


S, A, L = AssignmentStatus, AbsenceStatus, PlanStatus

ASSIGNMENT = checked(
    "assignment",
    S,
    {
        "accept": ({S.OFFERED}, S.ACCEPTED, "accepted"),
        "decline": ({S.OFFERED}, S.DECLINED, "declined"),
        "withdraw": ({S.OFFERED, S.ACCEPTED}, S.WITHDRAWN, "withdrawn"),
        "finish": ({S.ACCEPTED}, S.FINISHED, "finished"),
    },
    initial=S.OFFERED,
)

ABSENCE = checked(
    "absence",
    A,
    {
        "approve": ({A.REQUESTED}, A.APPROVED, "approved"),
        "reject": ({A.REQUESTED}, A.REJECTED, "rejected"),
        "cancel": ({A.REQUESTED, A.APPROVED}, A.CANCELLED, "cancelled"),
    },
    initial=A.REQUESTED,
)

PLAN = checked(
    "plan",
    L,
    {
        "finish": ({L.COMPUTING}, L.READY, "computed"),
        "fail": ({L.COMPUTING}, L.FAILED, "failed"),
        "submit": ({L.READY}, L.WAITING, "submitted"),
        "return": ({L.WAITING}, L.READY, "returned"),
        "publish": ({L.READY, L.WAITING}, L.PUBLISHED, "published"),
        "queue": ({L.READY, L.WAITING}, L.PUBLISHING, "queued"),
        "hand_out": ({L.PUBLISHING}, L.PUBLISHED, "published"),
        "stop": ({L.PUBLISHING}, {L.READY, L.WAITING}, "stopped"),
        "undo": ({L.PUBLISHED}, L.UNDONE, "undone"),
        "discard": ({L.READY, L.WAITING}, L.DISCARDED, "discarded"),
    },
    initial=L.COMPUTING,
)

# Verbs of the system: whoever computes a plan, or publishes a large one, says them; they have no button and no route.
INTERNAL = {"plan": frozenset({"finish", "fail", "queue", "hand_out", "stop"})}
