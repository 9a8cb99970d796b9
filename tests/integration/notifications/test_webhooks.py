"""Other programs hear of events by a signed POST: each once per id, in order, for three days, and never twice by us."""

import base64
import datetime
import hashlib
import hmac
import json
import runpy
import time
from pathlib import Path

import pytest

from notifications.actions import webhook_calls, webhooks
from notifications.models import Webhook, WebhookAttempt, WebhookCall
from notifications.queries.webhooks import ANNOUNCER
from notifications.transports import webhook as transport
from tenants import context, relay
from tenants.actions import departments
from tenants.context import tenant
from tenants.errors import Invalid, NotAllowed
from tenants.models import Delivery, Event, ScheduledRun
from tenants.states import DeliveryState
from tests.factories import DepartmentFactory, ScheduledRunFactory, WebhookFactory, WorkOrderFactory
from tests.support.sinks import BREAKS_OFF, Reply
from workorder.actions import orders

pytestmark = pytest.mark.django_db

LABEL = "notifications.webhookcall"
SAMPLE = Path("notifications/templates/notifications/verify.py.txt")


@pytest.fixture
def sink(mock_external_services):
    return mock_external_services.web


@pytest.fixture
def endpoint(world, sink):
    """North's endpoint, which wants to hear of orders, and its secret."""
    return WebhookFactory(organization=world.north, url=f"{sink.url}/hook", kinds=["workorder.submitted"])


def submit(world):
    with tenant(world.north):
        order = WorkOrderFactory(organization=world.north, at="draft")
        return orders.submit(order, by=world.pia)


def announce(world):
    """Number what happened in north and announce it. Nobody else reacts: whom it is about is not asked here."""
    while relay.relay(world.north):
        pass
    with tenant(world.north):
        due = Delivery.objects.filter(state=DeliveryState.PENDING, subscriber=ANNOUNCER).order_by("event__position")
        ids = list(due.values_list("pk", flat=True))
    for pk in ids:
        relay.run(relay.DELIVERY, world.north, pk)


def deliver(world):
    """Let every call that follows from what happened be made."""
    announce(world)
    for call in calls(world):
        relay.run(LABEL, world.north, call.pk)


def calls(world):
    with tenant(world.north):
        return list(WebhookCall.objects.order_by("pk"))


def again(world, call):
    """Run a call as the relay would when its time has come; answers the row as it is then."""
    with tenant(world.north):
        WebhookCall.objects.filter(pk=call.pk).update(run_after=context.now())
    relay.run(LABEL, world.north, call.pk)
    with tenant(world.north):
        return WebhookCall.objects.get(pk=call.pk)


class TestTelling:
    """What is sent, to whom, and how they know that it was us."""

    def test_endpoint_hears_what_happened(self, world, endpoint, sink, settings):
        settings.SITE_URL = "https://floor.example/"
        order = submit(world)

        deliver(world)

        said = sink.arrived[0].said
        assert (sink.arrived[0].path, said["kind"]) == ("/hook", "workorder.submitted")
        assert said["subject"] == {"type": "workorder", "id": str(order.pk), "version": order.version}
        assert said["actor"] == {"id": str(world.pia.pk), "name": world.pia.name}
        assert (said["organization"], type(said["position"])) == (str(world.north.pk), int)
        assert said["url"] == f"https://floor.example/work-orders/{order.pk}/"
        assert [call.state for call in calls(world)] == [DeliveryState.DONE]

    def test_id_is_the_calls_and_the_signature_covers_id_time_and_body(self, world, endpoint, sink):
        submit(world)
        deliver(world)

        arrived = sink.arrived[0]
        call_id, at = arrived.headers["webhook-id"], arrived.headers["webhook-timestamp"]
        key = base64.b64decode(endpoint.secret.removeprefix("whsec_"))
        expected = hmac.new(key, f"{call_id}.{at}.".encode() + arrived.body, hashlib.sha256).digest()
        assert arrived.headers["webhook-signature"] == f"v1,{base64.b64encode(expected).decode()}"
        assert call_id == str(calls(world)[0].pk)
        assert abs(int(at) - time.time()) < 60

    def test_signature_is_that_of_standard_webhooks(self):
        """The example of their specification."""
        signed = transport.signature(
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            "1614265330",
            b'{"test": 2432232314}',
        )

        assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="

    def test_sample_for_receivers_works(self, world, endpoint, sink):
        """It is shown on the page of every endpoint; people copy it."""
        is_ours = runpy.run_path(str(SAMPLE))["is_ours"]
        submit(world)
        deliver(world)
        arrived = sink.arrived[0]

        assert SAMPLE.read_text() in Path("docs/webhooks.md").read_text()
        assert is_ours(endpoint.secret, arrived.headers, arrived.body)
        assert not is_ours(endpoint.secret, arrived.headers, arrived.body + b" ")
        assert not is_ours("whsec_b3RoZXI=", arrived.headers, arrived.body)
        assert not is_ours(endpoint.secret, arrived.headers | {"webhook-id": "another"}, arrived.body)
        assert not is_ours(endpoint.secret, arrived.headers | {"webhook-timestamp": "1614265330"}, arrived.body)

    def test_kinds_that_were_not_chosen_are_not_sent(self, world, endpoint, sink):
        with tenant(world.north):
            webhooks.edit(endpoint, by=world.ada, kinds=["workorder.released"])
        submit(world)

        deliver(world)

        assert (sink.arrived, calls(world)) == ([], [])

    def test_without_kinds_everything_is_sent(self, world, endpoint, sink):
        with tenant(world.north):
            webhooks.edit(endpoint, by=world.ada, kinds=[])
        submit(world)

        deliver(world)

        assert {"workorder.created", "workorder.submitted"} <= {arrived.said["kind"] for arrived in sink.arrived}

    def test_another_organization_hears_nothing(self, world, endpoint, sink, celery_burst):
        with tenant(world.south):
            orders.submit(WorkOrderFactory(organization=world.south, at="draft"), by=world.zoe)

        celery_burst.until_quiet()

        assert sink.arrived == []

    def test_announced_twice_is_one_call(self, world, endpoint, celery_burst):
        """A delivery may run twice; the call is unique per endpoint and event."""
        submit(world)
        celery_burst.relay()
        with tenant(world.north):
            event = Event.objects.filter(kind="workorder.submitted").last()
            webhook_calls.expect(event)
            webhook_calls.expect(event)

        assert len(calls(world)) == 1

    def test_test_reaches_the_tested_one_alone_whatever_it_chose(self, world, endpoint, sink):
        WebhookFactory(organization=world.north, url=f"{sink.url}/other")
        with tenant(world.north):
            webhooks.try_out(endpoint, by=world.ada)

        deliver(world)

        tests = [arrived for arrived in sink.arrived if arrived.said["kind"] == "webhook.tested"]
        assert [arrived.path for arrived in tests] == ["/hook"]

    def test_no_secret_is_in_what_is_sent_or_kept(self, world, endpoint, sink):
        with tenant(world.north):
            _, secret = webhooks.rotate_secret(endpoint, by=world.ada)
            webhooks.edit(endpoint, by=world.ada, kinds=[])
            webhooks.try_out(endpoint, by=world.ada)

        deliver(world)

        sent = b"".join(arrived.body for arrived in sink.arrived).decode()
        with tenant(world.north):
            kept = json.dumps(list(WebhookAttempt.objects.values("headers", "answer", "error")))
        assert sink.arrived
        assert not any(word in sent + kept for word in (secret, endpoint.secret, "whsec_", "webhook-signature"))


