"""What all rivals answer: the fields of Workfloor's own work orders, for a planner."""

import datetime
from collections import defaultdict

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


def is_late(status, due_at) -> bool:
    return (
        status in VERBS
        and status != "completed"
        and due_at is not None
        and due_at < datetime.datetime.now(datetime.UTC)
    )


def encoded(rows, tags) -> bytes:
    """Rows of `LIST`'s columns, and `(order, name)` of their tags, as the body of an answer."""
    names = defaultdict(list)
    for order_id, name in tags:
        names[order_id].append(name)
    shown = [dict(zip(LIST, row, strict=True)) for row in rows]
    for order in shown:
        order["tags"] = names[order["id"]]
        order["is_late"] = is_late(order["status"], order["due_at"])
        order["allowed_actions"] = VERBS.get(order["status"], [])
    return orjson.dumps({"results": shown}, default=str, option=orjson.OPT_UTC_Z)
