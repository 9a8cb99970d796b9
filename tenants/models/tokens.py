"""How programs prove who they are. Only digests are kept: a copy of the database signs nobody in."""

from django.conf import settings
from django.db import models

from tenants import context
from tenants.models.base import PlainModel, TenantModel
from tenants.models.organizations import Member


class ApiToken(TenantModel):
    """A long-lived key of one member in one organization, shown once when it is made."""

    NOUN = "token"

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=12, help_text="The first characters, so that people can tell tokens apart.")
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(
        default=list, help_text="Empty: everything the member may do. ['read']: safe methods only."
    )
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        ordering = ["created_at", "id"]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @property
    def is_valid(self) -> bool:
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > context.now())

    def allows(self, method: str) -> bool:
        return not self.scopes or "write" in self.scopes or method in ("GET", "HEAD", "OPTIONS")


class RefreshToken(PlainModel):
    """One link of a family of refresh tokens. One used twice was stolen: its whole family ends (RFC 9700 4.14)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    family = models.UUIDField(db_index=True)
    digest = models.CharField(max_length=64, unique=True)
    used_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField()

    class Meta:
        ordering = ["created_at", "id"]
