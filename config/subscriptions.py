"""Every reaction in the system on one screen: kind of event -> who reacts to it, in this order."""

ANNOUNCE = "notifications.subscribers.announce"  # tells open pages that the subject has a new version

SUBSCRIPTIONS: dict[str, list[str]] = {
    "workorder.created": [ANNOUNCE],
    "workorder.edited": [ANNOUNCE],
    "workorder.submitted": ["notifications.subscribers.order_submitted", ANNOUNCE],
    "workorder.approved": ["notifications.subscribers.order_approved", ANNOUNCE],
    "workorder.rejected": ["notifications.subscribers.order_rejected", ANNOUNCE],
    "workorder.revised": [ANNOUNCE],
    "workorder.released": [ANNOUNCE],
    "workorder.begun": [ANNOUNCE],
    "workorder.held": [ANNOUNCE],
    "workorder.resumed": ["dispatch.subscribers.offer_waiting", ANNOUNCE],
    "workorder.completed": ["notifications.subscribers.order_completed", ANNOUNCE],
    "workorder.closed": [ANNOUNCE],
    "workorder.reopened": [ANNOUNCE],
    "workorder.cancelled": [ANNOUNCE],
    "process.made_ready": [ANNOUNCE],
    "process.started": [ANNOUNCE],
    "process.completed": [ANNOUNCE],
    "process.skipped": [ANNOUNCE],
    "process.cancelled": [ANNOUNCE],
    "task.made_ready": ["dispatch.subscribers.offer_task", ANNOUNCE],
    "task.assigned": [ANNOUNCE],
    "task.queued": ["notifications.subscribers.nobody_eligible", ANNOUNCE],
    "task.started": ["dispatch.subscribers.accept_on_start", ANNOUNCE],
    "task.paused": [ANNOUNCE],
    "task.resumed": [ANNOUNCE],
    "task.reported": [ANNOUNCE],
    "task.completed": ["dispatch.subscribers.finish_on_end", ANNOUNCE],
    "task.cancelled": ["dispatch.subscribers.withdraw_on_cancel", ANNOUNCE],
    "assignment.offered": ["notifications.subscribers.task_assigned", ANNOUNCE],
    "assignment.accepted": [ANNOUNCE],
    "assignment.declined": [ANNOUNCE],
    "assignment.withdrawn": [ANNOUNCE],
    "assignment.finished": [ANNOUNCE],
}

# Rows that work outside the database, and what runs one of them.
RUNNERS: dict[str, str] = {"notifications.message": "notifications.actions.messages.send"}
