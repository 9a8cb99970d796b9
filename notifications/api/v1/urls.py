"""What notifications adds to v1."""

from django.urls import path

from notifications.api.v1 import (
    business_calendars,
    escalation_policies,
    escalations,
    follows,
    live,
    notifications,
    preferences,
    push_subscriptions,
    told,
    webhooks,
)

routes = [
    ("follows", follows.FollowViewSet, "follow"),
    ("notifications", notifications.NotificationViewSet, "notification"),
    ("push-subscriptions", push_subscriptions.PushSubscriptionViewSet, "push_subscription"),
    ("told", told.ToldViewSet, "told"),
    ("webhooks/deliveries", webhooks.DeliveryViewSet, "webhook_delivery"),  # before what would take it for an id
    ("webhooks", webhooks.WebhookViewSet, "webhook"),
    ("escalation-policies", escalation_policies.EscalationPolicyViewSet, "escalation_policy"),
    ("escalations", escalations.EscalationViewSet, "escalation"),
    ("business-calendars", business_calendars.BusinessCalendarViewSet, "business_calendar"),
]
paths = [
    path("live/schema/", live.LiveSchema.as_view(), name="live-schema"),
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
