"""Each checker is told every kind of lie once, and must say so: one that finds nothing proves nothing.

The truth is made by the product itself, in this process; what is then taken away, added or turned round is the lie.
Where the product has a guard against it, the guard is taken out instead.
"""

import json
from dataclasses import replace
from types import SimpleNamespace
from unittest import mock

import pytest

from notifications import hub
from notifications.actions import webhooks
from notifications.models import WebhookCall
from notifications.queries import webhooks as queries
from notifications.transports import webhook as transport
from tenants import context, events, relay
from tenants.context import tenant
from tenants.ids import uuid7
from tenants.models import Department, Event
from tests.factories import (
    AdminFactory,
    MessageFactory,
    NotificationFactory,
    OrganizationFactory,
    WorkOrderFactory,
)
from tests.support import webhooks as walking
from tests.support.faults.calls import Calls
from tests.support.faults.checker import Checker
from tests.support.faults.frames import Frames
from tests.support.faults.receiving import KINDS, Receiver
from tests.support.faults.watching import Watcher

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def north():
    return OrganizationFactory(slug="north")


class TestChecker:
    """It compares what was promised with what there is; each lie is told to it once."""

    @pytest.fixture
    def submitted(self, north, look, history):
        """An order that a client made and submitted, as the history has it."""
        with context.acting(via="api", request_id="a"):
            order = WorkOrderFactory(organization=north, at="submitted")
        relay.relay(north)
        history.add("invoke", op="a", body={}, path="", client=0)
        history.add("ok", op="a", id=str(order.pk), version=order.version, ms=1.0, status=200)
        return order

    def test_truth_is_found_to_be_true(self, submitted, look, history):
        checker = Checker(look, history)

        assert [*checker.lost(), *checker.gaps(), *checker.stale_rows(), *checker.positions()] == []

    def test_acknowledged_but_not_there_is_lost(self, submitted, look, history):
        history.add("invoke", op="b", body={}, path="", client=0)
        history.add("ok", op="b", id=str(submitted.pk), version=submitted.version, ms=1.0, status=200)

        assert list(Checker(look, history).lost()) == ["b was acknowledged, and nothing was written down of it"]

    def test_version_that_was_promised_and_is_not_there_is_lost(self, submitted, look, history):
        history.add("ok", op="a", id=str(submitted.pk), version=9, ms=1.0, status=200)

        assert list(Checker(look, history).lost()) == [f"{submitted.pk} was said to have version 9 and has 2"]

    @pytest.mark.parametrize(
        ("sql", "check"),
        [
            ("UPDATE workorder_workorder SET version = version + 1", "stale_rows"),
            ("DELETE FROM tenants_delivery WHERE subscriber LIKE 'notifications%'", "deliveries"),
            ("UPDATE tenants_event SET position = 99 WHERE position = 2", "positions"),
        ],
        ids=["version", "delivery", "position"],
    )  # fmt: skip
    def test_what_is_not_as_the_ledger_says_is_found(self, submitted, look, history, sql, check):
        with look.line() as line:
            line.execute("SET session_replication_role = replica")  # the guards against it sleep
            line.execute(sql)

        assert list(getattr(Checker(look, history), check)()) != []

    def test_message_that_nobody_made_is_missed(self, submitted, north, look, history):
        message = MessageFactory(organization=north)
        with look.line() as line:
            line.execute("DELETE FROM notifications_message WHERE id = %s", [message.pk])

        assert [line.split(" of ")[0] for line in Checker(look, history).messages()] == [
            "nobody decided about the mail"
        ]

    def test_change_that_nobody_asked_for_is_a_phantom(self, north, look, history):
        with tenant(north), context.acting(via="api", request_id="x"):
            events.record(Department.objects.create(code="A", name="A"), "department.created", by=None)

        assert [line.split(" changed ")[1] for line in Checker(look, history).phantom()] == [
            "under x, which nobody sent"
        ]


def dropped(arrived):
    arrived.pop()


def never_answered(arrived):
    arrived[-1] = replace(arrived[-1], is_answered=False)


