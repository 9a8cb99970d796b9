"""From a committed change to everybody who reacts to it: exactly once in the database, whatever dies on the way."""

import datetime

import pytest
from django.utils import timezone

from tenants import context, doorbell, events, relay
from tenants.actions import dead
from tenants.context import tenant
from tenants.errors import Permanent
from tenants.models import Delivery, Department, Event
from tenants.relay import numbering
from tests.factories import DepartmentFactory

pytestmark = pytest.mark.django_db

SEEN: list[str] = []
HERE = "tests.integration.celery.test_relay"


def note(event):
    """A subscriber that remembers, and leaves a row behind as its effect."""
    SEEN.append(event.kind)
    DepartmentFactory(organization=event.organization, code=f"E{event.position}")


def stumble(event):
    note(event)
    raise ConnectionError("the other side is away")


def refuse_for_ever(event):
    raise Permanent("no such address")


@pytest.fixture
def subscribe(settings):
    """Let `department.created` be heard by the named subscribers only."""
    SEEN.clear()

    def subscribe(*names):
        globals()["SUBSCRIPTIONS"] = {"department.created": [f"{HERE}.{name}" for name in names]}
        settings.SUBSCRIPTIONS = f"{HERE}.SUBSCRIPTIONS"

    return subscribe


@pytest.fixture
def happened(world):
    """One thing that happened in north, not yet relayed."""
    relay.drain_here(world.north)
    department = DepartmentFactory(organization=world.north)
    with tenant(world.north):
        return events.record(department, "department.created", by=world.ada)


def deliveries(world, event):
    with tenant(world.north):
        return list(Delivery.objects.filter(event=event).order_by("subscriber"))


class TestRelay:
    """Positions are consecutive, in the order of each subject's versions, and given once."""

    def test_an_event_gets_the_next_position_once(self, world, subscribe, happened):
        """A gap would make an offline client wait for something that never comes."""
        subscribe("note")
        with tenant(world.north):
            before = Event.objects.exclude(position=None).count()

        relay.relay(world.north)
        again = relay.relay(world.north)

        with tenant(world.north):
            assert Event.objects.get(pk=happened.pk).position == before + 1
        assert again == 0

    def test_versions_of_one_subject_keep_their_order_when_clocks_disagree(
        self, world, subscribe, happened, monkeypatch
    ):
        """The machine that wrote version 3 may be slow by a minute; version 3 still comes after 2."""
        subscribe()
        department = DepartmentFactory(organization=world.north)
        with tenant(world.north):
            for version, seconds in ((1, 0), (2, 60), (3, -60)):
                department.version = version
                moment = timezone.now() + datetime.timedelta(seconds=seconds)
                monkeypatch.setattr(context, "recorded_now", lambda moment=moment: moment)
                events.record(department, "department.created", by=None)

        relay.relay(world.north)

        with tenant(world.north):
            in_order = Event.objects.filter(subject_id=department.pk).order_by("position")
            assert list(in_order.values_list("subject_version", flat=True)) == [1, 2, 3]

    def test_an_earlier_version_that_the_batch_cut_off_comes_first(self, world, subscribe, happened, monkeypatch):
        """The slow machine's version 1 lies behind the limit; its version 2 may not be relayed before it."""
        subscribe("note")
        monkeypatch.setattr(numbering, "BATCH", 2)
        department = DepartmentFactory(organization=world.north)
        with tenant(world.north):
            for version, seconds in ((2, 60), (3, 120), (1, 180)):
                department.version = version
                moment = timezone.now() + datetime.timedelta(seconds=seconds)
                monkeypatch.setattr(context, "recorded_now", lambda moment=moment: moment)
                events.record(department, "department.created", by=None)

        rounds = [relay.relay(world.north) for _ in range(3)]

        with tenant(world.north):
            relayed = Event.objects.exclude(position=None).order_by("position")
            versions = list(relayed.filter(subject_id=department.pk).values_list("subject_version", flat=True))
            positions = list(relayed.values_list("position", flat=True))
        assert versions == [1, 2, 3]
        assert rounds == [3, 1, 0]
        assert positions == list(range(1, len(positions) + 1))

    def test_each_subscriber_gets_one_delivery(self, world, subscribe, happened):
        """One row each, so that one failing does not stop another."""
        subscribe("note", "stumble")

        relay.relay(world.north)

        assert [d.subscriber for d in deliveries(world, happened)] == [f"{HERE}.note", f"{HERE}.stumble"]


