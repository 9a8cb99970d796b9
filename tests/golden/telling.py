"""Which events are news to somebody, of which kind; and of the others, why they are not."""

TOLD = {
    "order_submitted": ["approval.given", "workorder.submitted"],
    "order_approved": ["workorder.approved"],
    "order_rejected": ["workorder.rejected"],
    "order_released": ["workorder.released"],
    "order_held": ["workorder.held", "workorder.resumed"],
    "order_changed": ["workorder.reprioritized", "workorder.rescheduled"],
    "order_cancelled": ["workorder.cancelled"],
    "order_completed": ["workorder.completed"],
    "approval_overdue": ["approval.overdue"],
    "task_assigned": ["assignment.offered", "plan.published", "plan.undone"],
    "task_taken_back": ["assignment.withdrawn"],
    "task_declined": ["assignment.declined"],
    "nobody_eligible": ["task.queued"],
    "overloaded": ["capacity.exceeded"],
    "mentioned": ["comment.added", "comment.edited"],
    "commented": ["comment.added"],
    "ticket_created": ["ticket.created"],
    "ticket_changed": [
        "ticket.closed",
        "ticket.converted",
        "ticket.reopened",
        "ticket.resolved",
        "ticket.started",
        "ticket.triaged",
    ],
    "absence_requested": ["absence.requested"],
    "absence_answered": ["absence.approved", "absence.rejected"],
    "skill_expired": ["member_skill.expired"],
    "plan_waiting": ["plan.submitted"],
    "plan_stopped": ["plan.stopped"],
    "import_ended": ["import.failed", "import.written"],
    "escalated": [],  # told by the escalation, in its own words
    "alarm": [],  # told by whoever watches
}

ON_PAGES = "open pages show it as it happens; nobody has to do anything"
SETTINGS = "whoever looks after the settings sees it in the audit log"
OWN = "a choice of one's own"
AT_WORK = "what people do at work all day: the board shows it"

UNTOLD = {
    **dict.fromkeys(
        ("workorder.created", "workorder.edited", "workorder.revised", "workorder.begun", "workorder.closed"), ON_PAGES
    ),
    **dict.fromkeys(("workorder.tagged", "workorder.reopened", "attachment.added", "attachment.removed"), ON_PAGES),
    **dict.fromkeys(("process.made_ready", "process.started", "process.completed", "process.skipped"), AT_WORK),
    **dict.fromkeys(("task.made_ready", "task.started", "task.paused", "task.resumed", "task.reported"), AT_WORK),
    **dict.fromkeys(("task.corrected", "task.split", "task.merged", "task.completed", "attendance.punched"), AT_WORK),
    **dict.fromkeys(("assignment.accepted", "assignment.finished", "task.created"), AT_WORK),
    "task.assigned": "said by assignment.offered",
    "task.cancelled": "said by assignment.withdrawn",
    "process.cancelled": "said by workorder.cancelled",
    "comment.removed": "there is nothing left to read",
    "ticket.edited": "its machine says what matters",
    "absence.cancelled": "planners see the roster, and whoever was to be away has mostly said it",
    **dict.fromkeys(("import.created", "import.checked", "import.confirmed", "import.discarded"), ON_PAGES),
    **dict.fromkeys(
        ("plan.created", "plan.queued", "plan.computed", "plan.failed", "plan.adjusted", "plan.discarded"), ON_PAGES
    ),
    "plan.returned": "the page of the plan says so, with the comment",
    **dict.fromkeys(("member.added", "member.edited", "capacity.edited"), SETTINGS),
    **dict.fromkeys(("member_skill.granted", "member_skill.edited", "member_skill.taken_back"), SETTINGS),
    **dict.fromkeys(("escalation.started", "escalation.acknowledged", "escalation.ended"), ON_PAGES),
    "escalation.stepped": "the step tells people itself, in its own words",
    "escalation.missed": "the watchdog raises an alarm with it",
    "scheduled_run.alarmed": "whoever writes it raises an alarm with it",
    "replay.requested": "whoever asked for it looks at what becomes of it",
    "platform.entered": "admins find it in the audit log",
}

# Nouns none of whose events is news to anybody.
UNTOLD_NOUNS = {
    **dict.fromkeys(("approval_policy", "dispatch_policy", "escalation_policy", "business_calendar", "rule"), SETTINGS),
    **dict.fromkeys(("customer", "product", "operation", "department", "reason_code", "skill", "shift"), SETTINGS),
    **dict.fromkeys(("member_shift", "deputy", "badge", "token", "webhook", "default_preference"), SETTINGS),
    **dict.fromkeys(("preference", "notification_schedule", "push_subscription"), OWN),
}
