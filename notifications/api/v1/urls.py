"""What notifications adds to v1."""

from notifications.api.v1 import notifications

routes = [("notifications", notifications.NotificationViewSet, "notification")]
paths = []
