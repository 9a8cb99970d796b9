"""The pages of dispatch, by what they are about. Addresses are given in `urls`."""

from dispatch.views.board import board, preview, run, task_give
from dispatch.views.reports import fairness, fairness_export, load
from dispatch.views.tasks import task_assign, task_claim, task_split

__all__ = [
    "board",
    "fairness",
    "fairness_export",
    "load",
    "preview",
    "run",
    "task_assign",
    "task_claim",
    "task_give",
    "task_split",
]
