"""What people on the floor do: start, pause, report, complete; and what is done to tasks so that they can."""

from workorder.actions.tasks.ending import cancel, complete
from workorder.actions.tasks.parts import merge, split
from workorder.actions.tasks.reports import report, take_back
from workorder.actions.tasks.work import assign, assign_all, lock, pause, resume, start

__all__ = [
    "assign",
    "assign_all",
    "cancel",
    "complete",
    "lock",
    "merge",
    "pause",
    "report",
    "resume",
    "split",
    "start",
    "take_back",
]
