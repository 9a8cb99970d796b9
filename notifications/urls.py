from django.urls import path

from notifications.views import inbox

app_name = "notifications"
urlpatterns = [
    path("notifications/", inbox.inbox, name="inbox"),
    path("notifications/counter/", inbox.counter, name="counter"),
    path("notifications/read-all/", inbox.read_all, name="read_all"),
    path("notifications/<uuid:pk>/read/", inbox.read, name="read"),
]
