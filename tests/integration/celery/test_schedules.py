"""What the clock asks for is a row per organization and due time, however many processes look at the clock."""

import datetime

import pytest
from django.db import DatabaseError

from tenants import relay
from tenants.actions import schedules
from tenants.actions.schedules import Scheduler
from tenants.context import tenant
from tenants.engine import Schedule
from tenants.models import ScheduledRun

pytestmark = pytest.mark.django_db

HERE = "tests.integration.celery.test_schedules"
LABEL = "tenants.scheduledrun"
NOON = datetime.datetime(2031, 3, 3, 12, tzinfo=datetime.UTC)
RAN: list[str] = []


def count(run):
    RAN.append(run.schedule)
    return {"counted": len(RAN)}


def stumble(run):
    raise ConnectionError("the disk is away")


SCHEDULES = {
    "often": Schedule(f"{HERE}.count", "Counts", every=60),
    "nightly": Schedule(f"{HERE}.count", "Counts at night", at="02:00"),
    "unlucky": Schedule(f"{HERE}.stumble", "Stumbles", at="04:00"),
}


@pytest.fixture(autouse=True)
def _schedules(settings, world):
    RAN.clear()
    settings.SCHEDULES = f"{HERE}.SCHEDULES"


def later(**parts):
    return NOON + datetime.timedelta(**parts)


def rows(organization, **wanted):
    with tenant(organization):
        return list(ScheduledRun.objects.filter(**wanted).exclude(schedule="retention").order_by("due_at", "schedule"))


def due(organization, schedule):
    return [row.due_at for row in rows(organization, schedule=schedule)]


class TestSchedules:
    def test_each_organization_gets_its_row_of_each_slot(self, world):
        scheduler = Scheduler()
        scheduler.tick(NOON)

        scheduler.tick(later(minutes=1))

        assert due(world.north, "often")[-2:] == due(world.south, "often")[-2:] == [NOON, later(minutes=1)]

    def test_two_who_tick_at_the_same_time_write_one_row(self, world):
        """The second of them has no memory of the first: the row is unique."""
        first, second = Scheduler(), Scheduler()
        for scheduler in (first, second):
            scheduler.tick(NOON)
        before = due(world.north, "often")

        for scheduler in (first, second, Scheduler()):
            scheduler.tick(later(minutes=1))

        assert due(world.north, "often") == [*before, later(minutes=1)]

    def test_a_tick_with_nothing_due_asks_one_question(self, world, query_counter):
        scheduler = Scheduler()
        scheduler.tick(NOON)

        with query_counter(exact=1):
            scheduler.tick(later(seconds=1))

    def test_what_was_missed_for_minutes_is_made_up_by_whoever_comes_next(self, world):
        Scheduler().tick(NOON)
        before = due(world.north, "often")

        Scheduler().tick(later(minutes=4, seconds=30))

        assert due(world.north, "often") == [*before, *(later(minutes=minute) for minute in (1, 2, 3, 4))]

    def test_what_was_missed_for_days_runs_once(self, world):
        Scheduler().tick(NOON)
        before = due(world.north, "nightly")

        Scheduler().tick(later(days=5))

        assert len(due(world.north, "nightly")) == len(before) + 1

    def test_rows_that_could_not_be_written_are_written_by_the_next_tick(self, world, monkeypatch):
        """A scheduler that believes in rows which were rolled back would miss their slots for good."""
        scheduler = Scheduler()
        scheduler.tick(NOON)
        before = due(world.north, "often")
        with monkeypatch.context() as patch, pytest.raises(DatabaseError):
            patch.setattr(schedules.doorbell, "ring", lambda: (_ for _ in ()).throw(DatabaseError("gone")))
            scheduler.tick(later(minutes=1))

        scheduler.tick(later(minutes=1))

        assert due(world.north, "often") == [*before, later(minutes=1)]

    def test_a_suspended_organization_asks_for_nothing(self, world):
        world.suspend(world.north)

        Scheduler().tick(NOON)

        assert (due(world.north, "often"), due(world.south, "often")[-1]) == ([], NOON)

    def test_the_night_is_the_organizations_own(self, world):
        """02:00 in Berlin is 01:00 in UTC in March, and 00:00 after the clock was moved."""
        world.north.time_zone = "Europe/Berlin"
        world.north.save()
        scheduler = Scheduler()

        for day in range(28, 33):
            scheduler.tick(datetime.datetime(2031, 3, 1, 12, tzinfo=datetime.UTC) + datetime.timedelta(days=day - 1))

        hours = [(moment.month, moment.day, moment.hour) for moment in due(world.north, "nightly")]
        assert hours == [(3, 28, 1), (3, 29, 1), (3, 30, 1), (3, 31, 0), (4, 1, 0)]


class TestOutcomes:
    """What became of a run is a row people can read; Celery keeps no results."""

    @pytest.fixture
    def due_now(self, world):
        """A run of the given schedule that is due."""

        def due_now(schedule):
            moment = datetime.datetime.now(datetime.UTC)
            with tenant(world.north):
                return ScheduledRun.objects.create(schedule=schedule, due_at=moment, run_after=moment)

        return due_now

    def test_what_a_run_answers_is_kept(self, world, due_now):
        row = due_now("often")

        relay.run(LABEL, world.north, row.pk)

        [kept] = rows(world.north, pk=row.pk)
        assert (kept.state, kept.outcome) == ("done", {"counted": 1})
        assert kept.done_at is not None

    def test_a_failure_is_told_and_tried_again(self, world, due_now):
        row = due_now("unlucky")

        relay.run(LABEL, world.north, row.pk)

        [kept] = rows(world.north, pk=row.pk)
        assert (kept.state, kept.failures) == ("pending", 1)
        assert kept.run_after > row.run_after
        assert "the disk is away" in kept.error

    def test_a_schedule_that_was_taken_away_is_dead_and_says_so(self, world, due_now):
        """Its row may have waited through a deployment."""
        row = due_now("abolished")

        relay.run(LABEL, world.north, row.pk)

        [kept] = rows(world.north, pk=row.pk)
        assert (kept.state, kept.error) == ("dead", "Permanent: There is no schedule abolished any more.")

    def test_old_runs_are_forgotten_and_dead_ones_are_not(self, world, due_now):
        old = datetime.datetime.now(datetime.UTC) - schedules.KEPT - datetime.timedelta(days=1)
        for state, done_at in (("done", old), ("dead", None)):
            with tenant(world.north):
                kept = ScheduledRun.objects.create(schedule=state, due_at=old, state=state, done_at=done_at)
        run = due_now("often")

        outcome = schedules.tidy(run)

        assert outcome == {"forgotten": 1}
        assert [row.pk for row in rows(world.north)] == [kept.pk, run.pk]
