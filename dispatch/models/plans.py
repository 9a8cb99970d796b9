"""Plans: who would do what, looked at before it counts, published all at once, and taken back if it was wrong."""

from decimal import Decimal

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q

from dispatch.states import PLAN, PlanStatus
from tenants.models import Leased, TenantManager, TenantModel, TenantQuerySet, TenantRow


class DispatchPolicy(TenantModel):
    """How an organization gives out work. Without a row the values below hold."""

    NOUN = "dispatch_policy"

    time_clock = models.BooleanField(default=False, help_text="Only who is clocked in is given work unasked.")
    open_minutes = models.DecimalField(
        max_digits=10, decimal_places=2, default=Decimal(2400), help_text="Open work one member may have."
    )
    plan_days = models.PositiveSmallIntegerField(default=5, help_text="How far a plan looks ahead.")
    undo_minutes = models.PositiveSmallIntegerField(default=60, help_text="How long a published plan can be undone.")
    approval_from = models.PositiveIntegerField(
        null=True, blank=True, help_text="A plan that moves this many tasks needs somebody else's approval."
    )
    move_penalty = models.PositiveIntegerField(
        default=120, help_text="What giving published work to somebody else has to gain, in minutes of lateness."
    )

    class Meta(TenantModel.Meta):
        verbose_name_plural = "dispatch policies"
        constraints = [models.UniqueConstraint(fields=["organization"], name="dispatch_policy_once")]

    def __str__(self) -> str:
        return "Dispatch policy"


class PlanManager(TenantManager):
    """Megabytes of snapshot are not read along with a plan: they come when they are asked for."""

    def get_queryset(self):
        return super().get_queryset().defer("snapshot")


class Plan(TenantModel):
    """One answer to "who does what", or one scenario of several. `snapshot` is all it was computed from.

    `before` and `after` are its figures (lateness, load, imbalance); `input_hash` is the SHA-256 of the snapshot.
    """

    NOUN = "plan"
    MOVES = PLAN

    name = models.CharField(max_length=120)
    member = models.ForeignKey("tenants.Member", on_delete=models.PROTECT, related_name="+", editable=False)
    department = models.ForeignKey(
        "tenants.Department", on_delete=models.PROTECT, null=True, blank=True, related_name="+", help_text="Empty: all."
    )
    move_penalty = models.PositiveIntegerField(
        default=120, help_text="What giving published work to somebody else has to gain, in minutes of lateness."
    )
    balance_weight = models.PositiveSmallIntegerField(
        default=100, help_text="How much an even load counts beside lateness, in per cent."
    )
    days = models.PositiveSmallIntegerField(default=5, editable=False, help_text="How far it looks ahead.")
    status = models.CharField(max_length=10, choices=PlanStatus, default=PLAN.initial, editable=False)
    snapshot = models.JSONField(default=dict, encoder=DjangoJSONEncoder, editable=False)
    input_hash = models.CharField(max_length=64, blank=True, editable=False)
    method = models.CharField(max_length=20, blank=True, editable=False)
    phase = models.CharField(max_length=40, blank=True, editable=False, help_text="What is being done while it runs.")
    before = models.JSONField(default=dict, encoder=DjangoJSONEncoder, editable=False)
    after = models.JSONField(default=dict, encoder=DjangoJSONEncoder, editable=False)
    tasks_total = models.PositiveIntegerField(default=0, editable=False)
    tasks_done = models.PositiveIntegerField(default=0, editable=False)
    tasks_moved = models.PositiveIntegerField(default=0, editable=False)
    seconds = models.FloatField(null=True, editable=False)
    problem = models.CharField(max_length=500, blank=True, editable=False)
    approved_by = models.ForeignKey(
        "tenants.Member", on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    published_at = models.DateTimeField(null=True, blank=True, editable=False)
    undo_until = models.DateTimeField(null=True, blank=True, editable=False)

    objects = PlanManager()

    class Meta(TenantModel.Meta):
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(tasks_done__lte=F("tasks_total")), name="plan_done_at_most_total"),
            models.CheckConstraint(
                condition=Q(status__in=["published", "undone"], published_at__isnull=False)
                | ~Q(status__in=["published", "undone"]) & Q(published_at=None),
                name="plan_published_has_time",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PlanItemQuerySet(TenantQuerySet):
    def that_change_something(self):
        """Whose task goes to somebody else. SQL takes two nobodies for different people, so they are named."""
        return self.exclude(member=F("member_before")).exclude(member=None, member_before=None)

    def that_nobody_can_take(self):
        return self.filter(member=None)

    def about(self, member):
        """What a member has or would have."""
        return self.filter(Q(member=member) | Q(member_before=member))

    def with_names(self):
        """Together with what a list shows, those that begin first on top."""
        rows = self.select_related("task__work_order", "member__user", "member_before__user")
        return rows.order_by(F("starts_at").asc(nulls_last=True), "id")


class PlanItem(TenantRow):
    """One task in a plan: who has it now, who would, and when. `pinned` was set by hand and is not moved again."""

    NOUN = "plan_item"

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="items")
    task = models.ForeignKey("workorder.WorkOrderTask", on_delete=models.PROTECT, related_name="+")
    task_version = models.PositiveIntegerField(help_text="The task's version the plan was computed from.")
    member = models.ForeignKey("tenants.Member", on_delete=models.PROTECT, null=True, related_name="+")
    member_before = models.ForeignKey("tenants.Member", on_delete=models.PROTECT, null=True, related_name="+")
    starts_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    pinned = models.BooleanField(default=False)
    parts = models.JSONField(default=dict, encoder=DjangoJSONEncoder, help_text="What its cost is made of.")
    assignment = models.ForeignKey(
        "dispatch.Assignment", on_delete=models.PROTECT, null=True, related_name="+", help_text="What publishing made."
    )
    problem = models.CharField(max_length=300, blank=True, help_text="Why it could not be published.")

    objects = TenantManager.from_queryset(PlanItemQuerySet)()

    class Meta(TenantRow.Meta):
        ordering = ["starts_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "plan", "task"], name="plan_item_once_per_task"),
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(starts_at__isnull=False, ends_at__gte=F("starts_at")),
                name="plan_item_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.task_id} in {self.plan_id}"


class PlanStep(Leased):
    """The computing of a plan, leased to whoever runs it."""

    QUEUES = {"bulk": Q()}

    plan = models.OneToOneField(Plan, on_delete=models.CASCADE, related_name="step")

    def __str__(self) -> str:
        return f"Computing {self.plan_id}"


class PlanPublishing(Leased):
    """The publishing of a large plan, as `member` wanted it, leased to whoever does it."""

    QUEUES = {"bulk": Q()}

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="+")
    member = models.ForeignKey("tenants.Member", on_delete=models.PROTECT, null=True, related_name="+")
    skip_stale = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"Publishing {self.plan_id}"
