"""What dispatch adds to v1: verbs of a task lie under an address of workorder's noun."""

from django.urls import path

from dispatch.api.v1 import absences, attendance, capacity, explaining, plans, reports, rules, shifts, skills, views

routes = [
    ("dispatch/rules", rules.RuleViewSet, "dispatch-rule"),
    ("assignments", views.AssignmentViewSet, "assignment"),
    ("plans", plans.PlanViewSet, "plan"),
    ("skills", skills.SkillViewSet, "skill"),
    ("member-skills", skills.MemberSkillViewSet, "member-skill"),
    ("shifts", shifts.ShiftViewSet, "shift"),
    ("member-shifts", shifts.MemberShiftViewSet, "member-shift"),
    ("absences", absences.AbsenceViewSet, "absence"),
    ("attendance", attendance.AttendanceViewSet, "attendance"),
    ("badges", attendance.BadgeViewSet, "badge"),
    ("capacities", capacity.CapacityViewSet, "capacity"),
]
paths = [
    path(
        "dispatch/policy/",
        capacity.DispatchPolicyViewSet.as_view({"get": "show", "patch": "partial_update"}),
        name="dispatch-policy",
    ),
    path("dispatch/preview/", views.DispatchViewSet.as_view({"get": "preview"}), name="dispatch-preview"),
    path("dispatch/run/", views.DispatchViewSet.as_view({"post": "run"}), name="dispatch-run"),
    path("dispatch/load/", reports.ReportViewSet.as_view({"get": "load"}), name="dispatch-load"),
    path("dispatch/fairness/", reports.ReportViewSet.as_view({"get": "fairness"}), name="dispatch-fairness"),
    path(
        "tasks/<str:pk>/candidates/",
        explaining.CandidatesViewSet.as_view({"get": "candidates"}),
        name="task-candidates",
    ),
    path(
        "assignments/<str:pk>/explanation/",
        explaining.ExplanationViewSet.as_view({"get": "explanation"}),
        name="assignment-explanation",
    ),
    path("tasks/<str:pk>/assign/", views.TaskGivingViewSet.as_view({"post": "assign"}), name="task-assign"),
    path("tasks/<str:pk>/claim/", views.TaskGivingViewSet.as_view({"post": "claim"}), name="task-claim"),
    path("tasks/<str:pk>/split/", views.TaskGivingViewSet.as_view({"post": "split"}), name="task-split"),
]
