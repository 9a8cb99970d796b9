"""A job names a row, and the row says the rest: whose it is, on whose behalf, in which language. Then all of it is
forgotten."""

import datetime
import logging
import uuid

import pytest
import structlog
from django.utils import timezone, translation

from tenants import context, doorbell, events, jobs, relay
from tenants.context import tenant
from tenants.errors import NoTenant
from tenants.models import Delivery, Event, Heartbeat, ScheduledRun, Tally
from tenants.relay import figures, picking
from tests.factories import DepartmentFactory

pytestmark = pytest.mark.django_db

HERE = "tests.integration.celery.test_jobs"
RUN = "tenants.scheduledrun"
SEEN: list[dict] = []
SUBSCRIPTIONS = {"department.created": [f"{HERE}.look"]}
RUNNERS = {RUN: f"{HERE}.look"}


def look(_):
    """What code that runs in a job finds around it."""
    cause = context.cause()
    SEEN.append(
        {
            "organization": context.organization_id_or_none(),
            "via": cause.via,
            "request_id": cause.request_id,
            "caused_by": cause.caused_by,
            "language": translation.get_language(),
            "logged": structlog.contextvars.get_contextvars(),
        }
    )
    translation.activate("fr")  # whoever forgets to take it back
    structlog.contextvars.bind_contextvars(row="forgotten", shelf="left behind")


@pytest.fixture(autouse=True)
def _watched(settings):
    SEEN.clear()
    settings.SUBSCRIPTIONS, settings.RUNNERS = f"{HERE}.SUBSCRIPTIONS", f"{HERE}.RUNNERS"


@pytest.fixture
def happened(world):
    """Under a request of Ada's, in an organization that is told things in German."""
    world.north.language = "de"
    world.north.save()
    relay.drain_here(world.north)
    department = DepartmentFactory(organization=world.north)
    with tenant(world.north), context.acting(via="api", request_id="request-1"):
        event = events.record(department, "department.created", by=world.ada)
    relay.relay(world.north)
    return event


def only(model, organization, **wanted):
    with tenant(organization):
        return model.objects.get(**wanted)


def due_run(organization, **more):
    moment = timezone.now()
    with tenant(organization):
        return ScheduledRun.objects.create(schedule="look", due_at=moment, run_after=moment, **more)


def look_at(label, organization, row, job=jobs.run):
    return job(label, str(organization.pk), str(row.pk))


class TestJobs:
    def test_a_job_runs_the_row_it_names(self, world, happened):
        row = only(Delivery, world.north, event=happened)

        assert look_at(relay.DELIVERY, world.north, row) is True

        assert [seen["organization"] for seen in SEEN] == [world.north.pk]
        assert only(Delivery, world.north, pk=row.pk).state == "done"

    def test_a_row_of_another_organization_is_not_found(self, world, happened):
        """A forged message can do no more than have something run that was due."""
        row = only(Delivery, world.north, event=happened)

        assert look_at(relay.DELIVERY, world.south, row) is False

        assert SEEN == []

    def test_a_row_that_does_not_exist_harms_nobody(self, world):
        assert jobs.run(relay.DELIVERY, str(world.north.pk), str(uuid.uuid4())) is False

    def test_rows_that_nobody_leases_are_not_touched(self, world):
        """Any model can be named in a message."""
        assert look_at("tenants.member", world.north, world.pia) is False
        assert look_at("auth.permission", world.north, world.pia) is False

    def test_a_long_row_is_looked_at_in_the_same_way(self, world):
        row = due_run(world.north)

        assert look_at(RUN, world.north, row, job=jobs.run_long) is True

        assert only(ScheduledRun, world.north, pk=row.pk).state == "done"


class TestContext:
    def test_a_reaction_goes_on_under_the_request_it_comes_from(self, world, happened):
        """Whoever looks for a request in the logs finds what it led to."""
        row = only(Delivery, world.north, event=happened)

        look_at(relay.DELIVERY, world.north, row)

        [seen] = SEEN
        assert (seen["via"], seen["request_id"], seen["caused_by"]) == ("job", "request-1", happened.pk)
        assert seen["language"] == "de"

    def test_log_lines_name_request_organization_and_row(self, world, happened):
        row = only(Delivery, world.north, event=happened)

        look_at(relay.DELIVERY, world.north, row)

        assert SEEN[0]["logged"] == {
            "request_id": "request-1",
            "organization": str(world.north.pk),
            "label": relay.DELIVERY,
            "row": str(row.pk),
        }

    def test_the_second_job_sees_nothing_of_the_first(self, world, happened):
        look_at(relay.DELIVERY, world.north, only(Delivery, world.north, event=happened))

        look_at(RUN, world.south, due_run(world.south))

        second = SEEN[1]
        assert (second["request_id"], second["caused_by"], second["language"]) == ("", None, "en")
        assert second["logged"]["organization"] == str(world.south.pk)

    def test_nothing_is_left_when_a_job_has_ended(self, world, happened):
        look_at(relay.DELIVERY, world.north, only(Delivery, world.north, event=happened))

        assert context.organization_id_or_none() is None
        assert (context.cause(), translation.get_language()) == (context.Cause(), "en")
        assert structlog.contextvars.get_contextvars() == {}
        with pytest.raises(NoTenant):
            Event.objects.count()

    def test_a_run_is_written_into_the_log(self, world, happened, caplog):
        row = only(Delivery, world.north, event=happened)

        with caplog.at_level(logging.INFO, logger="tenants.relay"):
            look_at(relay.DELIVERY, world.north, row)

        assert [(record.message, record.starts) for record in caplog.records] == [("ran", 1)]


