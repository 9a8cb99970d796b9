import pytest

from notifications.models import Notification
from tenants import relay
from tenants.context import tenant


@pytest.fixture
def heard(world):
    """`heard(kind)`: {first name: their newest entry of the kind}, once everything that happened has been delivered."""

    def heard(kind):
        relay.drain_here(world.north)
        with tenant(world.north):
            rows = Notification.objects.filter(kind=kind).order_by("created_at", "id")
            return {row.recipient.name: row for row in rows.select_related("recipient__user")}

    return heard
