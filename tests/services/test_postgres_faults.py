"""PostgreSQL ends a connection, or dies: who asked hears "in a moment", nothing is half-written, all recover alone."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
import requests

from tests.support import databases, wait
from tests.support.faults.checker import Checker, Look
from tests.support.faults.clients import Recorder
from tests.support.faults.history import History
from tests.support.faults.running import Shaken
from tests.support.faults.servers import Postgres, Redis
from tests.support.sinks import MailSink

BACK_SECONDS = 3  # from the moment PostgreSQL answers again to the first request that is served
KNOCKS = 8

pytestmark = [pytest.mark.worker, pytest.mark.timeout(300)]


class Floor:
    def __init__(self, postgres, urls, redis, mail, folder):
        self.postgres, self.urls = postgres, urls
        self.look = Look(f"{postgres.url.rpartition('/')[0]}/{urls.name}")
        self.edition = Shaken(urls, redis.url, mail.address[1])
        [self.house] = self.edition.open("north").values()
        self.history, self.mail = History(folder / "history.jsonl"), mail
        self.client = Recorder(0, self.edition.base, self.house, self.history, seed=0, target=10**9)

    def ticket(self):
        return self.client.make("tickets/", {"title": "It leaks"})

    def post(self, path, body=None, base=None):
        """The answer itself, whatever it is."""
        bearer = {"Authorization": f"Token {self.house['planners'][0]}"}
        return requests.post(f"{base or self.edition.base}/api/v1/{path}", json=body or {}, headers=bearer, timeout=20)

    def close(self):
        self.client.line.close()
        self.history.close()
        self.edition.stop()


@pytest.fixture(scope="module")
def floor(tmp_path_factory):
    postgres, redis = Postgres(), Redis()
    cluster = databases.Cluster(postgres).prepare()
    with MailSink() as mail:
        floor = Floor(postgres, cluster.clone(), redis, mail, tmp_path_factory.mktemp("postgres"))
        yield floor
        floor.close()
    redis.let_go()
    postgres.let_go()


class TestBackendEnded:
    """The server's side of one connection goes, in the middle of a verb."""

    def test_answer_says_when_to_come_back_and_nothing_is_written(self, floor):
        ticket = floor.ticket()
        path = f"tickets/{ticket['id']}/"

        with psycopg.connect(floor.look.url) as holder, ThreadPoolExecutor(1) as other:
            holder.execute("SELECT 1 FROM workorder_ticket WHERE id = %s FOR UPDATE", [ticket["id"]])
            asked = other.submit(floor.post, f"{path}triage/", {"priority": "high"})
            waiting = "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
            [(pid,)] = wait.until(lambda: floor.look.rows(waiting), within=5, every=0.01, why="it waits for the row")
            floor.look.one("SELECT pg_terminate_backend(%s)", pid)
            answer = asked.result()

        assert (answer.status_code, answer.json()["code"]) == (503, "busy")
        assert int(answer.headers["Retry-After"]) <= 3
        assert floor.look.rows("SELECT status, version FROM workorder_ticket WHERE id = %s", ticket["id"]) == [
            ("new", 1)
        ]
        assert floor.look.one("SELECT count(*) FROM tenants_event WHERE subject_id = %s", ticket["id"]) == (1,)
        assert floor.post(f"{path}triage/", {"priority": "high"}).status_code == 200


def knock(floor, base, stop, found):
    """One request after the other: (when it was answered, status or None)."""
    while not stop.is_set():
        try:
            found.append((time.monotonic(), floor.post("tickets/", {"title": "Knock"}, base).status_code))
        except requests.RequestException:
            found.append((time.monotonic(), None))
        wait.pause(0.02)


class TestRestarted:
    """The postmaster is killed, and up again."""

    def test_people_work_on_within_seconds_and_nothing_is_lost(self, floor, record_property):
        """Nobody restarts web, relay or worker: they find their way back by themselves."""
        floor.ticket()
        stop, found = threading.Event(), []
        with ThreadPoolExecutor(1) as other:
            other.submit(knock, floor, floor.edition.base, stop, found)
            wait.until(lambda: len(found) >= 3, within=20, why="it is knocked")
            floor.postgres.restart()
            up = time.monotonic()
            wait.until(
                lambda: [at for at, status in found if status == 201 and at > up], within=30, why=floor.edition.told
            )
            stop.set()
        back = min(at for at, status in found if status == 201 and at > up) - up
        quiet = floor.edition.wait_until_quiet(floor.look.waiting, within=90)
        record_property("figures", f"postgres killed: served again after {back:.2f} s, caught up after {quiet:.1f} s")

        assert back <= BACK_SECONDS
        assert {status for _, status in found} <= {201, 503, None}
        checker = Checker(floor.look, floor.history, mail=floor.mail, sending_kills=2)
        findings = [
            line for check in (checker.lost, checker.gaps, checker.positions, checker.deliveries) for line in check()
        ]
        assert findings == []

    def test_control_with_djangos_own_pool_somebody_gets_a_dead_connection(self, floor):
        """What the socket is looked at for: without it, the first who come after a restart pay for it."""
        base = floor.edition.another_web("careless", DJANGO_SETTINGS_MODULE="tests.support.faults.careless")
        with ThreadPoolExecutor(KNOCKS) as many:
            before = {
                one.status_code
                for one in many.map(lambda _: floor.post("tickets/", {"title": "A"}, base), range(KNOCKS))
            }
        floor.postgres.restart()

        after = [floor.post("tickets/", {"title": "B"}, base).status_code for _ in range(KNOCKS)]

        assert before == {201}
        assert 503 in after or 500 in after
