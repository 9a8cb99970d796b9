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
from notifications.models import WebhookAttempt, WebhookCall
from notifications.transports import webhook as transport
from tenants import context
from tenants.actions import departments
from tenants.context import tenant
from tenants.errors import Invalid
from tenants.models import Event, ScheduledRun
from tenants.states import DeliveryState
from tests.factories import DepartmentFactory, ScheduledRunFactory, WebhookFactory, WorkOrderFactory
from tests.support.webhooks import calls, deliver, submit
from workorder.actions import orders

pytestmark = pytest.mark.django_db

SAMPLE = Path("notifications/templates/notifications/verify.py.txt")


@pytest.fixture
def sink(mock_external_services):
    return mock_external_services.web


@pytest.fixture
def endpoint(world, sink):
    """North's endpoint, which wants to hear of orders, and its secret."""
    return WebhookFactory(organization=world.north, url=f"{sink.url}/hook", kinds=["workorder.submitted"])


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
