"""What notifications adds to v1."""

from notifications.api.v1 import views

routes = [("notifications", views.NotificationViewSet, "notification")]
paths = []
