from notifications.models.messages import Message
from notifications.models.notifications import Notification

__all__ = ["Message", "Notification"]