class TestDelivery:
    """The effect and its `done` are one commit."""

    def test_a_delivery_runs_once_however_often_it_is_looked_at(self, world, subscribe, happened):
        """A second message for the same row finds it done."""
        subscribe("note")
        relay.relay(world.north)
        (delivery,) = deliveries(world, happened)

        answers = [relay.run("tenants.delivery", world.north, delivery.pk) for _ in range(3)]

        assert answers == [True, False, False]
        assert SEEN == ["department.created"]
        assert deliveries(world, happened)[0].state == "done"

    def test_a_failing_subscriber_leaves_no_effect_and_waits(self, world, subscribe, happened):
        """Half an effect would be doubled by the next try."""
        subscribe("stumble")

        relay.drain(world.north)

        (delivery,) = deliveries(world, happened)
        assert SEEN == ["department.created"]
        assert not _effect_of(happened)
        assert (delivery.state, delivery.attempts, delivery.failures) == ("pending", 1, 1)
        assert delivery.run_after > timezone.now()
        assert "the other side is away" in delivery.error

    def test_what_can_never_succeed_is_dead_at_once_and_can_be_replayed(self, world, subscribe, happened):
        """Three days of trying would not make a wrong address right; a person may, and then replays it."""
        subscribe("refuse_for_ever")
        relay.drain(world.north)
        (delivery,) = deliveries(world, happened)
        assert (delivery.state, delivery.error) == ("dead", "Permanent: no such address")

        with tenant(world.north):
            dead.replay(delivery, by=world.ada)

        assert deliveries(world, happened)[0].state == "pending"


class TestFanOut:
    """Each reaction to an event has a row of its own, so none of them stands or falls with another."""

    def test_each_reaction_has_its_own_row(self, world, subscribe, happened):
        subscribe("note", "stumble", "refuse_for_ever")

        relay.relay(world.north)

        assert [row.state for row in deliveries(world, happened)] == ["pending"] * 3

    def test_one_that_fails_stops_no_other(self, world, subscribe, happened):
        subscribe("refuse_for_ever", "stumble", "note")
        relay.relay(world.north)

        relay.run_due(world.north)

        told = {row.subscriber.rpartition(".")[2]: row.state for row in deliveries(world, happened)}
        assert told == {"note": "done", "stumble": "pending", "refuse_for_ever": "dead"}

    def test_the_one_that_failed_is_tried_again_alone(self, world, subscribe, happened):
        """Those who heard are not told again because somebody else did not."""
        subscribe("stumble", "note")
        relay.relay(world.north)
        relay.run_due(world.north)
        SEEN.clear()
        with tenant(world.north):
            Delivery.objects.filter(event=happened).update(run_after=happened.recorded_at)

        relay.run_due(world.north)

        assert len(SEEN) == 1
        assert [row.failures for row in deliveries(world, happened)] == [0, 2]


