"""What members want to hear of, over what, and when they may be disturbed."""

from django.db import models

from notifications.states import DigestRhythm, Kind, Transport, Wanted
from tenants.models import TenantManager, TenantModel, TenantQuerySet

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class Preference(TenantModel):
    """One cell of a member's grid; a cell without a row is as the organization has it."""

    NOUN = "preference"

    member = models.ForeignKey("tenants.Member", on_delete=models.CASCADE, related_name="preferences")
    kind = models.CharField(max_length=30, choices=Kind)
    transport = models.CharField(max_length=20, choices=Transport)
    wanted = models.CharField(max_length=10, choices=Wanted)

    class Meta(TenantModel.Meta):
        ordering = ["kind", "transport"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "member", "kind", "transport"], name="preference_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind} over {self.transport}: {self.wanted}"


class DefaultPreference(TenantModel):
    """The same cell for everybody who did not choose; without a row it is as the kind has it."""

    NOUN = "default_preference"

    kind = models.CharField(max_length=30, choices=Kind)
    transport = models.CharField(max_length=20, choices=Transport)
    wanted = models.CharField(max_length=10, choices=Wanted)

    class Meta(TenantModel.Meta):
        ordering = ["kind", "transport"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "kind", "transport"], name="default_preference_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind} over {self.transport}: {self.wanted}"


class NotificationSchedule(TenantModel):
    """When one member may be disturbed, and when their digest comes. Without a row: at any time, daily at seven."""

    NOUN = "notification_schedule"

    member = models.OneToOneField("tenants.Member", on_delete=models.CASCADE, related_name="notification_schedule")
    time_zone = models.CharField(max_length=64, blank=True, help_text="Blank: the organization's.")
    quiet_from = models.TimeField(null=True, blank=True)
    quiet_until = models.TimeField(null=True, blank=True)
    monday = models.BooleanField(default=False, help_text="Quiet the whole day.")
    tuesday = models.BooleanField(default=False)
    wednesday = models.BooleanField(default=False)
    thursday = models.BooleanField(default=False)
    friday = models.BooleanField(default=False)
    saturday = models.BooleanField(default=False)
    sunday = models.BooleanField(default=False)
    urgent_breaks_through = models.BooleanField(default=True)
    digest = models.CharField(max_length=10, choices=DigestRhythm, default=DigestRhythm.DAILY)
    digest_at = models.TimeField(default="07:00")

    class Meta(TenantModel.Meta):
        constraints = [
            models.CheckConstraint(
                condition=models.Q(quiet_from__isnull=True, quiet_until__isnull=True)
                | models.Q(quiet_from__isnull=False, quiet_until__isnull=False),
                name="quiet_hours_have_both_ends",
            ),
            models.CheckConstraint(condition=~models.Q(*((day, True) for day in DAYS)), name="some_day_is_not_quiet"),
        ]

    def __str__(self) -> str:
        return f"Schedule of {self.member_id}"

    @property
    def quiet_days(self) -> frozenset[int]:
        """Days that are quiet from midnight to midnight, Monday 0."""
        return frozenset(number for number, day in enumerate(DAYS) if getattr(self, day))


class FollowQuerySet(TenantQuerySet):
    def of(self, member):
        return self.filter(member=member)

    def about(self, obj):
        return self.filter(subject_type=obj.NOUN, subject_id=obj.pk)


class Follow(TenantModel):
    """A member's word on one thing: told of what happens to it, or (muted) of nothing."""

    NOUN = "follow"

    member = models.ForeignKey("tenants.Member", on_delete=models.CASCADE, related_name="follows")
    subject_type = models.CharField(max_length=30)
    subject_id = models.UUIDField()
    muted = models.BooleanField(default=False)

    objects = TenantManager.from_queryset(FollowQuerySet)()

    class Meta(TenantModel.Meta):
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "member", "subject_type", "subject_id"], name="follow_once")
        ]
        indexes = [models.Index(fields=["organization", "subject_id"], name="follow_subject")]

    def __str__(self) -> str:
        return f"{self.member_id} {'mutes' if self.muted else 'follows'} {self.subject_type} {self.subject_id}"


class PushSubscription(TenantModel):
    """One browser that a member asked to be pushed to."""

    NOUN = "push_subscription"

    member = models.ForeignKey("tenants.Member", on_delete=models.CASCADE, related_name="push_subscriptions")
    endpoint = models.URLField(max_length=500)
    p256dh = models.CharField(max_length=200)
    auth = models.CharField(max_length=100)
    browser = models.CharField(max_length=200, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "member", "endpoint"], name="push_subscription_once")
        ]

    def __str__(self) -> str:
        return self.browser or self.endpoint
