"""A night in which nobody is disturbed: what is told meanwhile waits for the morning, and is told then."""

import datetime

import pytest

from notifications.actions import preferences
from notifications.models import Message
from notifications.queries.preferences import QUIET_HOURS
from notifications.states import Kind, Transport, Wanted
from tenants import relay
from tenants.context import tenant
from tenants.states import DeliveryState
from tests.factories import NotificationFactory

pytestmark = pytest.mark.django_db

EVENING = datetime.datetime(2026, 3, 16, 21, 30, tzinfo=datetime.UTC)  # half past ten in Berlin
MORNING = datetime.datetime(2026, 3, 17, 5, tzinfo=datetime.UTC)


@pytest.fixture
def night(world, frozen_clock):
    """Omar in Berlin sleeps from ten to six; it is half past ten."""
    with tenant(world.north):
        preferences.edit_schedule(
            by=world.omar,
            quiet_from=datetime.time(22),
            quiet_until=datetime.time(6),
            time_zone="Europe/Berlin",
        )
    frozen_clock.move_to(EVENING)
    return frozen_clock


def told(world, **said):
    entry = NotificationFactory(organization=world.north, recipient=world.omar, **said)
    with tenant(world.north):
        return Message.objects.select_related("notification").get(notification=entry, transport=Transport.EMAIL)


def as_it_is(world, message):
    with tenant(world.north):
        return Message.objects.get(pk=message.pk)


class TestQuietHours:
    def test_mail_waits_for_the_morning_and_says_why(self, world, night, mailoutbox):
        message = told(world)
        relay.drain(world.north)
        at_night = list(mailoutbox)
        night.move_to(MORNING)
        relay.drain(world.north)

        assert (message.run_after, message.held_because, at_night) == (MORNING, QUIET_HOURS, [])
        assert (len(mailoutbox), as_it_is(world, message).state) == (1, DeliveryState.DONE)

    def test_inbox_has_it_at_once(self, world, night):
        message = told(world)

        assert message.notification.created_at == EVENING

    def test_urgent_breaks_through(self, world, night, mailoutbox):
        told(world, urgent=True)
        relay.drain(world.north)

        assert len(mailoutbox) == 1

    def test_urgent_waits_as_well_if_the_member_wants_that(self, world, night, mailoutbox):
        with tenant(world.north):
            preferences.edit_schedule(by=world.omar, urgent_breaks_through=False)

        message = told(world, urgent=True)
        relay.drain(world.north)

        assert (message.run_after, mailoutbox) == (MORNING, [])

    def test_mail_that_could_not_go_in_the_evening_does_not_go_at_night(self, world, night, mailoutbox):
        """Decided at nine, tried again at half past ten: asked again, it waits. That is no failure."""
        night.move_to(EVENING - datetime.timedelta(hours=2))
        message = told(world)
        night.move_to(EVENING)

        relay.drain(world.north)

        held = as_it_is(world, message)
        assert (held.state, held.run_after, held.failures, mailoutbox) == (DeliveryState.PENDING, MORNING, 0, [])
        assert held.error == QUIET_HOURS

    def test_who_moves_to_another_zone_takes_the_night_along(self, world, night):
        with tenant(world.north):
            preferences.edit_schedule(by=world.omar, time_zone="America/New_York")

        assert told(world).run_after == EVENING

    def test_digest_comes_after_the_night(self, world, night):
        """Every hour, but not at eleven."""
        with tenant(world.north):
            preferences.edit_schedule(by=world.omar, digest="hourly")
            cell = {"kind": Kind.TASK_ASSIGNED, "transport": Transport.EMAIL, "wanted": Wanted.DIGEST}
            preferences.choose([cell], by=world.omar)

        message = told(world)

        assert (message.state, message.run_after) == (DeliveryState.PARKED, MORNING)

    def test_urgent_does_not_wait_for_a_digest(self, world, night):
        with tenant(world.north):
            cell = {"kind": Kind.TASK_ASSIGNED, "transport": Transport.EMAIL, "wanted": Wanted.DIGEST}
            preferences.choose([cell], by=world.omar)

        message = told(world, urgent=True)

        assert (message.state, message.digest_id, message.run_after) == (DeliveryState.PENDING, None, EVENING)

    def test_the_night_in_which_clocks_go_forward_is_an_hour_shorter(self, world, night):
        """On 29 March 2026 Berlin's six o'clock is four in London's winter."""
        night.move_to(datetime.datetime(2026, 3, 28, 22, tzinfo=datetime.UTC))

        assert told(world).run_after == datetime.datetime(2026, 3, 29, 4, tzinfo=datetime.UTC)
