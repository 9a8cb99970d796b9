"""The pages of dispatch, by what they are about. Addresses are given in `urls`."""

from dispatch.views.assignments import assignment_verb
from dispatch.views.board import board, preview, run, task_give
from dispatch.views.people import dispatch_policy, person, person_capacity
from dispatch.views.reports import fairness, fairness_export, load
from dispatch.views.shifts import (
    member_shift_edit,
    member_shift_end,
    member_shift_list,
    shift_detail,
    shift_list,
    shift_remove,
)
from dispatch.views.skills import (
    member_skill_edit,
    member_skill_list,
    member_skill_remove,
    skill_detail,
    skill_list,
    skill_remove,
)
from dispatch.views.tasks import task_assign, task_claim, task_split

__all__ = [
    "assignment_verb",
    "board",
    "dispatch_policy",
    "fairness",
    "fairness_export",
    "load",
    "member_shift_edit",
    "member_shift_end",
    "member_shift_list",
    "member_skill_edit",
    "member_skill_list",
    "member_skill_remove",
    "person",
    "person_capacity",
    "preview",
    "run",
    "shift_detail",
    "shift_list",
    "shift_remove",
    "skill_detail",
    "skill_list",
    "skill_remove",
    "task_assign",
    "task_claim",
    "task_give",
    "task_split",
]