class TestSecrets:
    """A secret can be changed without a minute in which nothing gets through."""

    def test_for_a_day_both_sign(self, world, endpoint, sink, frozen_clock):
        with tenant(world.north):
            _, new = webhooks.rotate_secret(endpoint, by=world.ada)
        submit(world)
        deliver(world)

        assert signers(sink.arrived[-1], endpoint.secret, new) == {endpoint.secret, new}

    def test_after_a_day_the_new_one_alone(self, world, endpoint, sink, frozen_clock):
        with tenant(world.north):
            _, new = webhooks.rotate_secret(endpoint, by=world.ada)
        frozen_clock.shift(hours=25)
        submit(world)
        deliver(world)

        assert signers(sink.arrived[-1], endpoint.secret, new) == {new}


def signers(arrived, *secrets):
    given = arrived.headers["webhook-signature"].split()
    call_id, at = arrived.headers["webhook-id"], arrived.headers["webhook-timestamp"]
    found = {secret for secret in secrets if transport.signature(secret, call_id, at, arrived.body) in given}
    assert len(found) == len(given)
    return found


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
    @pytest.mark.parametrize("wish", ["120", "Mon, 03 Mar 2031 08:02:00 GMT"])
    def test_wish_for_a_pause_is_kept_to(self, world, call, sink, frozen_clock, status, wish):
        """It is no failure, and holds for whatever else there is to send."""
        if wish == "120":
            frozen_clock.shift(seconds=0)
        sink.script(Reply(status, (("Retry-After", wish),)))

        row = again(world, call)
        with tenant(world.north):
            webhook = Webhook.objects.get(pk=call.webhook_id)

        pause = row.run_after - context.now()
        assert (row.state, row.failures, webhook.failures_in_a_row) == (DeliveryState.PENDING, 0, 0)
        assert datetime.timedelta(seconds=1) <= pause <= datetime.timedelta(hours=24)
        assert webhook.silent_until == row.run_after

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


class TestLog:
    def test_old_calls_go_and_dead_ones_stay(self, world, endpoint):
        """The dead wait for somebody to look at them."""
        with tenant(world.north):
            events = list(Event.objects.order_by("pk")[:4])
            old = context.now() - datetime.timedelta(days=31)
            states = [DeliveryState.DONE, DeliveryState.DONE, DeliveryState.DEAD, DeliveryState.PENDING]
            for number, (event, state) in enumerate(zip(events, states, strict=True)):
                done = {"done_at": old} if state == DeliveryState.DONE else {}
                call = WebhookCall.objects.create(webhook=endpoint, event=event, state=state, **done)
                WebhookAttempt.objects.create(call=call, http_status=200)
                if number:
                    WebhookCall.objects.filter(pk=call.pk).update(asked_at=old)
        run = ScheduledRunFactory(organization=world.north)

        assert isinstance(run, ScheduledRun)
        assert webhook_calls.forget(run) == {"calls": 1}
        assert len(calls(world)) == 3


class TestAddresses:
    @pytest.mark.parametrize(
        "url", ["http://127.0.0.1/", "https://localhost/", "https://10.0.0.1/", "ftp://a.example/"]
    )
    def test_private_address_is_refused_by_its_field(self, world, url):
        with tenant(world.north), pytest.raises(Invalid) as refusal:
            webhooks.create(by=world.ada, name="ERP", url=url)

        assert [problem.field for problem in refusal.value.problems] == ["url"]

    def test_departments_are_heard_of_too(self, world, sink):
        """A kind that nobody announces is none an endpoint can choose; those it can choose are sent."""
        with tenant(world.north):
            with pytest.raises(Invalid, match="no kind of event"):
                webhooks.create(by=world.ada, name="ERP", url="https://a.example/", kinds=["nothing.happened"])
            departments.edit(DepartmentFactory(organization=world.north), by=world.ada, name="Other")
        deliver(world)
        assert sink.arrived == []
