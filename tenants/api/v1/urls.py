"""What tenants adds to v1. Routers and prefixes are config's."""

from django.urls import path

from tenants.api.v1 import background, deputies, views

routes = [
    ("members", views.MemberViewSet, "member"),
    ("departments", views.DepartmentViewSet, "department"),
    ("deputies", deputies.DeputyViewSet, "deputy"),
    ("tokens", views.TokenViewSet, "token"),
    ("events", views.EventViewSet, "event"),
    ("scheduled-runs", background.ScheduledRunViewSet, "scheduled-run"),
    ("dead-letters", background.DeadLetterViewSet, "dead-letter"),
]
paths = [
    path("events/export.csv", views.EventExportViewSet.as_view({"get": "export"}), name="event-export"),
    path("auth/token/", views.SignIn.as_view(), name="token"),
    path("auth/token/refresh/", views.Refresh.as_view(), name="token-refresh"),
    path("auth/token/revoke/", views.Revoke.as_view(), name="token-revoke"),
    path("me/", views.MeViewSet.as_view({"get": "me"}), name="me"),
]
