"""What an endpoint answers, what becomes of a call, in which order calls go, and how one is sent once more."""

import datetime
import email.utils

import pytest

from notifications.actions import webhook_calls, webhooks
from notifications.models import Webhook, WebhookAttempt, WebhookCall
from tenants import context, relay
from tenants.context import tenant
from tenants.errors import NotAllowed
from tenants.models import Event
from tenants.states import DeliveryState
from tests.factories import WebhookFactory
from tests.support.sinks import BREAKS_OFF, Reply
from tests.support.webhooks import LABEL, again, announce, calls, submit
from workorder.actions import orders

pytestmark = pytest.mark.django_db


@pytest.fixture
def sink(mock_external_services):
    return mock_external_services.web


@pytest.fixture
def endpoint(world, sink):
    """North's endpoint, which wants to hear of orders, and its secret."""
    return WebhookFactory(organization=world.north, url=f"{sink.url}/hook", kinds=["workorder.submitted"])


class TestAnswers:
    """What an endpoint answers, and what becomes of the call."""

    @pytest.fixture
    def call(self, world, endpoint):
        submit(world)
        announce(world)
        return calls(world)[0]

    @pytest.mark.parametrize("answer", [400, 401, 404, 408, 422, 425, 500, 502, 302, Reply(429), Reply(503)])
    def test_what_was_not_taken_is_tried_again(self, world, call, sink, answer):
        """Also a 4xx: endpoints are mended, and what was refused before is welcome after."""
        sink.script(answer, 204)

        row = again(world, call)
        assert (row.state, row.failures) == (DeliveryState.PENDING, 1)

        assert again(world, row).state == DeliveryState.DONE
        assert len({arrived.headers["webhook-id"] for arrived in sink.arrived}) == 1

    def test_endpoint_that_is_gone_is_turned_off(self, world, call, sink):
        sink.script(410)

        row = again(world, call)

        with tenant(world.north):
            assert (row.state, Webhook.objects.get(pk=call.webhook_id).active) == (DeliveryState.DEAD, False)
        assert "410" in row.error

    @pytest.mark.parametrize("status", [429, 503])
    @pytest.mark.parametrize("as_date", [False, True], ids=["seconds", "date"])
    def test_wish_for_a_pause_is_kept_to(self, frozen_clock, world, call, sink, status, as_date):
        """It is no failure, and holds for whatever else there is to send."""
        until = context.now().replace(microsecond=0) + datetime.timedelta(minutes=2)
        wish = email.utils.format_datetime(until, usegmt=True) if as_date else "120"
        sink.script(Reply(status, (("Retry-After", wish),)))

        row = again(world, call)
        with tenant(world.north):
            webhook = Webhook.objects.get(pk=call.webhook_id)

        assert (row.state, row.failures, webhook.failures_in_a_row) == (DeliveryState.PENDING, 0, 0)
        assert row.run_after.replace(microsecond=0) == until
        assert webhook.silent_until == row.run_after

    def test_endless_wish_is_a_day(self, frozen_clock, world, call, sink):
        sink.script(Reply(503, (("Retry-After", "Fri, 31 Dec 9999 23:59:59 GMT"),)))

        assert again(world, call).run_after == context.now() + datetime.timedelta(hours=24)

    @pytest.mark.parametrize("wish", ["soon", "-5", "", "١٢", "99999999999999999999"])
    def test_senseless_wish_is_none(self, world, call, sink, wish):
        sink.script(Reply(429, (("Retry-After", wish.encode().decode("latin-1")),)))

        row = again(world, call)

        assert row.state == DeliveryState.PENDING
        assert row.run_after <= context.now() + datetime.timedelta(hours=24, minutes=1)

    def test_taken_and_not_said_is_sent_again_under_the_same_id(self, world, call, sink):
        """The one duplicate there can be, and the id is how a receiver tells."""
        sink.script(BREAKS_OFF, 204)

        again(world, again(world, call))

        first, second = sink.arrived
        assert (first.headers["webhook-id"], first.body) == (second.headers["webhook-id"], second.body)

    def test_every_try_is_in_the_log(self, world, call, sink):
        sink.script(Reply(500, (), b"out of paper"), 204)

        again(world, again(world, call))

        with tenant(world.north):
            tries = list(
                WebhookAttempt.objects.order_by("tried_at", "pk").values_list("http_status", "answer", "error")
            )
        assert tries == [(500, "out of paper", "The endpoint answered 500."), (204, "", "")]

    def test_given_up_after_three_days(self, world, call, sink):
        sink.script()
        with tenant(world.north):
            long_ago = context.now() - datetime.timedelta(days=3, seconds=1)
            WebhookCall.objects.filter(pk=call.pk).update(asked_at=long_ago)

        assert again(world, call).state == DeliveryState.DEAD

    def test_address_that_became_private_is_dead_at_once(self, world, call, settings):
        """Its name may have been moved into the house after it was written down."""
        settings.OUTBOUND_ALLOW = []

        row = again(world, call)

        assert (row.state, row.error) == (DeliveryState.DEAD, "Permanent: This address is not a public one.")

    def test_endpoint_turned_off_meanwhile_is_not_called(self, world, call, sink):
        with tenant(world.north):
            webhooks.edit(call.webhook, by=world.ada, active=False)

        row = again(world, call)

        assert (row.state, row.error, sink.arrived) == (DeliveryState.SUPPRESSED, "The endpoint is turned off.", [])

    def test_endpoint_taken_away_takes_its_calls_along(self, world, call, sink):
        with tenant(world.north):
            webhooks.remove(call.webhook, by=world.ada)

        assert relay.run(LABEL, world.north, call.pk) is False
        assert (sink.arrived, calls(world)) == ([], [])


