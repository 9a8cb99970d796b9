"""One notification on its way over one transport."""

from django.db import models

from notifications.models.notifications import Notification
from notifications.states import Transport
from tenants.models import Leased


class Message(Leased):
    """Sent at least once. `key` is made of event, recipient and transport and goes along, so that sinks can tell."""

    notification = models.ForeignKey(Notification, on_delete=models.PROTECT, related_name="messages")
    transport = models.CharField(max_length=20, choices=Transport)
    key = models.CharField(max_length=200, help_text="Also the Message-ID of a mail.")

    class Meta(Leased.Meta):
        constraints = [
            *Leased.Meta.constraints,
            models.UniqueConstraint(fields=["organization", "key"], name="message_key_once"),
        ]

    def __str__(self) -> str:
        return f"{self.transport} {self.key}"
