"""What notifications adds to v1."""

from django.urls import path

from notifications.api.v1 import notifications, preferences, webhooks

routes = [
    ("notifications", notifications.NotificationViewSet, "notification"),
    ("webhooks/deliveries", webhooks.DeliveryViewSet, "webhook_delivery"),  # before what would take it for an id
    ("webhooks", webhooks.WebhookViewSet, "webhook"),
]
paths = [
    path(
        "preferences/",
        preferences.PreferenceViewSet.as_view({"get": "show", "patch": "partial_update"}),
        name="preferences",
    ),
    path(
        "default-preferences/",
        preferences.DefaultPreferenceViewSet.as_view({"get": "show", "patch": "partial_update"}),
        name="default-preferences",
    ),
    path(
        "notification-schedule/",
        preferences.ScheduleViewSet.as_view({"get": "show", "patch": "partial_update"}),
        name="notification-schedule",
    ),
]