def in_other_words(arrived):
    arrived.append(replace(arrived[-1], body=said_again(arrived[-1], url="https://elsewhere.example/")))


def under_another_id(arrived):
    arrived.append(replace(arrived[-1], id=str(uuid7())))


def of_what_never_was(arrived):
    arrived.append(replace(arrived[-1], id=str(uuid7()), body=said_again(arrived[-1], id=str(uuid7()))))


def of_a_later_version(arrived):
    subject = arrived[-1].said["subject"]
    arrived[-1] = replace(arrived[-1], body=said_again(arrived[-1], subject=subject | {"version": 9}))


def by_somebody_else(arrived):
    arrived[-1] = replace(arrived[-1], is_signed=False)


def turned_round(arrived):
    arrived.reverse()


def once_more(arrived):
    arrived.append(arrived[-1])


def said_again(call, **otherwise):
    return json.dumps(call.said | otherwise, separators=(",", ":")).encode()


def endpoint(house, receiver):
    with tenant(house):
        _, secret = webhooks.create(by=None, name="Receiver", url=f"{receiver.url}/{house.slug}", kinds=list(KINDS))
    receiver.expect(house.slug, secret)


class TestCalls:
    """An endpoint heard of an order that was made, submitted and approved."""

    @pytest.fixture
    def receiver(self, settings):
        settings.OUTBOUND_ALLOW, settings.OUTBOUND_HTTP = ["127.0.0.1"], True
        with Receiver() as receiver:
            yield receiver

    @pytest.fixture
    def expected(self, north, receiver):
        """The order is on its way, and its calls are written down."""
        endpoint(north, receiver)
        WorkOrderFactory(organization=north, at="approved")
        walking.announce(SimpleNamespace(north=north))
        with tenant(north):
            return list(WebhookCall.objects.order_by("event__position"))

    @pytest.fixture
    def told(self, north, expected, receiver):
        for call in expected:
            relay.run(walking.LABEL, north.pk, call.pk)
        assert len(receiver.arrived) == len(expected) == 3
        return receiver

    def test_truth_is_found_to_be_true(self, look, told):
        assert Calls(look, told).findings() == []

    @pytest.mark.parametrize(
        ("lie", "found"),
        [
            (dropped, {"lost", "log"}),
            (never_answered, {"lost", "log"}),
            (in_other_words, {"doubled", "again"}),
            (under_another_id, {"doubled", "order", "log"}),
            (of_what_never_was, {"phantom", "order", "log"}),
            (of_a_later_version, {"phantom"}),
            (by_somebody_else, {"forged"}),
            (turned_round, {"order"}),
            (once_more, {"again"}),
        ],
        ids=["dropped", "unanswered", "words", "id", "phantom", "version", "signature", "order", "copy"],
    )
    def test_each_lie_is_found(self, look, told, lie, found):
        lie(told.arrived)

        assert {line.split(":")[0] for line in Calls(look, told).findings()} == found

    def test_copy_is_allowed_to_come_of_a_kill(self, look, told):
        once_more(told.arrived)

        assert Calls(look, told, kills=1).findings() == []

    def test_signature_with_another_secret_is_none(self, north, look, expected, receiver):
        """The receiver's own look at what came, not what the sender says of it."""
        receiver.expect("north", transport.new_secret())
        for call in expected:
            relay.run(walking.LABEL, north.pk, call.pk)

        assert [line.split(":")[0] for line in Calls(look, receiver).findings()] == ["forged"] * 3

    @pytest.fixture
    def hung_up_on(self, north, look, settings):
        """The receiver takes the first call without an answer, and gets it again."""
        settings.OUTBOUND_ALLOW, settings.OUTBOUND_HTTP = ["127.0.0.1"], True

        def hung_up_on():
            world = SimpleNamespace(north=north)
            with Receiver(breaks_off_every=1) as receiver:
                endpoint(north, receiver)
                WorkOrderFactory(organization=north, at="draft")
                walking.deliver(world)
                for call in walking.calls(world):
                    walking.again(world, call)
                return Calls(look, receiver).findings()

        return hung_up_on

    def test_hung_up_on_it_comes_again_under_its_id(self, hung_up_on):
        assert hung_up_on() == []

    def test_control_with_an_id_for_each_try_it_is_taken_for_another(self, hung_up_on):
        def headers_of(call, body):
            return with_the_calls_id(SimpleNamespace(pk=uuid7(), webhook=call.webhook), body)

        with_the_calls_id = transport.headers_of
        with mock.patch.object(transport, "headers_of", headers_of):
            found = {line.split(":")[0] for line in hung_up_on()}

        assert "doubled" in found

    @pytest.fixture
    def backwards(self, north, look, expected, receiver):
        """Workers hear of the calls in the wrong order, the newest first, as often as it takes."""

        def backwards():
            for _ in expected:
                for call in reversed(expected):
                    walking.again(SimpleNamespace(north=north), call)
            return Calls(look, receiver).findings()

        return backwards

    def test_calls_of_one_thing_wait_for_each_other(self, backwards):
        assert backwards() == []

    def test_control_without_waiting_they_come_in_any_order(self, backwards):
        with (
            mock.patch.object(queries, "before", side_effect=lambda call: WebhookCall.objects.none()),
            mock.patch.object(queries, "is_announced_before", return_value=False),
        ):
            found = backwards()

        assert {line.split(":")[0] for line in found} == {"order"}


