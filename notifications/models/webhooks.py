"""Addresses of other programs that are told of events, and what became of each telling."""

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q

from tenants import context
from tenants.models import Event, Leased, TenantManager, TenantModel, TenantQuerySet, TenantRow


class WebhookQuerySet(TenantQuerySet):
    def active(self):
        return self.filter(active=True)


class Webhook(TenantModel):
    """An endpoint. Its breaker is in the row, so that all workers leave a broken one alone together."""

    NOUN = "webhook"

    name = models.CharField(max_length=120)
    url = models.URLField(max_length=500)
    kinds = models.JSONField(default=list, help_text="Kinds of events it is told of; empty: all.")
    secret = models.CharField(max_length=100, editable=False)
    previous_secret = models.CharField(max_length=100, blank=True, editable=False)
    previous_until = models.DateTimeField(null=True, editable=False)
    active = models.BooleanField(default=True)
    failures_in_a_row = models.PositiveIntegerField(default=0, editable=False)
    silent_until = models.DateTimeField(null=True, editable=False)
    succeeded_at = models.DateTimeField(null=True, editable=False)

    objects = TenantManager.from_queryset(WebhookQuerySet)()

    class Meta(TenantModel.Meta):
        ordering = ["name", "id"]
        constraints = [models.UniqueConstraint(fields=["organization", "name"], name="webhook_name_once")]

    def __str__(self) -> str:
        return self.name


class WebhookCall(Leased):
    """One event on its way to one endpoint. Its id is the webhook id that goes along."""

    QUEUES = {"bulk": Q()}
    CAUSE = "event"

    webhook = models.ForeignKey(Webhook, on_delete=models.PROTECT, related_name="calls")
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(
        default=context.now, editable=False, help_text="Since when it is tried: for three days, then it is dead."
    )

    class Meta(Leased.Meta):
        constraints = [
            *Leased.Meta.constraints,
            models.UniqueConstraint(fields=["organization", "webhook", "event"], name="webhook_call_once"),
        ]
        indexes = [
            *Leased.Meta.indexes,
            models.Index(fields=["organization", "webhook", "-id"], name="webhook_call_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.event_id} to {self.webhook_id}"


class WebhookAttempt(TenantRow):
    """One try: what was answered, how long it took."""

    call = models.ForeignKey(WebhookCall, on_delete=models.PROTECT, related_name="tries")
    tried_at = models.DateTimeField(default=context.now, editable=False)
    http_status = models.PositiveSmallIntegerField(null=True, help_text="Of HTTP; none if nothing was answered.")
    milliseconds = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)
    answer = models.TextField(blank=True, help_text="The first kilobyte of what was answered.")
    headers = models.JSONField(default=dict, encoder=DjangoJSONEncoder, help_text="What was sent along.")

    class Meta(TenantRow.Meta):
        ordering = ["-tried_at", "-id"]

    def __str__(self) -> str:
        return f"{self.http_status or self.error} at {self.tried_at}"