class TestBeat:
    """Beat rings. Who is there to hear it does what a relay would, if none is there."""

    @pytest.fixture(autouse=True)
    def _schedules(self, settings):
        settings.SCHEDULES = f"{HERE}.SCHEDULES"
        relay.scheduler.__init__()

    def test_while_a_relay_is_there_a_ring_changes_nothing(self, world, happened):
        relay.beat()

        assert jobs.tick() == 0

        assert SEEN == []

    def test_without_a_relay_a_ring_drains_what_is_due(self, world, happened):
        Heartbeat.objects.all().delete()

        assert jobs.tick() > 0

        assert only(Delivery, world.north, event=happened).state == "done"

    def test_a_relay_that_fell_silent_is_stood_in_for(self, world, happened):
        relay.beat()
        Heartbeat.objects.update(beat_at=timezone.now() - datetime.timedelta(minutes=1))

        assert jobs.tick() > 0


SCHEDULES: dict = {}


class TestBrokerLost:
    """Messages may vanish, all of them: the rows are there, and whoever looks next runs them."""

    @pytest.fixture
    def ringing(self, monkeypatch):
        rung = []
        monkeypatch.setattr(doorbell, "ring_worker", lambda *row, queue: rung.append((*row, queue)) or True)
        return rung

    def test_a_row_that_was_rung_for_is_not_rung_for_again_at_once(self, world, happened, ringing):
        relay.run_due(world.north)

        assert relay.run_due(world.north) == 0
        assert [row[0] for row in ringing] == [relay.DELIVERY]

    def test_what_nobody_came_for_is_run_here(self, world, happened, ringing):
        """The message was lost, or all of Redis was."""
        relay.run_due(world.north)
        with tenant(world.north):
            Delivery.objects.filter(event=happened).update(rung_at=timezone.now() - picking.RING_AGAIN)

        relay.run_due(world.north)

        assert only(Delivery, world.north, event=happened).state == "done"
        assert len(ringing) == 1
        assert figures.heard.unheard_at

    def test_a_broker_that_is_away_leaves_the_work_to_the_relay(self, world, happened, monkeypatch):
        monkeypatch.setattr(doorbell, "ring_worker", lambda *row, queue: False)

        relay.run_due(world.north)

        assert only(Delivery, world.north, event=happened).state == "done"

    def test_a_message_that_comes_late_finds_it_done(self, world, happened):
        row = only(Delivery, world.north, event=happened)
        relay.run(relay.DELIVERY, world.north, row.pk)

        assert look_at(relay.DELIVERY, world.north, row) is False

        assert len(SEEN) == 1


class TestMonitoring:
    @pytest.fixture(autouse=True)
    def _counted(self, monkeypatch):
        monkeypatch.setattr(figures, "counted", figures.Counted())

    def test_all_processes_count_together(self, world):
        """What each had in its own memory would be gone with the process."""
        for _ in range(2):
            figures.counted = figures.Counted()
            figures.counted.ran(RUN, failed=False)
            figures.counted.ran(RUN, failed=True)
            figures.counted.flush(now=True)

        tally = Tally.objects.get(label=RUN)
        assert (tally.run, tally.failed) == (4, 2)

    def test_a_worker_says_that_it_gets_on_and_not_more_often_than_needed(self, world):
        look_at(RUN, world.north, due_run(world.north))
        first = Heartbeat.objects.get(name="worker:default").beat_at

        look_at(RUN, world.north, due_run(world.north))

        assert Heartbeat.objects.get(name="worker:default").beat_at == first

    def test_a_worker_that_finds_nothing_to_do_says_nothing(self, world):
        """Progress is a finished row. A worker that only takes messages off the queue makes none."""
        jobs.run(RUN, str(world.north.pk), str(uuid.uuid4()))

        assert not Heartbeat.objects.filter(name__startswith=figures.WORKER).exists()

    def test_the_relay_counts_what_waits_and_what_is_dead(self, world):
        with tenant(world.south):
            before = ScheduledRun.objects.filter(state="dead").count()
        due_run(world.south)
        due_run(world.south, state="dead")

        with tenant(world.south):  # as much of the house as the app's role may see; the relay's sees all of it
            relay.beat()

        told = Heartbeat.objects.get(name=figures.HEART).figures
        assert told["rows"][RUN]["dead"] == before + 1
        assert told["rows"][RUN]["pending"] >= 1
        assert told["schedules_late_seconds"] >= 0
