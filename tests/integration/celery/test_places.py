"""How many rows workers are asked for at once, and how many of them by one ring."""

import datetime

import pytest
from django.utils import timezone

from tenants import doorbell, events, jobs, relay
from tenants.context import tenant
from tenants.models import Delivery, ScheduledRun
from tenants.relay import picking
from tests.factories import DepartmentFactory

pytestmark = pytest.mark.django_db

HERE = "tests.integration.celery.test_places"
RUN = "tenants.scheduledrun"
SUBSCRIPTIONS = {"department.created": [f"{HERE}.look"]}
RUNNERS = {RUN: f"{HERE}.look"}


def look(_):
    """Nothing is to be done about it."""


@pytest.fixture(autouse=True)
def _only_these(settings):
    settings.SUBSCRIPTIONS, settings.RUNNERS = f"{HERE}.SUBSCRIPTIONS", f"{HERE}.RUNNERS"


def deliveries(world, count):
    """So many, that nobody was rung for yet."""
    relay.drain_here(world.north)
    for _ in range(count):
        department = DepartmentFactory(organization=world.north)
        with tenant(world.north):
            events.record(department, "department.created", by=world.ada)
    relay.relay(world.north)
    with tenant(world.north):
        return list(Delivery.objects.filter(state="pending").order_by("run_after", "id"))


def some_runs(organization, count=5):
    moment = timezone.now()
    with tenant(organization):
        for n in range(count):
            due_at = moment - datetime.timedelta(seconds=n)
            ScheduledRun.objects.create(schedule="look", due_at=due_at, run_after=moment)


class TestPlaces:
    """Each organization has so many places in each queue, so that nobody stands behind all of somebody else's."""

    @pytest.fixture(autouse=True)
    def _few(self, monkeypatch):
        monkeypatch.setattr(picking, "AT_MOST", 3)

    def test_no_more_than_its_places_are_rung_for(self, world):
        some_runs(world.north)

        first, second = relay.to_ring(world.north), relay.to_ring(world.north)

        assert (len(first), len(second)) == (3, 0)

    def test_a_place_is_free_again_when_its_row_has_been_taken(self, world):
        some_runs(world.north)
        [taken, *_] = relay.to_ring(world.north)
        relay.run(RUN, world.north, taken.pk)

        again = relay.to_ring(world.north)

        assert len(again) == 1

    def test_places_are_given_away_by_the_half(self, world, monkeypatch):
        """Else a queue that is full is one ring for each row, and ringing costs as much as the work."""
        monkeypatch.setattr(picking, "AT_MOST", 4)
        some_runs(world.north, count=7)
        first, second, *_ = relay.to_ring(world.north)

        relay.run(RUN, world.north, first.pk)
        with_one_free = relay.to_ring(world.north)
        relay.run(RUN, world.north, second.pk)
        with_two_free = relay.to_ring(world.north)

        assert (with_one_free, len(with_two_free)) == ([], 2)

    def test_one_queue_does_not_take_the_places_of_another(self, world):
        deliveries(world, 1)
        some_runs(world.north)

        found = [row.label for row in relay.to_ring(world.north)]

        assert sorted(found) == [relay.DELIVERY, RUN, RUN, RUN]


class TestTogether:
    """One ring names several deliveries: each is a matter of milliseconds. They stay as independent as they were."""

    @pytest.fixture
    def ten(self, world):
        return deliveries(world, 10)

    @pytest.fixture
    def ringing(self, monkeypatch):
        rung = []
        monkeypatch.setattr(doorbell, "ring_worker", lambda *row, queue: rung.append(row) or True)
        return rung

    def test_a_ring_names_as_many_as_go_together(self, world, ten, ringing):
        relay.run_due(world.north)

        assert [len(row_ids) for label, organization, *row_ids in ringing] == [8, 2]
        assert [pk for _, _, *row_ids in ringing for pk in row_ids] == [row.pk for row in ten]

    def test_rows_that_may_take_long_are_rung_for_one_by_one(self, world, ringing):
        some_runs(world.north)

        relay.run_due(world.north)

        assert [len(row_ids) for label, organization, *row_ids in ringing] == [1] * 5

    def test_a_job_runs_all_that_it_names(self, world, ten):
        assert jobs.run(relay.DELIVERY, str(world.north.pk), *[str(row.pk) for row in ten]) is True

        with tenant(world.north):
            assert set(Delivery.objects.filter(pk__in=[row.pk for row in ten]).values_list("state", "attempts")) == {
                ("done", 1)
            }

    def test_one_that_fails_keeps_nobody_back(self, world, ten, monkeypatch):
        bad, real = ten[3].event_id, relay.subscriber

        def stumble(event):
            if event.pk == bad:
                raise ZeroDivisionError

        monkeypatch.setattr(relay, "subscriber", lambda path: stumble)
        relay.run(relay.DELIVERY, world.north, *[row.pk for row in ten])
        monkeypatch.setattr(relay, "subscriber", real)

        with tenant(world.north):
            waiting = Delivery.objects.filter(state="pending").values_list("pk", "failures")
            assert list(waiting) == [(ten[3].pk, 1)]

    def test_what_would_begin_late_in_its_lease_is_let_go(self, world, ten, monkeypatch):
        """Whoever takes it next has a whole lease, and it has not counted as a start."""
        monkeypatch.setattr(relay, "LEASE", datetime.timedelta(seconds=0))

        relay.run(relay.DELIVERY, world.north, *[row.pk for row in ten])

        with tenant(world.north):
            left = Delivery.objects.filter(state="pending").values_list("attempts", "owner", "rung_at", "lease_until")
            assert set(left) == {(0, None, None, None)}
            assert left.count() == 9

    def test_what_is_looked_at_again_is_looked_at_alone(self, world, ten, ringing):
        """A row that kills workers would take the others' starts with it."""
        relay.run_due(world.north)
        with tenant(world.north):
            Delivery.objects.filter(state="pending").update(rung_at=timezone.now() - picking.RING_AGAIN)

        again = picking.together(relay.to_ring(world.north))

        assert [len(group) for group in again] == [1] * 10
