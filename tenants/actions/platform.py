"""What the platform's staff do in somebody else's house: look around, and leave a trace of having done so."""

import uuid
from dataclasses import dataclass, field
from typing import ClassVar

from tenants import events
from tenants.context import tenant
from tenants.ids import uuid7
from tenants.models import Organization, User


@dataclass(frozen=True)
class Visit:
    """What the event of a visit is about. There is no row of it: the event says all there is to say."""

    NOUN: ClassVar[str] = "platform"
    version: ClassVar[int] = 1

    pk: uuid.UUID = field(default_factory=uuid7)


def enter(organization: Organization, *, staff: User) -> None:
    """Write down, in the organization's own ledger, that somebody of the platform looks at its rows."""
    with tenant(organization):
        events.record(Visit(), "platform.entered", by=None, email=staff.email)
