"""One notification on its way over one transport, and the digest that may bring it."""

from django.db import models
from django.db.models import Q

from notifications.models.notifications import Notification
from notifications.states import Transport
from tenants.models import Leased, TenantRow
from tenants.states import DeliveryState


class Digest(Leased):
    """What one member gets in one mail at one time. `closed_at` is set when sending begins: later items take the next.

    Its items are messages in the state `parked`; they and the digest are done in one transaction.
    """

    member = models.ForeignKey("tenants.Member", on_delete=models.PROTECT, related_name="+")
    transport = models.CharField(max_length=20, choices=Transport, default=Transport.EMAIL)
    due_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    key = models.CharField(max_length=200, help_text="Also the Message-ID of its mail.")

    class Meta(Leased.Meta):
        constraints = [
            *Leased.Meta.constraints,
            models.UniqueConstraint(fields=["organization", "member", "transport", "due_at"], name="digest_once"),
        ]

    def __str__(self) -> str:
        return f"Digest of {self.member_id} at {self.due_at:%Y-%m-%d %H:%M}"


class Message(Leased):
    """Sent at least once. `key` is made of event, recipient and transport and goes along, so that sinks can tell."""

    QUEUES = {"urgent": Q(is_urgent=True), "default": Q(is_urgent=False)}
    CAUSE = "notification__event"

    notification = models.ForeignKey(Notification, on_delete=models.PROTECT, related_name="messages")
    transport = models.CharField(max_length=20, choices=Transport)
    key = models.CharField(max_length=200, help_text="Also the Message-ID of a mail.")
    digest = models.ForeignKey(Digest, on_delete=models.PROTECT, null=True, related_name="items")
    is_urgent = models.BooleanField(default=False)
    held_because = models.CharField(max_length=40, blank=True, help_text="Why it was not sent at once: quiet hours.")

    class Meta(Leased.Meta):
        constraints = [
            *Leased.Meta.constraints,
            models.UniqueConstraint(fields=["organization", "key"], name="message_key_once"),
        ]
        indexes = [
            *Leased.Meta.indexes,
            models.Index(
                fields=["organization", "run_after", "id"],
                condition=Q(state=DeliveryState.PENDING, is_urgent=True),
                name="message_urgent_due",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.transport} {self.key}"


class Cleared(TenantRow):
    """How many rows of a kind, in which state, retention has taken away: what was ever created still adds up."""

    label = models.CharField(max_length=60, help_text="The kind of row, such as notifications.message.")
    state = models.CharField(max_length=10)
    count = models.PositiveBigIntegerField(default=0)

    class Meta(TenantRow.Meta):
        verbose_name_plural = "cleared"
        constraints = [models.UniqueConstraint(fields=["organization", "label", "state"], name="cleared_once")]

    def __str__(self) -> str:
        return f"{self.count} {self.label} {self.state}"
