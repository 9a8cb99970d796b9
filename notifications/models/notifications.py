"""What one person was told about one event."""

from django.db import models

from notifications.states import Kind, Level
from tenants.models import Event, TenantManager, TenantModel, TenantQuerySet


class NotificationQuerySet(TenantQuerySet):
    def of(self, member):
        """A member's inbox, newest first."""
        return self.filter(recipient=member)

    def unread(self):
        return self.filter(read_at__isnull=True)


class Notification(TenantModel):
    """An entry of somebody's inbox. Unique per event and recipient: an event delivered twice tells nobody twice."""

    NOUN = "notification"

    recipient = models.ForeignKey("tenants.Member", on_delete=models.PROTECT, related_name="notifications")
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=30, choices=Kind)
    title = models.CharField(max_length=200)
    content = models.TextField(blank=True)
    level = models.CharField(max_length=10, choices=Level, default=Level.INFO)
    url = models.CharField(max_length=200, blank=True, help_text="A path on this site: what it is about.")
    read_at = models.DateTimeField(null=True, blank=True)

    objects = TenantManager.from_queryset(NotificationQuerySet)()

    class Meta(TenantModel.Meta):
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "event", "recipient"], name="notification_once_per_event")
        ]
        indexes = [
            models.Index(fields=["organization", "recipient", "-created_at", "-id"], name="notification_inbox"),
            models.Index(
                fields=["organization", "recipient"], condition=models.Q(read_at=None), name="notification_unread"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_read(self) -> bool:
        return self.read_at is not None
