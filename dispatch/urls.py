from django.urls import path, register_converter
from django.urls.converters import StringConverter

from dispatch import views
from dispatch.views.plans import (
    PLAN_ACTIONS,
    plan_compare,
    plan_detail,
    plan_list,
    plan_move,
    plan_pin,
    plan_times,
    plan_verb,
)


class PlanVerb(StringConverter):
    """Only verbs that exist."""

    regex = "|".join(PLAN_ACTIONS)


register_converter(PlanVerb, "plan_verb")

app_name = "dispatch"
urlpatterns = [
    path("dispatch/", views.board, name="board"),
    path("dispatch/preview/", views.preview, name="preview"),
    path("dispatch/run/", views.run, name="run"),
    path("dispatch/rules/", views.rule_list, name="rule_list"),
    path("dispatch/rules/new/", views.rule_new, name="rule_new"),
    path("dispatch/rules/catches/", views.rule_new_catches, name="rule_new_catches"),
    path("dispatch/rules/<uuid:pk>/", views.rule_edit, name="rule_edit"),
    path("dispatch/rules/<uuid:pk>/catches/", views.rule_catches, name="rule_catches"),
    path("dispatch/rules/<uuid:pk>/up/", views.rule_up, name="rule_up"),
    path("dispatch/rules/<uuid:pk>/down/", views.rule_down, name="rule_down"),
    path("dispatch/rules/<uuid:pk>/remove/", views.rule_remove, name="rule_remove"),
    path("dispatch/load/", views.load, name="load"),
    path("dispatch/fairness/", views.fairness, name="fairness"),
    path("dispatch/fairness.csv", views.fairness_export, name="fairness_export"),
    path("dispatch/plans/", plan_list, name="plan_list"),
    path("dispatch/plans/compare/", plan_compare, name="plan_compare"),
    path("dispatch/plans/<uuid:pk>/", plan_detail, name="plan_detail"),
    path("dispatch/plans/<uuid:pk>/times/", plan_times, name="plan_times"),
    path("dispatch/plans/<uuid:pk>/move/", plan_move, name="plan_move"),
    path("dispatch/plans/<uuid:pk>/pin/", plan_pin, name="plan_pin"),
    path("dispatch/plans/<uuid:pk>/<plan_verb:verb>/", plan_verb, name="plan_verb"),
    path("dispatch/tasks/<uuid:pk>/give/", views.task_give, name="task_give"),
    path("time-clock/", views.time_clock, name="time_clock"),
    path("time-clock/add/", views.punch_add, name="punch_add"),
    path("time-clock/badge/", views.badge_station, name="badge_station"),
    path("time-clock/badges/", views.badge_list, name="badges"),
    path("time-clock/badges/<uuid:pk>/revoke/", views.badge_revoke, name="badge_revoke"),
    path("absences/", views.absence_list, name="absences"),
    path("absences/<uuid:pk>/approve/", views.absence_verb, {"verb": "approve"}, name="absence_approve"),
    path("absences/<uuid:pk>/reject/", views.absence_verb, {"verb": "reject"}, name="absence_reject"),
    path("absences/<uuid:pk>/cancel/", views.absence_verb, {"verb": "cancel"}, name="absence_cancel"),
    path("settings/skills/", views.skill_list, name="skill_list"),
    path("settings/skills/<uuid:pk>/", views.skill_detail, name="skill_detail"),
    path("settings/skills/<uuid:pk>/remove/", views.skill_remove, name="skill_remove"),
    path("settings/member-skills/", views.member_skill_list, name="member_skill_list"),
    path("settings/member-skills/<uuid:pk>/", views.member_skill_edit, name="member_skill_edit"),
    path("settings/member-skills/<uuid:pk>/remove/", views.member_skill_remove, name="member_skill_remove"),
    path("settings/shifts/", views.shift_list, name="shift_list"),
    path("settings/shifts/<uuid:pk>/", views.shift_detail, name="shift_detail"),
    path("settings/shifts/<uuid:pk>/remove/", views.shift_remove, name="shift_remove"),
    path("settings/member-shifts/", views.member_shift_list, name="member_shift_list"),
    path("settings/member-shifts/<uuid:pk>/", views.member_shift_edit, name="member_shift_edit"),
    path("settings/member-shifts/<uuid:pk>/end/", views.member_shift_end, name="member_shift_end"),
    path("settings/members/<uuid:pk>/work/", views.person, name="person"),
    path("settings/members/<uuid:pk>/capacity/", views.person_capacity, name="person_capacity"),
    path("settings/dispatch/", views.dispatch_policy, name="policy"),
    path("assignments/<uuid:pk>/accept/", views.assignment_verb, {"verb": "accept"}, name="assignment_accept"),
    path("assignments/<uuid:pk>/decline/", views.assignment_verb, {"verb": "decline"}, name="assignment_decline"),
    path("assignments/<uuid:pk>/withdraw/", views.assignment_verb, {"verb": "withdraw"}, name="assignment_withdraw"),
    path("assignments/<uuid:pk>/reassign/", views.assignment_verb, {"verb": "reassign"}, name="assignment_reassign"),
    path("assignments/<uuid:pk>/swap/", views.assignment_verb, {"verb": "swap"}, name="assignment_swap"),
    path("tasks/<uuid:pk>/assign/", views.task_assign, name="task_assign"),
    path("tasks/<uuid:pk>/candidates/", views.task_candidates, name="task_candidates"),
    path("tasks/<uuid:pk>/claim/", views.task_claim, name="task_claim"),
    path("tasks/<uuid:pk>/split/", views.task_split, name="task_split"),
]
