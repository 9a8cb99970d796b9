"""Redis frozen, refused, emptied and gone, while people work: nobody waits for it, and nothing is lost.

Every request goes to two gunicorns on one database, in turn: one whose Redis is broken and one whose Redis is well.
What the first takes longer is what the fault costs, whatever else this machine is busy with. `make test` takes Redis
away for REDIS_GONE_SECONDS=6; for longer give it.
"""

import os
import statistics
import time
import uuid

import pytest
import requests

from tests.support import wait
from tests.support.faults.checker import Checker, Look
from tests.support.faults.clients import Recorder
from tests.support.faults.history import History
from tests.support.faults.proxy import CUT, LATE, SLOW, SWALLOWED, WHOLE, Proxy
from tests.support.faults.running import Shaken
from tests.support.faults.servers import Redis
from tests.support.sinks import MailSink

FIRST_MS, NEXT_MS = 250, 5  # a request may wait so much longer: the first one, and while the breaker is open
ROUNDS, WRITES = 24, 16
GONE_SECONDS = float(os.environ.get("REDIS_GONE_SECONDS") or 6)
TOLD_SECONDS, CAUGHT_UP_SECONDS = 15, 10
ORDERS = 2

pytestmark = [pytest.mark.worker, pytest.mark.timeout(240)]


class Floor:
    """One database, one worker and one relay on a mortal Redis, and two webs: `broken` shares it, `well` does not."""

    def __init__(self, urls, look, redis, well_redis, mail, folder):
        self.look, self.redis = look, redis
        self.edition = Shaken(urls, redis.url, mail.address[1])
        [self.house] = self.edition.open("north").values()
        self.bases = {"broken": self.edition.base, "well": self.edition.another_web("well", REDIS_URL=well_redis)}
        self.history = History(folder / "history.jsonl")
        self.mail, self.line = mail, requests.Session()

    def paired(self, probe, rounds, broken="broken"):
        """[(milliseconds, status) of the broken one, and of the well one] of so many rounds, each first in turn."""
        found = {broken: [], "well": []}
        for number in range(rounds):
            for name in sorted(found, reverse=bool(number % 2)):
                begun = time.perf_counter()
                status = probe(self.bases[name])
                found[name].append(((time.perf_counter() - begun) * 1000, status))
        return found[broken], found["well"]

    def sign_in(self, base):
        """Counted before anything else is looked at, and refused because there is no password."""
        email = f"{uuid.uuid4()}@north.example"
        return self.line.post(f"{base}/api/v1/auth/token/", json={"email": email}, timeout=20).status_code

    def write(self, base):
        """A ticket, which is in the history like all that is written."""
        op, by = uuid.uuid4().hex, Recorder.by(self.house["planners"][0])
        self.history.add("invoke", op=op, path="tickets/", body={}, client=0)
        sent = {"title": "It leaks"}
        answer = self.line.post(f"{base}/api/v1/tickets/", json=sent, headers=by | {"X-Request-ID": op}, timeout=20)
        told = answer.json()
        self.history.add("ok", op=op, id=told["id"], version=told["version"], ms=0.0, status=answer.status_code)
        return answer.status_code

    def submit_orders(self, count=ORDERS):
        """Orders that people are to be told of; answers seconds until the last of them was."""
        client = Recorder(0, self.bases["broken"], self.house, self.history, seed=0, target=10**9)
        begun, before = time.monotonic(), self.told()
        for _ in range(count):
            order = client.make(
                "work-orders/",
                {
                    "customer": self.house["customer"],
                    "title": "Menu cards",
                    "due_at": "2030-01-31T12:00:00Z",
                    "processes": [{"process": self.house["process"], "quantity": "10"}],
                },
            )
            client.act("work-orders/", order, "submit", {}, client.planner)
        client.line.close()
        wait.until(
            lambda: self.told() >= before + count,
            within=2 * TOLD_SECONDS,
            why=lambda: f"{count} orders are told\n{self.edition.told()}",
        )
        return time.monotonic() - begun

    def told(self):
        """Orders that somebody was told of."""
        return self.look.one(
            "SELECT count(DISTINCT event_id) FROM notifications_notification WHERE kind = 'order_submitted'"
        )[0]

    def catch_up(self):
        """Seconds until nobody has anything left to do."""
        return self.edition.wait_until_quiet(self.look.waiting, within=90)

    def settle(self):
        """What a busy machine makes of the same questions while nothing is broken: nobody can be held to less."""
        self.paired(self.sign_in, 2)
        self.paired(self.write, 2)
        noise = [
            abs(longer(*self.paired(probe, times))[1])
            for probe, times in ((self.sign_in, ROUNDS), (self.write, WRITES))
        ]
        self.noise, self.usual = max(noise), self.catch_up()

    def findings(self):
        return Checker(self.look, self.history, mail=self.mail, sending_kills=0).findings()

    def close(self):
        self.line.close()
        self.history.close()
        self.edition.stop()


@pytest.fixture(scope="module")
def redis():
    server = Redis()
    yield server
    server.let_go()


