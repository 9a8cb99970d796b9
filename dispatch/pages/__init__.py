"""What dispatch shows on its own pages, and what it adds to those of tasks."""

from dispatch.pages.assignments import asking_why, assignment_form, assignment_panels
from dispatch.pages.board import (
    give_form_of,
    giving_of,
    may_give,
    show_board,
    show_given,
    show_giving,
    show_preview,
)
from dispatch.pages.presence import absences_of, clock_of, clock_panel, month_of, team_of
from dispatch.pages.reports import fairness_csv, fairness_filter, show_fairness, show_load
from dispatch.pages.settings import member_panels
from dispatch.pages.tasks import form_of, task_panels
from dispatch.pages.why import show_candidates, why_panels

__all__ = [
    "absences_of",
    "asking_why",
    "assignment_form",
    "assignment_panels",
    "clock_of",
    "clock_panel",
    "fairness_csv",
    "fairness_filter",
    "form_of",
    "give_form_of",
    "giving_of",
    "may_give",
    "member_panels",
    "month_of",
    "show_board",
    "show_fairness",
    "show_given",
    "show_giving",
    "show_load",
    "show_preview",
    "show_candidates",
    "task_panels",
    "team_of",
    "why_panels",
]
