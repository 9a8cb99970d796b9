"""Whose it is: organizations, the people in them, and their departments."""

import zoneinfo
from functools import cached_property

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Case, F, IntegerField, Q, Value, When
from django.db.models.functions import Lower

from tenants import context
from tenants.models.base import PlainModel, TenantManager, TenantModel, TenantQuerySet
from tenants.states import LANGUAGES, RANKS, OrganizationStatus, Role


def known_zone(name: str) -> None:
    """Refuse a time zone the tz database does not have."""
    if name not in zoneinfo.available_timezones():
        raise ValidationError("Unknown time zone. Use a name such as Europe/Berlin.", code="unknown_zone")


class Organization(PlainModel):
    slug = models.CharField(
        max_length=40,
        unique=True,
        validators=[RegexValidator(r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$", "Use a-z, 0-9 and -.")],
    )
    name = models.CharField(max_length=120)
    status = models.CharField(max_length=10, choices=OrganizationStatus, default=OrganizationStatus.ACTIVE)
    time_zone = models.CharField(max_length=64, default="UTC", validators=[known_zone])
    currency = models.CharField(
        max_length=3, default="EUR", validators=[RegexValidator(r"^[A-Z]{3}$", "Three capital letters, such as EUR.")]
    )
    language = models.CharField(
        max_length=8, choices=LANGUAGES, default="en", help_text="What the organization is told in."
    )
    may_approve_own = models.BooleanField(
        default=False, help_text="Whoever submitted an order may also approve it (no four-eyes rule)."
    )

    class Meta:
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.time_zone)

    @property
    def is_suspended(self) -> bool:
        return self.status == OrganizationStatus.SUSPENDED


class UserManager(BaseUserManager):
    def create_user(self, email, password=None, **fields):
        if not email:
            raise ValueError("A user signs in by e-mail, so an e-mail is needed.")
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email, password=None, **fields):
        return self.create_user(email, password, **fields, is_staff=True, is_superuser=True)

    def get_by_natural_key(self, email):
        return self.get(email=email.strip().lower())


class User(PlainModel, AbstractBaseUser, PermissionsMixin):
    """A person who signs in. What they may do is said by their membership, not here."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120, blank=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False, help_text="Works for the platform: may open Django's admin.")

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = []

    class Meta:
        ordering = ["email"]
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_once")]

    def __str__(self) -> str:
        return self.name or self.email


class Department(TenantModel):
    NOUN = "department"

    code = models.CharField(max_length=20)
    name = models.CharField(max_length=120)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")

    class Meta(TenantModel.Meta):
        ordering = ["code"]
        constraints = [models.UniqueConstraint(fields=["organization", "code"], name="department_code_once")]

    def __str__(self) -> str:
        return self.name


def role_rank() -> Case:
    """An expression that sorts by role, the weakest first."""
    ranks = [When(role=role, then=Value(role.rank)) for role in Role]
    return Case(*ranks, output_field=IntegerField())


class MemberQuerySet(TenantQuerySet):
    def active(self):
        return self.filter(active=True, user__is_active=True)

    def at_least(self, role: Role):
        return self.filter(role__in=[other for other in Role if other.at_least(role)])

    def in_department(self, department):
        return self.filter(department=department)


class Member(TenantModel):
    """A user's place in one organization: role, department, and whether they may come in at all."""

    NOUN = "member"

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=12, choices=Role, default=Role.VIEWER)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, null=True, blank=True, related_name="members")
    active = models.BooleanField(default=True)
    language = models.CharField(
        max_length=8, choices=LANGUAGES, blank=True, help_text="What the member is told in. Blank: the organization's."
    )

    objects = TenantManager.from_queryset(MemberQuerySet)()

    class Meta(TenantModel.Meta):
        ordering = ["created_at", "id"]
        constraints = [models.UniqueConstraint(fields=["organization", "user"], name="member_once_per_organization")]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return str(self.user)

    def is_at_least(self, role: Role) -> bool:
        return RANKS[self.role] >= RANKS[role]

    @cached_property
    def stands_in_for(self) -> list["Member"]:
        """Whose deputy the member is now. Asked once: a request has its own `Member`, and a list of rows asks often."""
        return [deputy.member for deputy in Deputy.objects.in_force(context.now()).of_deputy(self)]


class DeputyQuerySet(TenantQuerySet):
    def in_force(self, moment):
        """Those that count at `moment`, for members who are still there; with both, the longest in force first."""
        here = self.filter(member__active=True, member__user__is_active=True)
        now = here.filter(starts_at__lte=moment, ends_at__gt=moment)
        return now.select_related("member__user", "deputy__user").order_by("starts_at", "id")

    def of_deputy(self, member):
        return self.filter(deputy=member)

    def of_member(self, member):
        return self.filter(member=member)

    def between(self, start, end):
        """Those that share a moment with the time from `start` to `end`."""
        return self.filter(starts_at__lt=end, ends_at__gt=start)


class Deputy(TenantModel):
    """Somebody who may decide in a member's place for a time. Every decision says in whose."""

    NOUN = "deputy"

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="deputies")
    deputy = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="standing_in")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    objects = TenantManager.from_queryset(DeputyQuerySet)()

    class Meta(TenantModel.Meta):
        ordering = ["-starts_at", "id"]
        verbose_name_plural = "deputies"
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="deputy_ends_after_start"),
            models.CheckConstraint(condition=~Q(deputy=F("member")), name="deputy_is_somebody_else"),
        ]
        indexes = [models.Index(fields=["organization", "deputy", "ends_at"], name="deputy_in_force")]

    def __str__(self) -> str:
        return f"{self.deputy} for {self.member}"
