from django.urls import path

from notifications.views import follows, inbox, preferences, webhooks

app_name = "notifications"
urlpatterns = [
    path("notifications/", inbox.inbox, name="inbox"),
    path("notifications/counter/", inbox.counter, name="counter"),
    path("notifications/read-all/", inbox.read_all, name="read_all"),
    path("notifications/chosen/", inbox.chosen, name="chosen"),
    path("notifications/<uuid:pk>/", inbox.entry, name="entry"),
    path("notifications/<uuid:pk>/read/", inbox.read, name="read"),
    path("notifications/<uuid:pk>/archive/", inbox.archive, name="archive"),
    path("notifications/<uuid:pk>/unarchive/", inbox.unarchive, name="unarchive"),
    path("work-orders/<uuid:pk>/follow/", follows.follow, {"noun": "workorder"}, name="follow_workorder"),
    path("tasks/<uuid:pk>/follow/", follows.follow, {"noun": "task"}, name="follow_task"),
    path("tickets/<uuid:pk>/follow/", follows.follow, {"noun": "ticket"}, name="follow_ticket"),
    path("settings/notifications/", preferences.own, name="preferences"),
    path("settings/notifications/hours/", preferences.hours, name="hours"),
    path("settings/notifications/defaults/", preferences.defaults, name="default_preferences"),
    path("unsubscribe/<str:token>/", preferences.unsubscribe, name="unsubscribe"),
    path("notifications/<uuid:pk>/toast/", inbox.live_toast, name="live_toast"),
    path("settings/webhooks/", webhooks.webhook_list, name="webhook_list"),
    path("settings/webhooks/<uuid:pk>/", webhooks.webhook_detail, name="webhook_detail"),
    path("settings/webhooks/<uuid:pk>/remove/", webhooks.webhook_remove, name="webhook_remove"),
    path("settings/webhooks/<uuid:pk>/rotate-secret/", webhooks.webhook_rotate, name="webhook_rotate"),
    path("settings/webhooks/<uuid:pk>/test/", webhooks.webhook_test, name="webhook_test"),
    path("settings/webhooks/deliveries/<uuid:pk>/replay/", webhooks.webhook_replay, name="webhook_replay"),
]
