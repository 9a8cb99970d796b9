"""What happened, and who still has to be told. An event is history, audit log, outbox and feed at once."""

from typing import ClassVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q

from tenants import context
from tenants.models.base import PlainModel, TenantManager, TenantQuerySet, TenantRow
from tenants.states import DeliveryState


class EventQuerySet(TenantQuerySet):
    def about(self, obj):
        """Events of one subject, newest first (by version: clocks may disagree)."""
        return self.filter(subject_type=obj.NOUN, subject_id=obj.pk).order_by("-subject_version")

    def unrelayed(self):
        return self.filter(relayed_at__isnull=True)


class Event(TenantRow):
    """One thing that happened. Its facts never change; `relayed_at` and `position` are given once by the relay."""

    kind = models.CharField(max_length=60)
    schema = models.PositiveSmallIntegerField(default=1)
    subject_type = models.CharField(max_length=30)
    subject_id = models.UUIDField()
    subject_version = models.PositiveIntegerField()
    actor = models.ForeignKey("tenants.Member", on_delete=models.PROTECT, null=True, related_name="+")
    via = models.CharField(max_length=8)
    data = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    request_id = models.CharField(max_length=64, blank=True)
    caused_by = models.UUIDField(null=True)
    relayed_at = models.DateTimeField(null=True)
    position = models.PositiveBigIntegerField(null=True)

    objects = TenantManager.from_queryset(EventQuerySet)()

    class Meta(TenantRow.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "subject_type", "subject_id", "subject_version"], name="event_once_per_version"
            ),
            models.UniqueConstraint(fields=["organization", "position"], name="event_position_once"),
            models.CheckConstraint(
                condition=Q(relayed_at__isnull=True, position__isnull=True)
                | Q(relayed_at__isnull=False, position__isnull=False),
                name="event_relayed_with_position",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "recorded_at"], condition=Q(relayed_at=None), name="event_unrelayed"),
            models.Index(fields=["organization", "-occurred_at", "-id"], name="event_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} v{self.subject_version}"


def is_due(moment) -> Q:
    """Rows somebody should be working on and, as far as the lease tells, nobody is."""
    free = Q(lease_until__isnull=True) | Q(lease_until__lte=moment)
    return free & Q(state=DeliveryState.PENDING, run_after__lte=moment)


class LeasedQuerySet(TenantQuerySet):
    def due(self, moment):
        return self.filter(is_due(moment))


class Leased(TenantRow):
    """Work that outlives the process doing it: claimed by a lease, counted *before* it runs, retried until it is dead.

    `attempts` counts starts and `failures` counts starts that ended in an exception; what is missing between them died
    together with its worker.
    """

    QUEUES: ClassVar[dict[str, Q]] = {"default": Q()}
    """In which of the workers' queues a row waits: queue -> which rows. Each queue has its own time limits."""
    CAUSE: ClassVar[str] = ""
    """The way to the event a row comes from, if one does: its request is named in whatever the row leads to."""

    state = models.CharField(max_length=10, choices=DeliveryState, default=DeliveryState.PENDING)
    attempts = models.PositiveIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0)
    run_after = models.DateTimeField(default=context.now)
    first_due_at = models.DateTimeField(default=context.now, editable=False)
    rung_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    owner = models.UUIDField(null=True)
    done_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)

    objects = TenantManager.from_queryset(LeasedQuerySet)()

    class Meta(TenantRow.Meta):
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(state=DeliveryState.DONE, done_at__isnull=False)
                | ~Q(state=DeliveryState.DONE) & Q(done_at__isnull=True),
                name="%(app_label)s_%(class)s_done_has_time",
            ),
            models.CheckConstraint(
                condition=Q(failures__lte=F("attempts")), name="%(app_label)s_%(class)s_failures_are_attempts"
            ),
        ]
        indexes = [
            models.Index(
                fields=["organization", "run_after", "id"],
                condition=Q(state=DeliveryState.PENDING),
                name="%(app_label)s_%(class)s_due",
            ),
            models.Index(
                fields=["organization", "first_due_at"],
                condition=Q(state=DeliveryState.DEAD),
                name="%(app_label)s_%(class)s_end",
            ),
        ]

    @property
    def deaths(self) -> int:
        """How often a worker ended without saying why while it held this row (asked before a new start is counted)."""
        return self.attempts - self.failures


class Delivery(Leased):
    """One reaction to one event. Its effect and its `done` commit together, so the effect happens exactly once."""

    CAUSE = "event"

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="deliveries")
    subscriber = models.CharField(max_length=120)

    class Meta(Leased.Meta):
        constraints = [
            *Leased.Meta.constraints,
            models.UniqueConstraint(fields=["event", "subscriber"], name="delivery_once_per_subscriber"),
        ]

    def __str__(self) -> str:
        return f"{self.subscriber} of {self.event_id}"


class Heartbeat(PlainModel):
    """A sign of life of something that runs on its own, readable by whoever asks whether the house is well."""

    name = models.CharField(max_length=30, unique=True)
    beat_at = models.DateTimeField()
    oldest_seconds = models.FloatField(default=0, help_text="How long the oldest unrelayed event had waited.")
    figures = models.JSONField(default=dict, help_text="What it saw besides: numbers of all organizations together.")

    def __str__(self) -> str:
        return self.name


class Tally(PlainModel):
    """How often rows of one kind have been run, and how often that failed: counted by all processes together."""

    label = models.CharField(max_length=60, unique=True)
    run = models.PositiveBigIntegerField(default=0)
    failed = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return self.label
