"""Who can do what, and when they are there: skills, shifts, absences, and what the time clock says."""

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from dispatch.states import ABSENCE, AbsenceKind, AbsenceStatus, Punch, PunchMethod
from tenants.models import Leased, TenantManager, TenantModel, TenantQuerySet, TenantRow

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class Skill(TenantModel):
    """Something not everybody can do. A process names the one it needs by its code (`required_skill`)."""

    NOUN = "skill"

    code = models.CharField(max_length=60)
    name = models.CharField(max_length=120)
    implies = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="implied_by",
        help_text="Whoever has this one has that one too.",
    )
    active = models.BooleanField(default=True)

    class Meta(TenantModel.Meta):
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "code"], name="skill_code_once"),
            models.CheckConstraint(condition=~Q(implies=F("id")), name="skill_does_not_imply_itself"),
        ]

    def __str__(self) -> str:
        return self.name


class MemberSkill(TenantModel):
    NOUN = "member_skill"

    member = models.ForeignKey("tenants.Member", on_delete=models.PROTECT, related_name="skills")
    skill = models.ForeignKey(Skill, on_delete=models.PROTECT, related_name="members")
    level = models.PositiveSmallIntegerField(
        default=3,
        validators=[MinValueValidator(1), MaxValueValidator(5)],
        help_text="1 learns it, 3 can, 5 teaches it.",
    )
    certified_until = models.DateField(null=True, blank=True, help_text="The last day; empty for good.")

    class Meta(TenantModel.Meta):
        ordering = ["member", "skill__code"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "member", "skill"], name="member_skill_once"),
            models.CheckConstraint(condition=Q(level__gte=1, level__lte=5), name="member_skill_level"),
        ]

    def __str__(self) -> str:
        return f"Level {self.level}"


class CertificateEnd(Leased):
    """When a certificate runs out: due as any leased row is, so a restart forgets none and nobody scans.

    `day` is the last one it was good for when this was written; another one by then has a row of its own.
    """

    member_skill = models.ForeignKey(MemberSkill, on_delete=models.CASCADE, related_name="ends")
    day = models.DateField()

    class Meta(Leased.Meta):
        constraints = [
            *Leased.Meta.constraints,
            models.UniqueConstraint(
                fields=["organization", "member_skill", "day"], name="certificate_end_once_per_day"
            ),
        ]

    def __str__(self) -> str:
        return f"Runs out after {self.day}"


class Shift(TenantModel):
    """A weekly pattern on the organization's wall clock. One that ends before it starts runs over midnight."""

    NOUN = "shift"

    name = models.CharField(max_length=80)
    monday = models.BooleanField(default=True)
    tuesday = models.BooleanField(default=True)
    wednesday = models.BooleanField(default=True)
    thursday = models.BooleanField(default=True)
    friday = models.BooleanField(default=True)
    saturday = models.BooleanField(default=False)
    sunday = models.BooleanField(default=False)
    starts = models.TimeField()
    ends = models.TimeField()
    active = models.BooleanField(default=True)

    class Meta(TenantModel.Meta):
        ordering = ["starts", "name"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "name"], name="shift_name_once"),
            models.CheckConstraint(
                condition=Q(*((day, True) for day in WEEKDAYS), _connector=Q.OR), name="shift_falls_on_some_day"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def weekdays(self) -> frozenset[int]:
        """The days it starts on, Monday 0."""
        return frozenset(number for number, day in enumerate(WEEKDAYS) if getattr(self, day))

    @property
    def is_over_midnight(self) -> bool:
        return self.ends <= self.starts

    @property
    def in_words(self) -> str:
        """Mon–Fri, Sun 22:00–06:00"""
        runs: list[list[int]] = []
        for day in sorted(self.weekdays):
            if runs and runs[-1][-1] == day - 1:
                runs[-1].append(day)
            else:
                runs.append([day])
        names = [day[:3].title() for day in WEEKDAYS]
        days = [names[run[0]] if len(run) == 1 else f"{names[run[0]]}–{names[run[-1]]}" for run in runs]
        return f"{', '.join(days)} {self.starts:%H:%M}–{self.ends:%H:%M}"


class MemberShift(TenantModel):
    """Who works a shift, from which day to which, both included."""

    NOUN = "member_shift"

    member = models.ForeignKey("tenants.Member", on_delete=models.PROTECT, related_name="shifts")
    shift = models.ForeignKey(Shift, on_delete=models.PROTECT, related_name="members")
    since = models.DateField()
    until = models.DateField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        ordering = ["since", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "member", "shift", "since"], name="member_shift_once_per_start"
            ),
            models.CheckConstraint(condition=Q(until=None) | Q(until__gte=F("since")), name="member_shift_until_later"),
        ]

    def __str__(self) -> str:
        return f"From {self.since}"


