from tenants.models.base import PlainModel, TenantManager, TenantModel, TenantQuerySet, TenantRow
from tenants.models.ledger import Delivery, Event, Heartbeat, Leased, LeasedQuerySet, Tally, is_due
from tenants.models.organizations import Department, Deputy, Member, Organization, User
from tenants.models.schedules import Replay, ScheduledRun
from tenants.models.tokens import ApiToken, RefreshToken

__all__ = [
    "ApiToken",
    "Delivery",
    "Department",
    "Deputy",
    "Event",
    "Heartbeat",
    "Leased",
    "LeasedQuerySet",
    "Member",
    "Organization",
    "PlainModel",
    "RefreshToken",
    "Replay",
    "ScheduledRun",
    "Tally",
    "TenantManager",
    "TenantModel",
    "TenantQuerySet",
    "TenantRow",
    "User",
    "is_due",
]
