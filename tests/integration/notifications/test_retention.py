"""What is forgotten after half a year, and what is not."""

import datetime

import pytest

from notifications.actions import inbox, retention
from notifications.models import Cleared, Message, Notification, Occasion
from notifications.queries.conservation import figures
from tenants import context
from tenants.context import tenant
from tenants.models import Delivery, Event
from tenants.states import DeliveryState
from tests.factories import NotificationFactory, OccasionFactory, ScheduledRunFactory, WorkOrderFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def entry(world):
    """An entry of Omar's with its mail sent, and something that joined it."""
    told = NotificationFactory(organization=world.north, recipient=world.omar)
    OccasionFactory(organization=world.north, notification=told)
    sent(world, told)
    return told


@pytest.fixture
def forget(world, monkeypatch):
    """Let the job run so many days from now; answers its outcome."""

    def run(*, days):
        later = context.now() + datetime.timedelta(days=days)
        monkeypatch.setattr(retention.context, "now", lambda: later)
        outcome = retention.run(ScheduledRunFactory(organization=world.north))
        monkeypatch.undo()
        return outcome

    return run


def sent(world, told, state=DeliveryState.DONE):
    done_at = context.now() if state == DeliveryState.DONE else None
    with tenant(world.north):
        Message.objects.filter(notification=told).update(state=state, done_at=done_at)


def read(world, *entries):
    with tenant(world.north):
        for told in entries:
            inbox.read(told, by=world.omar)


def is_there(world, told):
    with tenant(world.north):
        return Notification.objects.filter(pk=told.pk).exists()


class TestEntries:
    def test_what_was_read_goes_with_all_that_hangs_on_it(self, world, entry, forget):
        read(world, entry)

        outcome = forget(days=181)

        assert outcome["entries"] == 1
        with tenant(world.north):
            assert not Message.objects.filter(notification=entry).exists()
            assert not Occasion.objects.filter(notification=entry).exists()
            assert Event.objects.filter(pk=entry.event_id).exists()

    def test_half_a_year_has_to_pass(self, world, entry, forget):
        read(world, entry)

        assert forget(days=179)["entries"] == 0
        assert is_there(world, entry)

    def test_the_deployment_says_how_long(self, world, entry, forget, settings):
        settings.KEEP_NOTIFICATIONS_DAYS = 10
        read(world, entry)

        assert forget(days=11)["entries"] == 1

    def test_unread_is_kept_for_ever(self, world, entry, forget):
        """Nobody has seen it: it is nobody's to forget."""
        forget(days=2000)

        assert is_there(world, entry)

    def test_archived_unread_goes(self, world, entry, forget):
        with tenant(world.north):
            inbox.archive(entry, by=world.omar)

        forget(days=181)

        assert not is_there(world, entry)

    @pytest.mark.parametrize("state", [DeliveryState.PENDING, DeliveryState.PARKED, DeliveryState.DEAD])
    def test_what_is_not_over_is_not_touched(self, world, entry, forget, state):
        """A dead message may be replayed, a parked one is still to come."""
        read(world, entry)
        sent(world, entry, state)

        assert forget(days=2000)["entries"] == 0
        assert is_there(world, entry)


class TestAmounts:
    def test_counts_are_conserved(self, world, entry, forget):
        read(world, entry)
        with tenant(world.north):
            before = figures()

        forget(days=181)

        with tenant(world.north):
            after = figures()
            assert Cleared.objects.filter(label="messages").exists()
        assert (after["messages"], after["entries"]) == (before["messages"], before["entries"])
        assert after["messages"]["missing"] == 0

    def test_some_at_a_time_until_all_are_gone(self, world, forget, monkeypatch):
        monkeypatch.setattr(retention, "AT_ONCE", 2)
        told = NotificationFactory.create_batch(5, organization=world.north, recipient=world.omar)
        for one in told:
            sent(world, one)
        read(world, *told)

        assert forget(days=181)["entries"] == 5

    def test_a_run_ends_and_the_next_goes_on(self, world, forget, monkeypatch):
        monkeypatch.setattr(retention, "AT_ONCE", 2)
        monkeypatch.setattr(retention, "MOST", 4)
        told = NotificationFactory.create_batch(5, organization=world.north, recipient=world.omar)
        for one in told:
            sent(world, one)
        read(world, *told)

        assert [forget(days=181)["entries"], forget(days=181)["entries"]] == [4, 1]

    def test_a_neighbours_entries_are_the_neighbours(self, world, entry, forget):
        forget(days=2000)

        with tenant(world.south):
            assert Notification.objects.filter(pk=world.zoe_notification.pk).exists()


class TestDeliveries:
    def test_done_ones_go_after_a_month_and_are_remembered_as_a_number(self, world, forget, celery_burst):
        WorkOrderFactory(organization=world.north)
        celery_burst.relay()
        while celery_burst.step(world.north):
            pass
        with tenant(world.north):
            before, events = figures()["deliveries"], Event.objects.count()
            done = Delivery.objects.filter(state=DeliveryState.DONE).count()

        early, outcome = forget(days=29), forget(days=31)

        assert (early["deliveries"], outcome["deliveries"]) == (0, done)
        with tenant(world.north):
            assert figures()["deliveries"] == before
            assert Event.objects.count() == events
