"""What notifications adds to v1."""

from notifications.api.v1 import notifications, webhooks

routes = [
    ("notifications", notifications.NotificationViewSet, "notification"),
    ("webhooks/deliveries", webhooks.DeliveryViewSet, "webhook_delivery"),  # before what would take it for an id
    ("webhooks", webhooks.WebhookViewSet, "webhook"),
]
paths = []
