"""A lease says "somebody is at it". It must outlast slow work, and not outlast the one who does it."""

import datetime

import pytest

from notifications.models import Message
from tenants import relay
from tenants.context import tenant
from tests.factories import MessageFactory, OrganizationFactory
from tests.support import wait

LABEL = "notifications.message"


@pytest.fixture
def message(transactional_db):
    return MessageFactory(organization=OrganizationFactory(slug="north"))


def lease_of(message):
    with tenant(message.organization_id):
        return Message.objects.get(pk=message.pk).lease_until


class TestKept:
    def test_slow_work_keeps_its_lease(self, message, monkeypatch):
        """A mail server that takes half a minute must not get the same mail from two workers."""
        monkeypatch.setattr(relay, "EXTEND_SECONDS", 0.05)
        (row,) = relay.claim(LABEL, message.organization_id, message.pk)
        first = lease_of(message)

        with relay.kept(row):
            wait.until(lambda: lease_of(message) > first, within=5, why="the lease was extended")

        assert lease_of(message) > first

    def test_a_row_that_was_taken_over_is_left_alone(self, message, monkeypatch):
        """Whoever was thought dead may not prolong what is somebody else's by now."""
        monkeypatch.setattr(relay, "EXTEND_SECONDS", 0.05)
        monkeypatch.setattr(relay, "LEASE", datetime.timedelta(seconds=-1))
        (slow,) = relay.claim(LABEL, message.organization_id, message.pk)
        monkeypatch.setattr(relay, "LEASE", datetime.timedelta(seconds=10))
        (second,) = relay.claim(LABEL, message.organization_id, message.pk)
        taken, tries, mine = lease_of(message), [], relay._mine
        monkeypatch.setattr(relay, "_mine", lambda row: tries.append(row) or mine(row))

        with relay.kept(slow):
            wait.until(lambda: len(tries) > 2, within=5, why="it tried to extend the lease")

        assert second.owner != slow.owner
        assert lease_of(message) == taken
