"""What happens if nobody reacts: the policies, what they promised, and what became of it."""

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q

from notifications.models.preferences import DAYS
from notifications.states import ESCALATION, Audience, EscalationStatus, Trigger
from tenants.models import Department, Event, Leased, TenantManager, TenantModel, TenantQuerySet, TenantRow
from workorder.states import Priority


class BusinessCalendar(TenantModel):
    """The hours in which waiting counts."""

    NOUN = "business_calendar"

    name = models.CharField(max_length=120)
    monday = models.BooleanField(default=True)
    tuesday = models.BooleanField(default=True)
    wednesday = models.BooleanField(default=True)
    thursday = models.BooleanField(default=True)
    friday = models.BooleanField(default=True)
    saturday = models.BooleanField(default=False)
    sunday = models.BooleanField(default=False)
    opens = models.TimeField(default="08:00")
    closes = models.TimeField(default="17:00")

    class Meta(TenantModel.Meta):
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "name"], name="business_calendar_name_once"),
            models.CheckConstraint(
                condition=Q(*((day, True) for day in DAYS), _connector=Q.OR), name="business_calendar_has_a_day"
            ),
            models.CheckConstraint(condition=Q(closes__gt=F("opens")), name="business_calendar_closes_after_opening"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def weekdays(self) -> frozenset[int]:
        """The days it is open on, Monday 0."""
        return frozenset(number for number, day in enumerate(DAYS) if getattr(self, day))

    @property
    def in_words(self) -> str:
        """Mon, Tue, Wed 08:00–17:00"""
        days = ", ".join(day[:3].title() for day in DAYS if getattr(self, day))
        return f"{days} {self.opens:%H:%M}–{self.closes:%H:%M}"


class Holiday(TenantRow):
    """A date on which a calendar is closed."""

    calendar = models.ForeignKey(BusinessCalendar, on_delete=models.CASCADE, related_name="holidays")
    date = models.DateField()
    name = models.CharField(max_length=120, blank=True)

    class Meta(TenantRow.Meta):
        ordering = ["date"]
        constraints = [models.UniqueConstraint(fields=["organization", "calendar", "date"], name="holiday_once")]

    def __str__(self) -> str:
        return f"{self.date} {self.name}".strip()


class EscalationPolicy(TenantModel):
    """Who is told, and when, as long as nobody reacts. Of several that fit, the one with the lowest rank."""

    NOUN = "escalation_policy"

    name = models.CharField(max_length=120)
    trigger = models.CharField(max_length=30, choices=Trigger)
    rank = models.PositiveSmallIntegerField(default=10)
    if_department = models.ForeignKey(Department, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    if_priority = models.CharField(max_length=10, choices=Priority, blank=True)
    calendar = models.ForeignKey(
        BusinessCalendar,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="policies",
        help_text="Blank: every hour counts.",
    )
    active = models.BooleanField(default=True)

    class Meta(TenantModel.Meta):
        ordering = ["trigger", "rank", "name"]
        verbose_name_plural = "escalation policies"
        constraints = [models.UniqueConstraint(fields=["organization", "name"], name="escalation_policy_name_once")]

    def __str__(self) -> str:
        return self.name


class EscalationStep(TenantRow):
    """One step: how long after the one before, whom, through what."""

    policy = models.ForeignKey(EscalationPolicy, on_delete=models.CASCADE, related_name="steps")
    sequence = models.PositiveSmallIntegerField()
    wait_minutes = models.PositiveIntegerField()
    audience = models.CharField(max_length=20, choices=Audience)
    member = models.ForeignKey("tenants.Member", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    transports = models.JSONField(default=list, help_text="Beside the inbox; empty: as each recipient prefers.")

    class Meta(TenantRow.Meta):
        ordering = ["sequence"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "policy", "sequence"], name="escalation_step_once"),
            models.CheckConstraint(
                condition=Q(audience=Audience.MEMBER, member__isnull=False)
                | ~Q(audience=Audience.MEMBER) & Q(member__isnull=True),
                name="escalation_step_names_a_member",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sequence}: {self.audience}"


class EscalationQuerySet(TenantQuerySet):
    def open(self):
        return self.filter(status=EscalationStatus.OPEN)

    def running(self):
        """Those that have not ended, acknowledged ones included."""
        return self.exclude(status=EscalationStatus.ENDED)

    def with_promises(self):
        """Their promised steps come along in order, in one query."""
        return self.prefetch_related(models.Prefetch("promised", Promise.objects.order_by("sequence")))


class Escalation(TenantModel):
    """A policy at work on one thing. `steps` is what was promised when it began, whatever the policy says later."""

    NOUN = "escalation"
    MOVES = ESCALATION

    policy = models.ForeignKey(EscalationPolicy, on_delete=models.PROTECT, related_name="escalations")
    trigger = models.CharField(max_length=30, choices=Trigger)
    subject_type = models.CharField(max_length=30)
    subject_id = models.UUIDField()
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="+")
    steps = models.JSONField(default=list, encoder=DjangoJSONEncoder)
    status = models.CharField(max_length=15, choices=EscalationStatus, default=EscalationStatus.OPEN)
    started_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.ForeignKey("tenants.Member", on_delete=models.PROTECT, null=True, related_name="+")
    ended_because = models.CharField(max_length=60, blank=True)

    objects = TenantManager.from_queryset(EscalationQuerySet)()

    class Meta(TenantModel.Meta):
        ordering = ["-started_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "trigger", "subject_id"],
                condition=~Q(status=EscalationStatus.ENDED),
                name="escalation_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(acknowledged_at__isnull=True, acknowledged_by__isnull=True)
                | Q(acknowledged_at__isnull=False, acknowledged_by__isnull=False),
                name="escalation_acknowledged_by_somebody",
            ),
        ]
        indexes = [models.Index(fields=["organization", "subject_id"], name="escalation_subject")]

    def __str__(self) -> str:
        return f"{self.trigger} of {self.subject_type} {self.subject_id}"


class Promise(Leased):
    """A promised step. Unique per escalation and sequence: this row decides that it happens once, no scan does."""

    QUEUES = {"urgent": Q()}
    CAUSE = "escalation__event"

    escalation = models.ForeignKey(Escalation, on_delete=models.PROTECT, related_name="promised")
    sequence = models.PositiveSmallIntegerField()
    due_at = models.DateTimeField()
    reached = models.PositiveIntegerField(default=0, help_text="How many people it told.")
    alarmed_at = models.DateTimeField(null=True, help_text="When the watchdog said that it did not happen.")

    class Meta(Leased.Meta):
        constraints = [
            *Leased.Meta.constraints,
            models.UniqueConstraint(fields=["organization", "escalation", "sequence"], name="promise_once"),
        ]

    def __str__(self) -> str:
        return f"Step {self.sequence} of {self.escalation_id}"
