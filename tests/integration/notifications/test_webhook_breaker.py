"""A broken endpoint is left alone by all workers together, tried by one, and welcomed back at once."""

import datetime

import pytest

from notifications.actions import webhook_calls, webhooks
from notifications.models import Webhook, WebhookAttempt, WebhookCall
from tenants import context, relay
from tenants.context import tenant
from tenants.errors import NotYet
from tenants.models import Event
from tenants.states import DeliveryState
from tests.factories import WebhookFactory

pytestmark = pytest.mark.django_db

LABEL = "notifications.webhookcall"


@pytest.fixture
def sink(mock_external_services):
    return mock_external_services.web


@pytest.fixture
def endpoint(world, sink):
    return WebhookFactory(organization=world.north, url=f"{sink.url}/hook")


@pytest.fixture
def queue(frozen_clock, world, endpoint):
    """Eight calls of one endpoint about eight different things."""
    with tenant(world.north):
        first = {event.subject_id: event for event in Event.objects.order_by("-subject_version")}
        chosen = list(first.values())[:8]
        assert len(chosen) == 8
        return [WebhookCall.objects.create(webhook=endpoint, event=event) for event in chosen]


def run(world, call):
    """Let a call be due, run it, and answer it as it is then."""
    with tenant(world.north):
        WebhookCall.objects.filter(pk=call.pk).update(run_after=context.now())
    relay.run(LABEL, world.north, call.pk)
    with tenant(world.north):
        return WebhookCall.objects.get(pk=call.pk)


def health(world, endpoint):
    with tenant(world.north):
        return Webhook.objects.get(pk=endpoint.pk)


def broken(world, sink, queue, *, failures=5):
    """Let the endpoint fail so often in a row."""
    sink.script(*[500] * failures)
    for number in range(failures):
        run(world, queue[number % len(queue)])


class TestOpening:
    def test_four_failures_are_not_enough(self, world, endpoint, sink, queue, frozen_clock):
        broken(world, sink, queue, failures=4)

        assert (health(world, endpoint).failures_in_a_row, health(world, endpoint).silent_until) == (4, None)

    def test_after_five_it_is_silent_for_a_minute(self, world, endpoint, sink, queue, frozen_clock):
        broken(world, sink, queue)

        assert health(world, endpoint).silent_until == context.now() + datetime.timedelta(minutes=1)

    def test_nothing_is_sent_while_it_is_silent(self, world, endpoint, sink, queue, frozen_clock):
        broken(world, sink, queue)

        row = run(world, queue[6])

        assert len(sink.arrived) == 5
        assert (row.state, row.failures, row.attempts) == (DeliveryState.PENDING, 0, 0)
        assert row.run_after == health(world, endpoint).silent_until

    def test_silence_grows_to_an_hour(self):
        minutes = [webhook_calls.silence_after(count).total_seconds() / 60 for count in range(5, 14)]

        assert minutes == [1, 2, 4, 8, 16, 32, 60, 60, 60]

    def test_calls_that_began_together_are_one_failure(self, world, endpoint, sink, queue, frozen_clock):
        """Eight threads that meet the same restart would otherwise close it for four minutes."""
        sink.script(*[500] * 5)
        ready = []
        with tenant(world.north):
            ready = [webhook_calls._ready(call) for call in queue[:5]]
        for call in ready:
            with tenant(world.north):
                webhook_calls._write_down(call, None, {}, "no answer", webhook_calls.Failed("no answer"))
        sink.script()

        assert health(world, endpoint).failures_in_a_row == 1

    def test_success_forgets_the_failures(self, world, endpoint, sink, queue, frozen_clock):
        sink.script(500, 500, 500, 500, 204, 500)
        for number in range(6):
            run(world, queue[number])

        assert health(world, endpoint).failures_in_a_row == 1


class TestHalfOpen:
    def test_one_alone_tries_when_the_silence_is_over(self, world, endpoint, sink, queue, frozen_clock):
        broken(world, sink, queue)
        frozen_clock.shift(minutes=1, seconds=1)
        with tenant(world.north):
            webhook_calls._ready(queue[6])

            with pytest.raises(NotYet):
                webhook_calls._ready(queue[7])

    def test_first_success_closes_it(self, world, endpoint, sink, queue, frozen_clock):
        broken(world, sink, queue)
        frozen_clock.shift(minutes=1, seconds=1)
        sink.script(204, 204)

        states = [run(world, call).state for call in queue[6:8]]

        assert states == [DeliveryState.DONE, DeliveryState.DONE]
        assert (health(world, endpoint).failures_in_a_row, health(world, endpoint).silent_until) == (0, None)

    def test_failure_of_the_one_doubles_the_silence(self, world, endpoint, sink, queue, frozen_clock):
        broken(world, sink, queue)
        frozen_clock.shift(minutes=1, seconds=1)
        sink.script(500)

        run(world, queue[6])

        assert health(world, endpoint).silent_until == context.now() + datetime.timedelta(minutes=2)

    @pytest.mark.parametrize("facts", [{"url": "https://new.example.com/"}, {"active": False}])
    def test_editing_it_wakes_it(self, world, endpoint, sink, queue, frozen_clock, facts):
        """Whoever has just mended the address does not wait for an hour."""
        broken(world, sink, queue)
        with tenant(world.north):
            webhooks.edit(endpoint, by=world.ada, **facts)

        assert (health(world, endpoint).failures_in_a_row, health(world, endpoint).silent_until) == (0, None)


class TestOthers:
    def test_another_endpoint_is_called_meanwhile(self, world, endpoint, sink, queue, frozen_clock):
        broken(world, sink, queue)
        other = WebhookFactory(organization=world.north, url=f"{sink.url}/other")
        sink.script(204)
        with tenant(world.north):
            call = WebhookCall.objects.create(webhook=other, event=queue[0].event)

        assert run(world, call).state == DeliveryState.DONE

    def test_waiting_is_not_counted_as_giving_up(self, world, endpoint, sink, queue, frozen_clock):
        """Three days are three days from when it was asked for, however it waited."""
        broken(world, sink, queue)
        frozen_clock.shift(hours=71)
        sink.script(204)
        assert run(world, queue[6]).state == DeliveryState.DONE
        sink.script()

        frozen_clock.shift(hours=2)
        assert run(world, queue[7]).state == DeliveryState.DEAD
        with tenant(world.north):
            assert not WebhookAttempt.objects.filter(call=queue[7]).exists()
