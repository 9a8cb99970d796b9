"""What all rivals answer: the fields of Workfloor's own work orders, for a planner."""

import orjson

# Name in the answer -> column.
LIST = {
    "id": "id",
    "number": "number",
    "title": "title",
    "customer": "customer_id",
    "priority": "priority",
    "due_at": "due_at",
    "status": "status",
    "progress": "progress",
    "estimate_minutes": "estimate_minutes",
    "budget": "budget",
    "customer_reference": "customer_reference",
    "notes": "notes",
    "created_at": "created_at",
    "released_at": "released_at",
    "completed_at": "completed_at",
    "version": "version",
}
# What a detail has besides, next to its lines and processes.
MORE = ["estimate_cost", "actual_minutes", "actual_cost", "approval_levels", "approval_level", "copied_from"]
VERBS = {
    "draft": ["submit", "cancel"],
    "submitted": ["approve", "reject", "cancel"],
    "approved": ["release", "cancel"],
    "released": ["hold", "cancel"],
    "in_progress": ["hold", "cancel"],
    "on_hold": ["resume", "cancel"],
    "completed": ["close"],
    "rejected": ["revise", "cancel"],
}
PAGE = 50


def encoded(rows) -> bytes:
    """Rows of `LIST`'s columns as the body of an answer."""
    shown = [dict(zip(LIST, row, strict=True)) for row in rows]
    for order in shown:
        order["allowed_actions"] = VERBS.get(order["status"], [])
    return orjson.dumps({"results": shown}, default=str, option=orjson.OPT_UTC_Z)
