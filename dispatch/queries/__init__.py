"""What the floor looks like to dispatch: who carries what, what waits, what would be decided, and why it was."""

from dispatch.queries.floor import floor_for, jobs_of, people, policy, preview, queued, snapshot_of
from dispatch.queries.loads import history_of, load_by_department, why_of

__all__ = [
    "floor_for",
    "history_of",
    "jobs_of",
    "load_by_department",
    "people",
    "policy",
    "preview",
    "queued",
    "snapshot_of",
    "why_of",
]
