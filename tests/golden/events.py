"""The kinds of events of the shop floor, what each verb writes, and what an event of each kind tells."""

# (noun, verb) -> the one event it leaves on its subject
WRITTEN_BY = {
    ("workorder", "edit"): "workorder.edited",
    ("workorder", "submit"): "workorder.submitted",
    ("workorder", "approve"): "workorder.approved",
    ("workorder", "reject"): "workorder.rejected",
    ("workorder", "revise"): "workorder.revised",
    ("workorder", "release"): "workorder.released",
    ("workorder", "begin"): "workorder.begun",
    ("workorder", "hold"): "workorder.held",
    ("workorder", "resume"): "workorder.resumed",
    ("workorder", "finish"): "workorder.completed",
    ("workorder", "close"): "workorder.closed",
    ("workorder", "reopen"): "workorder.reopened",
    ("workorder", "cancel"): "workorder.cancelled",
    ("process", "ready"): "process.made_ready",
    ("process", "start"): "process.started",
    ("process", "complete"): "process.completed",
    ("process", "skip"): "process.skipped",
    ("process", "cancel"): "process.cancelled",
    ("task", "ready"): "task.made_ready",
    ("task", "start"): "task.started",
    ("task", "pause"): "task.paused",
    ("task", "resume"): "task.resumed",
    ("task", "report"): "task.reported",
    ("task", "complete"): "task.completed",
    ("task", "cancel"): "task.cancelled",
    ("ticket", "edit"): "ticket.edited",
    ("ticket", "triage"): "ticket.triaged",
    ("ticket", "start"): "ticket.started",
    ("ticket", "resolve"): "ticket.resolved",
    ("ticket", "close"): "ticket.closed",
    ("ticket", "reopen"): "ticket.reopened",
    ("ticket", "convert"): "ticket.converted",
}

# Written by no verb of a machine: new rows, and dispatch through `tasks.assign`.
BESIDES = {"ticket.created", "workorder.created", "task.created", "task.assigned", "task.queued"}

# kind -> the keys of `data`; a kind that is not listed tells nothing but itself
TELLS = {
    "workorder.created": {"number", "title"},
    "workorder.edited": {"changed"},
    "workorder.approved": {"comment"},
    "workorder.rejected": {"comment"},
    "workorder.held": {"reason"},
    "workorder.cancelled": {"reason"},
    "workorder.reopened": {"reason", "process"},
    "process.skipped": {"reason"},
    "task.created": {"work_order"},
    "task.paused": {"reason"},
    "task.reported": {"report", "good", "defect", "minutes", "note"},
    "task.cancelled": {"reason"},
    "ticket.created": {"title", "priority"},
    "ticket.edited": {"changed"},
    "ticket.triaged": {"priority", "department", "member"},
    "ticket.resolved": {"resolution"},
    "ticket.reopened": {"reason"},
    "ticket.converted": {"work_order", "number"},
}
