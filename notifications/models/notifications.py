"""What one person was told about one event."""

from typing import Any

from django.db import models

from notifications.states import Kind, Level
from tenants import context
from tenants.models import Event, TenantManager, TenantModel, TenantQuerySet, TenantRow


class NotificationQuerySet(TenantQuerySet):
    def of(self, member):
        """What a member was told, newest first; what they muted was written down and is not shown."""
        return self.filter(recipient=member, hidden_because="")

    def unread(self):
        return self.filter(read_at__isnull=True, archived_at__isnull=True)

    def in_inbox(self):
        return self.filter(archived_at__isnull=True)

    def archived(self):
        return self.filter(archived_at__isnull=False)

    def about(self, obj):
        return self.filter(subject_type=obj.NOUN, subject_id=obj.pk)


class Notification(TenantModel):
    """An entry of somebody's inbox. Unique per event and recipient: an event delivered twice tells nobody twice.

    Further events may join it while `open_key` is set (twenty tasks of one order are one entry); each of them is an
    `Occasion`, and what `open_key` says is unique per recipient, so that two workers join the same entry.
    """

    NOUN = "notification"

    recipient = models.ForeignKey("tenants.Member", on_delete=models.PROTECT, related_name="notifications")
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=30, choices=Kind)
    title = models.CharField(max_length=200)
    content = models.TextField(blank=True)
    html = models.TextField(blank=True, help_text="The content for mails, where it is more than its paragraphs.")
    level = models.CharField(max_length=10, choices=Level, default=Level.INFO)
    url = models.CharField(max_length=200, blank=True, help_text="A path on this site: what it is about.")
    subject_type = models.CharField(max_length=30, blank=True)
    subject_id = models.UUIDField(null=True)
    why = models.CharField(max_length=200, blank=True, help_text="Why this person: You supervise Welding.")
    is_urgent = models.BooleanField(default=False)
    occasions = models.PositiveIntegerField(default=1, help_text="How many events it stands for.")
    open_key = models.CharField(max_length=120, null=True)
    decided = models.PositiveSmallIntegerField(
        default=0, help_text="How many messages were decided with it: what became of them adds up to this."
    )
    hidden_because = models.CharField(max_length=40, blank=True, help_text="Why it is not in the inbox: muted.")
    read_at = models.DateTimeField(null=True, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)

    objects = TenantManager.from_queryset(NotificationQuerySet)()

    class Meta(TenantModel.Meta):
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "event", "recipient"], name="notification_once_per_event"),
            models.UniqueConstraint(
                fields=["organization", "recipient", "open_key"],
                condition=models.Q(open_key__isnull=False),
                name="notification_one_open_per_key",
            ),
        ]
        indexes = [
            # What is listed and counted of a member, in its order and by its columns: no row is read to be counted.
            models.Index(
                fields=["organization", "recipient", "-created_at", "-id", "kind", "level"],
                condition=models.Q(archived_at=None, hidden_because=""),
                name="notification_inbox",
            ),
            models.Index(
                fields=["organization", "recipient", "-created_at", "-id", "kind", "level"],
                condition=models.Q(archived_at__isnull=False, hidden_because=""),
                name="notification_archive",
            ),
            models.Index(
                fields=["organization", "recipient", "-created_at", "-id", "kind", "level"],
                condition=models.Q(read_at=None, archived_at=None, hidden_because=""),
                name="notification_unread",
            ),
            models.Index(fields=["organization", "subject_id"], name="notification_subject"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_read(self) -> bool:
        return self.read_at is not None

    @property
    def subject(self) -> dict[str, Any] | None:
        """What it is about, for those who name things by noun and id."""
        return {"type": self.subject_type, "id": self.subject_id} if self.subject_id else None

    @property
    def about(self) -> str:
        """The same as one word, for addresses."""
        return f"{self.subject_type}:{self.subject_id}" if self.subject_id else ""


class Occasion(TenantRow):
    """A further event that joined an entry which was still open."""

    notification = models.ForeignKey(Notification, on_delete=models.CASCADE, related_name="further")
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="+")
    recipient = models.ForeignKey("tenants.Member", on_delete=models.PROTECT, related_name="+")
    values = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=context.now, editable=False)

    class Meta(TenantRow.Meta):
        ordering = ["created_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "event", "recipient"], name="occasion_once_per_event")
        ]

    def __str__(self) -> str:
        return f"{self.event_id} in {self.notification_id}"