class TestLeases:
    """Who dies while working leaves a lease that runs out, not a job that is lost."""

    def test_a_claimed_row_is_not_claimed_again_until_its_lease_ends(self, world, subscribe, happened):
        subscribe("note")
        relay.relay(world.north)
        (delivery,) = deliveries(world, happened)

        (first,) = relay.claim("tenants.delivery", world.north, delivery.pk)
        second = relay.claim("tenants.delivery", world.north, delivery.pk)
        _age_lease(world, delivery)
        (third,) = relay.claim("tenants.delivery", world.north, delivery.pk)

        assert (first.attempts, second, third.attempts) == (1, [], 2)

    def test_a_worker_thought_dead_cannot_finish_twice(self, world, subscribe, happened):
        """Its effects roll back: the row belongs to somebody else by now."""
        subscribe("note")
        relay.relay(world.north)
        (delivery,) = deliveries(world, happened)
        (slow,) = relay.claim("tenants.delivery", world.north, delivery.pk)
        _age_lease(world, delivery)
        relay.claim("tenants.delivery", world.north, delivery.pk)

        with pytest.raises(relay.LostLease):
            relay.react(slow)

        assert not _effect_of(happened)
        assert deliveries(world, happened)[0].state == "pending"

    def test_what_killed_five_workers_is_dead_before_it_kills_a_sixth(self, world, subscribe, happened):
        """Starts are counted before anything runs, so a row that ends its worker cannot hide."""
        subscribe("note")
        relay.relay(world.north)
        (delivery,) = deliveries(world, happened)

        for _ in range(relay.MAX_DEATHS):
            assert relay.claim("tenants.delivery", world.north, delivery.pk) != []
            _age_lease(world, delivery)

        assert relay.claim("tenants.delivery", world.north, delivery.pk) == []
        assert deliveries(world, happened)[0].state == "dead"
        assert SEEN == []


class TestRounds:
    """What is run here is run for a while, then everybody else has their turn."""

    @pytest.fixture(autouse=True)
    def _no_time(self, monkeypatch):
        monkeypatch.setattr(relay, "HERE_SECONDS", -1.0)

    def test_what_does_not_fit_is_left_to_the_next_round(self, world, subscribe, happened):
        """A hundred mails to a slow server would keep the next order's people waiting for minutes."""
        subscribe("note", "stumble")
        relay.relay(world.north)

        first, states = relay.run_due(world.north), [d.state for d in deliveries(world, happened)]
        second = relay.run_due(world.north)

        assert (first, states) == (1, ["done", "pending"])
        assert (second, [d.attempts for d in deliveries(world, happened)]) == (1, [1, 1])

    def test_what_is_left_is_not_rung_for_again(self, world, subscribe, happened, monkeypatch):
        """Whoever rings once a round fills the queue of a worker that is away."""
        subscribe("note", "stumble")
        relay.relay(world.north)
        relay.run_due(world.north)
        rung = []
        monkeypatch.setattr(doorbell, "ring_worker", lambda *row, queue: rung.append(row) or True)

        relay.run_due(world.north)

        assert rung == []
        assert [d.attempts for d in deliveries(world, happened)] == [1, 1]

    def test_a_lease_that_ran_out_is_taken_up_in_the_next_round(self, world, subscribe, happened):
        """Before what came later, however much that is: whoever held it died a lease ago."""
        subscribe("note")
        relay.relay(world.north)
        (held,) = deliveries(world, happened)
        relay.claim("tenants.delivery", world.north, held.pk)
        with tenant(world.north):
            events.record(DepartmentFactory(organization=world.north), "department.created", by=world.ada)
        _age_lease(world, held)

        relay.turn(world.north)

        (held,) = deliveries(world, happened)
        assert (held.state, held.attempts, held.failures) == ("done", 2, 0)


class TestForeignRows:
    """A message names a row and its organization; the two must agree."""

    def test_a_row_is_not_found_under_another_organization(self, world, subscribe, happened):
        subscribe("note")
        relay.relay(world.north)
        (delivery,) = deliveries(world, happened)

        assert relay.run("tenants.delivery", world.south, delivery.pk) is False
        assert relay.run("tenants.member", world.north, world.pia.pk) is False
        assert SEEN == []


def _age_lease(world, delivery):
    with tenant(world.north):
        Delivery.objects.filter(pk=delivery.pk).update(lease_until=context.now() - datetime.timedelta(seconds=1))


def _effect_of(event):
    with tenant(event.organization_id):
        position = Event.objects.get(pk=event.pk).position
        return Department.objects.filter(code=f"E{position}").exists()