class TestOrder:
    """Events of one thing arrive in the order of its versions (R16)."""

    @pytest.fixture
    def two(self, world, sink):
        """Two changes of one order, both to be called."""
        WebhookFactory(
            organization=world.north, url=f"{sink.url}/hook", kinds=["workorder.submitted", "workorder.approved"]
        )
        order = submit(world)
        with tenant(world.north):
            orders.approve(order, by=world.bea)
        announce(world)
        return calls(world)

    def test_later_version_waits_for_the_earlier_one(self, world, two, sink):
        first, second = two
        sink.script(500, 204, 204)
        again(world, first)

        waiting = again(world, second)
        assert (waiting.state, waiting.failures) == (DeliveryState.PENDING, 0)
        assert "goes first" in waiting.error

        again(world, first)
        assert again(world, second).state == DeliveryState.DONE
        kinds = [arrived.said["kind"] for arrived in sink.arrived]
        assert kinds == ["workorder.submitted", "workorder.submitted", "workorder.approved"]

    def test_earlier_version_that_is_not_announced_yet_is_waited_for(self, world, sink, celery_burst):
        """Two workers may announce two versions the wrong way round."""
        WebhookFactory(organization=world.north, url=f"{sink.url}/hook")
        order = submit(world)
        celery_burst.relay()
        with tenant(world.north):
            last = Event.objects.about(order).first()
            webhook_calls.expect(last)

        row = again(world, calls(world)[0])

        assert (row.state, sink.arrived) == (DeliveryState.PENDING, [])

    def test_another_thing_does_not_wait(self, world, two, sink):
        sink.script(500, 204)
        again(world, two[0])
        submit(world)
        announce(world)

        assert again(world, calls(world)[-1]).state == DeliveryState.DONE


class TestReplay:
    """What was not taken can be sent once more by hand."""

    def dead(self, world, endpoint):
        with tenant(world.north):
            event = Event.objects.order_by("pk").first()
            call = WebhookCall.objects.create(webhook=endpoint, event=event, state=DeliveryState.DEAD)
            WebhookCall.objects.filter(pk=call.pk).update(
                asked_at=context.now() - datetime.timedelta(days=9), attempts=5, failures=5, error="500"
            )
        return call

    def test_dead_call_gets_another_life_under_its_id(self, world, endpoint, sink):
        call = self.dead(world, endpoint)
        with tenant(world.north):
            webhooks.replay(call, by=world.ada)

        relay.run(LABEL, world.north, call.pk)

        assert sink.arrived[0].headers["webhook-id"] == str(call.pk)
        assert calls(world)[0].state == DeliveryState.DONE

    def test_what_is_on_its_way_needs_none(self, world, endpoint):
        call = self.dead(world, endpoint)
        with tenant(world.north):
            webhooks.replay(call, by=world.ada)
            with pytest.raises(NotAllowed, match="still being tried"):
                webhooks.replay(call, by=world.ada)

    def test_nothing_is_replayed_to_what_is_turned_off(self, world, endpoint):
        call = self.dead(world, endpoint)
        with tenant(world.north):
            webhooks.edit(endpoint, by=world.ada, active=False)
            with pytest.raises(NotAllowed, match="turned off"):
                webhooks.replay(call, by=world.ada)