class AbsenceQuerySet(TenantQuerySet):
    def in_force(self):
        return self.filter(status=AbsenceStatus.APPROVED)

    def that_stand(self):
        """Granted, or waiting to be."""
        return self.filter(status__in=[AbsenceStatus.REQUESTED, AbsenceStatus.APPROVED])

    def touching(self, start, end):
        return self.filter(starts_at__lt=end, ends_at__gt=start)


class Absence(TenantModel):
    """A time somebody is not there, asked for and granted. Half a day is simply shorter."""

    NOUN = "absence"
    MOVES = ABSENCE

    member = models.ForeignKey("tenants.Member", on_delete=models.PROTECT, related_name="absences")
    kind = models.CharField(max_length=10, choices=AbsenceKind, default=AbsenceKind.LEAVE)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    note = models.CharField(max_length=500, blank=True)
    status = models.CharField(max_length=10, choices=AbsenceStatus, default=ABSENCE.initial, editable=False)
    decided_by = models.ForeignKey(
        "tenants.Member", on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    decided_at = models.DateTimeField(null=True, blank=True, editable=False)
    answer = models.CharField(max_length=500, blank=True, editable=False)

    objects = TenantManager.from_queryset(AbsenceQuerySet)()

    class Meta(TenantModel.Meta):
        ordering = ["-starts_at", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="absence_ends_after_start"),
            models.CheckConstraint(
                condition=Q(status__in=["approved", "rejected"], decided_by__isnull=False, decided_at__isnull=False)
                | Q(status="requested", decided_by__isnull=True, decided_at__isnull=True)
                | Q(status="cancelled"),
                name="absence_decided_by_somebody_sometime",
            ),
        ]
        indexes = [models.Index(fields=["organization", "member", "ends_at"], name="absence_of_member")]

    def __str__(self) -> str:
        return self.get_kind_display()


class Attendance(TenantRow):
    """One punch of the time clock. Never changed: what was forgotten is added, by whom and when stays visible."""

    NOUN = "attendance"
    APPEND_ONLY = True
    version = 1  # of what is never changed there is no other

    member = models.ForeignKey("tenants.Member", on_delete=models.PROTECT, related_name="punches")
    punch = models.CharField(max_length=5, choices=Punch)
    at = models.DateTimeField()
    method = models.CharField(max_length=5, choices=PunchMethod)
    recorded_by = models.ForeignKey("tenants.Member", on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    note = models.CharField(max_length=200, blank=True)
    client_id = models.UUIDField(null=True, blank=True)

    class Meta(TenantRow.Meta):
        ordering = ["at", "id"]
        verbose_name_plural = "attendance"
        constraints = [
            models.UniqueConstraint(fields=["organization", "member", "at", "punch"], name="punch_once_per_moment"),
            models.UniqueConstraint(fields=["organization", "client_id"], name="punch_client_id_once"),
        ]
        indexes = [models.Index(fields=["organization", "member", "at"], name="punches_of_member")]

    def __str__(self) -> str:
        return f"{self.get_punch_display()} {self.at}"


class Badge(TenantModel):
    """A QR code somebody carries. Only its digest is kept, so a copy of the database opens no door."""

    NOUN = "badge"

    member = models.ForeignKey("tenants.Member", on_delete=models.PROTECT, related_name="badges")
    digest = models.CharField(max_length=64, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta(TenantModel.Meta):
        ordering = ["created_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "digest"], name="badge_digest_once"),
            models.UniqueConstraint(
                fields=["organization", "member"], condition=Q(revoked_at=None), name="badge_valid_once_per_member"
            ),
        ]

    def __str__(self) -> str:
        return f"Badge of {self.member_id}"


class Capacity(TenantModel):
    """How much one member may have at once, where it differs from the organization's rule."""

    NOUN = "capacity"

    member = models.ForeignKey("tenants.Member", on_delete=models.PROTECT, related_name="capacity")
    open_minutes = models.DecimalField(
        max_digits=10, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(Decimal(0))]
    )
    running_tasks = models.PositiveSmallIntegerField(default=1, validators=[MinValueValidator(1)])

    class Meta(TenantModel.Meta):
        ordering = ["created_at", "id"]
        verbose_name_plural = "capacities"
        constraints = [
            models.UniqueConstraint(fields=["organization", "member"], name="capacity_once_per_member"),
            models.CheckConstraint(condition=Q(running_tasks__gte=1), name="capacity_runs_at_least_one"),
            models.CheckConstraint(
                condition=Q(open_minutes=None) | Q(open_minutes__gte=0), name="capacity_minutes_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"Capacity of {self.member_id}"
