from notifications.models.escalations import (
    BusinessCalendar,
    Escalation,
    EscalationPolicy,
    EscalationStep,
    Holiday,
    Promise,
)
from notifications.models.messages import Cleared, Digest, Message
from notifications.models.notifications import Notification, Occasion
from notifications.models.preferences import (
    DefaultPreference,
    Follow,
    NotificationSchedule,
    Preference,
    PushSubscription,
)
from notifications.models.webhooks import Webhook, WebhookAttempt, WebhookCall

__all__ = [
    "BusinessCalendar",
    "Cleared",
    "DefaultPreference",
    "Digest",
    "Escalation",
    "Promise",
    "EscalationPolicy",
    "EscalationStep",
    "Follow",
    "Holiday",
    "Message",
    "Notification",
    "NotificationSchedule",
    "Occasion",
    "Preference",
    "PushSubscription",
    "Webhook",
    "WebhookAttempt",
    "WebhookCall",
]