@pytest.fixture(scope="module")
def floor(cluster, redis, redis_url, tmp_path_factory):
    with cluster.database() as urls, MailSink() as mail:
        look = Look(f"{cluster.admin.rpartition('/')[0]}/{urls.name}")
        floor = Floor(urls, look, redis, redis_url, mail, tmp_path_factory.mktemp("redis"))
        floor.settle()
        yield floor
        floor.close()


def frozen(redis):
    redis.freeze()
    return redis.thaw


def refused(redis):
    redis.kill()
    return redis.start


def emptied(redis):
    redis.flush()
    return lambda: None


def gone(redis):
    redis.kill()
    until = time.monotonic() + GONE_SECONDS

    def back():
        wait.pause(max(until - time.monotonic(), 0))
        redis.start()

    return back


def longer(broken, well):
    """Milliseconds that the first request took longer than usual, and that the quicker ones of the others did: a wait
    for Redis is in each of them, one for the processor is not."""
    mine, theirs = ([milliseconds for milliseconds, _ in found] for found in (broken, well))
    quick = [sorted(found[1:])[len(found) // 8] for found in (mine, theirs)]
    return mine[0] - statistics.median(theirs), quick[0] - quick[1]


class TestBroken:
    """What is broken is Redis, and nothing else."""

    @pytest.mark.parametrize("fault", [frozen, refused, emptied, gone], ids=["frozen", "refused", "emptied", "gone"])
    def test_nobody_waits_and_everybody_is_told(self, floor, redis, record_property, fault):
        """Not a request waits for Redis, none is answered with an error, and people are told all the while."""
        floor.catch_up()
        heal = fault(redis)
        try:
            sign_in = floor.paired(floor.sign_in, ROUNDS)
            told = floor.submit_orders()
            write = floor.paired(floor.write, WRITES)
        finally:
            heal()
        caught_up = floor.catch_up()

        (first, later), (written_first, written_later) = longer(*sign_in), longer(*write)
        record_property(
            "figures",
            f"redis {fault.__name__}: a sign-in takes {first:.0f} ms longer, then {later:.1f} | a write"
            f" {written_first:.0f}, then {written_later:.1f} | told after {told:.1f} s | caught up {caught_up:.1f} s"
            f" | with nothing broken {floor.noise:.1f} ms and {floor.usual:.1f} s",
        )
        statuses = [{status for _, status in found} for found in (*sign_in, *write)]
        assert statuses == [{400}, {400}, {201}, {201}]
        assert first <= FIRST_MS + 3 * floor.noise
        assert later <= NEXT_MS + 3 * floor.noise
        assert written_first <= FIRST_MS + 3 * floor.noise
        assert written_later <= NEXT_MS + 3 * floor.noise
        assert told <= TOLD_SECONDS
        assert caught_up <= max(CAUGHT_UP_SECONDS, 2 * floor.usual)
        assert floor.findings() == []


class TestLine:
    """Redis is well, and the line to it is not."""

    @pytest.fixture(scope="module")
    def proxy(self, floor, redis):
        with Proxy(redis.port) as proxy:
            floor.bases["line"] = floor.edition.another_web("line", REDIS_URL=proxy.url)
            yield proxy

    @pytest.fixture
    def used(self, floor, proxy):
        """Redis is asked again: the breaker of the last fault is closed, and stayed so."""
        proxy.line = WHOLE

        def is_asked():
            before = proxy.answers
            return floor.sign_in(floor.bases["line"]) == 400 and proxy.answers > before

        wait.until(lambda: is_asked() and is_asked(), within=20, why="it is asked")

    @pytest.mark.parametrize("line", [CUT, SLOW, LATE, SWALLOWED])
    def test_nobody_waits_for_it(self, floor, proxy, used, record_property, line):
        proxy.line = line
        found = floor.paired(floor.sign_in, ROUNDS, broken="line")
        proxy.line = WHOLE

        first, later = longer(*found)
        record_property("figures", f"redis line {line}: a sign-in takes {first:.0f} ms longer, then {later:.1f}")
        assert [{status for _, status in answers} for answers in found] == [{400}, {400}]
        assert first <= FIRST_MS + 3 * floor.noise
        assert later <= NEXT_MS + 3 * floor.noise


class TestControl:
    def test_with_usual_timeouts_a_frozen_redis_holds_up_the_request(self, floor, redis):
        """Without the short time-outs and the breaker, who signs in waits for as long as Redis is frozen."""
        base = floor.edition.another_web("careless", DJANGO_SETTINGS_MODULE="tests.support.faults.careless")
        assert floor.sign_in(base) == 400

        redis.freeze()
        try:
            with pytest.raises(requests.Timeout):
                requests.post(f"{base}/api/v1/auth/token/", json={"email": "a@north.example"}, timeout=2)
        finally:
            redis.thaw()

    def test_with_usual_timeouts_a_line_that_swallows_holds_up_the_request(self, floor, redis):
        with Proxy(redis.port) as proxy:
            careless = {"DJANGO_SETTINGS_MODULE": "tests.support.faults.careless", "REDIS_URL": proxy.url}
            base = floor.edition.another_web("careless behind a line", **careless)
            assert floor.sign_in(base) == 400
            assert proxy.answers > 0

            proxy.line = SWALLOWED
            with pytest.raises(requests.Timeout):
                requests.post(f"{base}/api/v1/auth/token/", json={"email": "a@north.example"}, timeout=2)