def changed(event):
    return hub.Changed(
        subject=event.subject_type, id=event.subject_id, version=event.subject_version, position=event.position
    )


class TestFrames:
    """Somebody looked on while two orders went their way, one of them in another house."""

    @pytest.fixture
    def houses(self, north):
        south = OrganizationFactory(slug="south")
        for house in (north, south):
            WorkOrderFactory(organization=house, at="submitted")
            while relay.relay(house):
                pass
        return north, south

    @pytest.fixture
    def told(self, houses):
        """The id of somebody in north with one entry they have not read."""
        [north, _] = houses
        ada = AdminFactory(organization=north)
        NotificationFactory(organization=north, recipient=ada)
        return str(ada.pk)

    @pytest.fixture
    def frames(self, houses, told):
        """What a socket says of each house, in the order of positions; first, how much there is to read."""
        said = []
        for house in houses:
            with tenant(house):
                happened = Event.objects.filter(position__isnull=False).order_by("position")
                said.append([hub.Unread(count=1), *map(changed, happened)])
        return said

    @pytest.fixture
    def watched(self, look, told):
        def watched(frames):
            watcher = Watcher("north", told, 0, "", None)
            for frame in frames:
                watcher._frame(None, frame.text().encode())
            return Frames(look, [watcher])

        return watched

    def test_truth_is_found_to_be_true(self, frames, watched):
        [here, _] = frames

        assert watched(here).findings() == []

    def test_what_comes_again_is_dropped_and_counted(self, frames, watched):
        [here, _] = frames
        seen = watched([*here, *here[-1:]])

        assert (seen.findings(), seen.figures()["frames again"]) == ([], 1)

    def test_lost_frame_is_found(self, frames, watched):
        [here, _] = frames
        thing = here[-1].id

        assert watched(here[:-1]).findings() == [
            f"lost: watcher 0 of north knows version 1 of {thing}, which has 2",
        ]

    def test_count_that_is_not_told_is_found(self, frames, watched):
        [here, _] = frames

        assert watched(here[1:]).findings() == ["unread: watcher 0 of north counts 0 unread, and there are 1"]

    def test_older_version_after_a_newer_is_found(self, frames, watched):
        [here, _] = frames

        assert [line.split(":")[0] for line in watched([*here, here[-2]]).findings()] == ["backwards"]

    def test_frame_of_another_house_is_found(self, frames, watched):
        [here, there] = frames

        assert [line.split(":")[0] for line in watched([*here, there[-1]]).findings()] == ["phantom"]

    def test_frame_of_what_never_was_is_found(self, frames, watched):
        [here, _] = frames
        ahead = here[-1].model_copy(update={"version": 9})

        assert [line.split(":")[0] for line in watched([*here, ahead]).findings()] == ["lost", "phantom"]
