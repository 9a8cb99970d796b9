"""Several relays and many organizations on one PostgreSQL: everybody gets their turn, and every due time its row."""

import datetime
import json
import queue
import random
import threading
import time

import psycopg
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tenants import doorbell, relay
from tenants.actions.schedules import Scheduler
from tenants.context import tenant
from tenants.engine import Schedule
from tenants.models import ScheduledRun
from tenants.relay import picking
from tests.factories import OrganizationFactory
from tests.support import wait

pytestmark = pytest.mark.django_db(transaction=True)

HERE = "tests.services.test_relay_processes"
LABEL = "tenants.scheduledrun"
FLOOD = 20_000
RUNNERS = {LABEL: f"{HERE}.note"}
RAN: list[str] = []
SCHEDULES = {
    "often": Schedule(f"{HERE}.note", "Often", every=60),
    "nightly": Schedule(f"{HERE}.note", "At night", at="02:30"),
}
TICKS = 500


def note(row):
    RAN.append(row.schedule)


def flood(organization, name, count):
    """Rows that are due now, as many as that."""
    moment = timezone.now()
    with tenant(organization):
        ScheduledRun.objects.bulk_create(
            [
                ScheduledRun(
                    schedule=name, due_at=moment - datetime.timedelta(seconds=n), run_after=moment, first_due_at=moment
                )
                for n in range(count)
            ],
            batch_size=5000,
        )


class FakeWorker(threading.Thread):
    """A queue that is served in order, as Redis serves one, by somebody who is quick."""

    def __init__(self):
        super().__init__(daemon=True)
        self.bell, self.stopped = queue.Queue(), threading.Event()

    def ring(self, label, organization, row, *, queue):
        self.bell.put((label, organization, row))
        return True

    def run(self):
        try:
            while not self.stopped.is_set():
                try:
                    relay.run(*self.bell.get(timeout=0.1))
                except queue.Empty:
                    continue
        finally:
            connection.close()


@pytest.fixture
def floor(settings, monkeypatch):
    """Two organizations, one of them with twenty thousand rows that are due; a relay and a worker are at it."""
    RAN.clear()
    settings.RUNNERS, settings.SCHEDULES = f"{HERE}.RUNNERS", f"{HERE}.SCHEDULES"
    north, south = (OrganizationFactory(slug=slug) for slug in ("north", "south"))
    monkeypatch.setattr(relay, "due", lambda: [north.pk, south.pk])  # the app's role may not look across organizations
    worker, stop = FakeWorker(), threading.Event()
    monkeypatch.setattr(doorbell, "ring_worker", worker.ring)
    flood(north, "north", FLOOD)
    carrier = threading.Thread(target=relay.serve, args=(stop,), daemon=True)
    yield north, south, worker, carrier
    stop.set()
    worker.stopped.set()
    for thread in (carrier, worker):
        if thread.is_alive():
            thread.join(timeout=20)


def overtaken(south, within):
    """How many rows of the other organization ran before the one row of south, and how long that took."""
    before, begun = len(RAN), time.monotonic()
    flood(south, "south", 1)
    wait.until(lambda: "south" in RAN[before:], within=within, every=0.005, why="south's row ran")
    return RAN[before:].index("south"), time.monotonic() - begun


@pytest.mark.timeout(120)
class TestFairness:
    def test_one_tenants_flood_delays_another_by_less_than_a_second(self, floor):
        _, south, worker, carrier = floor
        worker.start()
        carrier.start()
        begun = time.monotonic()
        wait.until(lambda: len(RAN) > 100, within=60, why="north's rows run")
        a_row = (time.monotonic() - begun) / len(RAN)  # on a machine that has little time to give, a row takes longer

        found = []
        for _ in range(3):
            found.append(overtaken(south, within=10))
            with tenant(south):
                ScheduledRun.objects.all().delete()

        rows, seconds = zip(*found, strict=True)
        assert max(rows) <= 3 * picking.AT_MOST
        assert sorted(seconds)[1] <= max(1.0, 3 * picking.AT_MOST * a_row)
        assert "north" in RAN[-5:]

    def test_control_without_the_limit_south_stands_behind_all_of_north(self, floor, monkeypatch):
        """What the limit prevents: a queue that is served in order and holds everything one tenant has."""
        monkeypatch.setattr(picking, "AT_MOST", 10 * FLOOD)
        _, south, worker, carrier = floor
        carrier.start()
        wait.until(lambda: worker.bell.qsize() >= FLOOD, within=60, why="all of it is rung for")
        worker.start()

        with pytest.raises(AssertionError, match="south's row ran"):
            overtaken(south, within=3)

    def test_a_look_costs_as_much_for_twenty_thousand_rows_as_for_one(self, floor, database_urls):
        """The relay looks many times a second: it probes an index, and does not count."""
        connection.cursor().execute("ANALYZE tenants_scheduledrun")
        with CaptureQueriesContext(connection) as asked:
            picking.due()

        [look] = [query["sql"] for query in asked if "tenants_scheduledrun" in query["sql"]]
        with psycopg.connect(database_urls.relay) as line:
            [plan] = line.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {look}").fetchone()[0]
        assert visited(plan["Plan"]) < 200, json.dumps(plan, indent=1)


def visited(node):
    """How many rows a plan looked at, those included that it then did not want."""
    here = (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]
    return here + sum(map(visited, node.get("Plans", ())))


class TestSchedulers:
    """Three who look at the same clock, each of them dying now and then and beginning without a memory."""

    def test_every_due_time_has_its_row_once(self, settings):
        settings.SCHEDULES = f"{HERE}.SCHEDULES"
        begin = datetime.datetime(2031, 3, 29, 20, tzinfo=datetime.UTC)  # the clock is moved that night
        berlin = OrganizationFactory(slug="berlin", time_zone="Europe/Berlin", created_at=begin)
        seed = random.randrange(10**6)
        left = iter(range(1, TICKS + 1))
        lock = threading.Lock()

        def look(number):
            chance, scheduler = random.Random(f"{seed} {number}"), Scheduler()
            try:
                while True:
                    with lock:
                        tick = next(left, None)
                    if tick is None:
                        return
                    if chance.random() < 0.1:
                        scheduler = Scheduler()  # killed, and started anew
                    if chance.random() < 0.2:
                        continue  # killed before it looked
                    scheduler.tick(begin + datetime.timedelta(minutes=tick))
            finally:
                connection.close()

        lookers = [threading.Thread(target=look, args=(number,)) for number in range(3)]
        for looker in lookers:
            looker.start()
        for looker in lookers:
            looker.join(60)
        Scheduler().tick(begin + datetime.timedelta(minutes=TICKS))

        with tenant(berlin):
            due = list(ScheduledRun.objects.values_list("schedule", "due_at").order_by("due_at"))
        often = [at for name, at in due if name == "often"]
        assert often == [begin + datetime.timedelta(minutes=n) for n in range(1, TICKS + 1)], f"seed {seed}"
        assert [at for name, at in due if name == "nightly"] == [
            datetime.datetime(2031, 3, 30, 1, 30, tzinfo=datetime.UTC)
        ]
