"""The bell is rung once, after the commit and only then; what it wakes is never what the change depends on."""

import logging
import time

import pytest
from django.db import transaction

from tenants import doorbell, events
from tenants.context import tenant
from tests.factories import DepartmentFactory

pytestmark = pytest.mark.django_db


def something_happens(world, times=1):
    for _ in range(times):
        department = DepartmentFactory(organization=world.north)
        with tenant(world.north):
            events.record(department, "department.created", by=world.ada)


class TestDoorbell:
    def test_the_bell_waits_for_the_commit(self, world, django_capture_on_commit_callbacks):
        """A relay woken before the commit looks, sees nothing, and goes back to sleep."""
        with django_capture_on_commit_callbacks(execute=True):
            something_happens(world)
            rung_before = doorbell.woken.is_set()

        assert (rung_before, doorbell.woken.is_set()) == (False, True)

    def test_many_events_ring_once(self, world, django_capture_on_commit_callbacks):
        with django_capture_on_commit_callbacks() as callbacks:
            something_happens(world, times=3)

        assert callbacks == [doorbell._answer]

    def test_a_rollback_rings_nobody(self, world, django_capture_on_commit_callbacks):
        """What did not happen is nobody's news."""
        with django_capture_on_commit_callbacks() as callbacks, pytest.raises(ZeroDivisionError), transaction.atomic():
            something_happens(world)
            raise ZeroDivisionError

        assert callbacks == []


@pytest.mark.django_db(transaction=True)
class TestAfterCommit:
    def test_what_fails_after_the_commit_fails_nobody(self, caplog):
        """The change is made: telling its author "500" would have them make it twice."""
        heard = []

        with caplog.at_level(logging.CRITICAL, logger="django.db.backends.base"), transaction.atomic():
            doorbell.after_commit(lambda: 1 / 0)
            doorbell.after_commit(lambda: heard.append("next"))

        assert heard == ["next"]


class TestBreaker:
    """A broker that is away is asked once, then left alone: nobody waits twice."""

    def test_without_a_broker_nothing_is_asked(self, settings):
        settings.REDIS_URL = ""

        assert doorbell.ring_worker("tenants.delivery", "organization", "row") is False

    def test_a_failure_silences_the_bell_for_a_while(self):
        breaker = doorbell.Breaker(silent_seconds=60)

        breaker.failed()

        assert breaker.is_open()

    def test_silence_ends(self, monkeypatch):
        breaker = doorbell.Breaker(silent_seconds=60)
        breaker.failed()
        later = time.monotonic() + 61

        monkeypatch.setattr(doorbell.time, "monotonic", lambda: later)

        assert not breaker.is_open()
