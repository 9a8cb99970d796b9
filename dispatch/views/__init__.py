"""The pages of dispatch, by what they are about. Addresses are given in `urls`."""

from dispatch.views.absences import absence_list, absence_verb
from dispatch.views.assignments import assignment_verb
from dispatch.views.attendance import badge_list, badge_revoke, badge_station, punch_add, time_clock
from dispatch.views.board import board, preview, run, task_give
from dispatch.views.people import dispatch_policy, person, person_capacity
from dispatch.views.reports import fairness, fairness_export, load
from dispatch.views.rules import (
    rule_catches,
    rule_down,
    rule_edit,
    rule_list,
    rule_new,
    rule_new_catches,
    rule_remove,
    rule_up,
)
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
from dispatch.views.tasks import task_assign, task_candidates, task_claim, task_split

__all__ = [
    "absence_list",
    "absence_verb",
    "assignment_verb",
    "badge_list",
    "badge_revoke",
    "badge_station",
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
    "rule_catches",
    "rule_down",
    "rule_edit",
    "rule_list",
    "rule_new",
    "rule_new_catches",
    "rule_remove",
    "rule_up",
    "punch_add",
    "run",
    "shift_detail",
    "shift_list",
    "shift_remove",
    "skill_detail",
    "skill_list",
    "skill_remove",
    "task_assign",
    "task_candidates",
    "task_claim",
    "task_give",
    "task_split",
    "time_clock",
]
