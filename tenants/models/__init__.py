from tenants.models.base import PlainModel, TenantManager, TenantModel, TenantQuerySet, TenantRow
from tenants.models.ledger import Delivery, Event, Leased, LeasedQuerySet
from tenants.models.organizations import Department, Member, Organization, User
from tenants.models.tokens import ApiToken, RefreshToken

__all__ = [
    "ApiToken",
    "Delivery",
    "Department",
    "Event",
    "Leased",
    "LeasedQuerySet",
    "Member",
    "Organization",
    "PlainModel",
    "RefreshToken",
    "TenantManager",
    "TenantModel",
    "TenantQuerySet",
    "TenantRow",
    "User",
]
