"""Two hundred people look at their pages while Redis is killed twice and the socket server once: who is left wrong?

Real uvicorn, relay and worker. `make test` records LIVE_EVENTS=1000 events; the full run has 10,000.
"""

import asyncio
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import redis
from django.db import connection
from django.utils import timezone

from config.subscriptions import SUBSCRIPTIONS
from notifications.consumers import NO_LONGER_ALLOWED
from notifications.hub.rooms import CHANNEL, LIVE_DATABASE
from notifications.queries.live import ANNOUNCE
from tenants.actions import tokens
from tenants.context import tenant
from tenants.ids import uuid7
from tenants.models import Event, Member
from tests.factories import OperatorFactory, OrganizationFactory
from tests.support import wait
from tests.support.editions import Full, command_of
from tests.support.faults.checker import Look
from tests.support.faults.servers import Redis
from tests.support.sockets import Follower

EVENTS = int(os.environ.get("LIVE_EVENTS") or 1_000)
SOCKETS, PER_MEMBER, SUBJECTS = 200, 10, 100
RIGHT_SECONDS = 3.0
CLOSED_SECONDS = 5.0
UP_SECONDS = 40
KIND = "skill.created"

pytestmark = [pytest.mark.worker, pytest.mark.timeout(300), pytest.mark.django_db(transaction=True)]


class Floor:
    """The processes, the people in front of them, and what the database says."""

    def __init__(self, cluster, urls, services):
        self.redis = Redis()
        self.edition = Full(urls, self.redis.url, mail_port=1)
        self.edition.given |= {"HTTPS": "0", "LOG_LEVEL": "ERROR"}
        self.look = Look(f"{cluster.admin.rpartition('/')[0]}/{urls.name}")
        self.house = OrganizationFactory(slug="north")
        for name in services:
            self.edition.service(name)

    @property
    def port(self):
        return self.edition.live_port

    def secrets(self, people):
        found = []
        for _ in range(people):
            member = OperatorFactory(organization=self.house)
            with tenant(self.house):
                found.append(f"Token {tokens.make_api_token(member=member, name='live', by=member)[1]}")
        return found

    def versions(self):
        """What a fresh look at every page would tell: the newest version of each thing, relayed or not."""
        rows = self.look.rows(
            "SELECT subject_id::text, max(subject_version) FROM tenants_event WHERE kind = %s GROUP BY 1", KIND
        )
        return dict(rows)

    def unrelayed(self):
        return self.look.one("SELECT count(*) FROM tenants_event WHERE relayed_at IS NULL")[0]

    def restart_ws(self, application):
        words = [self.edition._placed("ws", word) for word in command_of("ws")]
        command = [application if word == "config.asgi:application" else word for word in words]
        self.edition.begin("ws", command, DATABASE_URL=self.edition.urls.app)

    def unannounced(self):
        return self.look.one("SELECT count(*) FROM tenants_delivery WHERE state = 'pending'")[0]

    def hears_redis(self):
        """Whether the socket server has its subscription (again)."""
        with redis.Redis.from_url(f"{self.redis.url}/{LIVE_DATABASE}", socket_timeout=5) as line:
            return dict(line.pubsub_numsub(CHANNEL))[CHANNEL.encode()] == 1

    def stop(self):
        self.edition.stop()
        self.redis.let_go()


class Crowd(threading.Thread):
    """All followers on a loop of their own, so that the test may wait, kill and record meanwhile."""

    def __init__(self, floor, secrets, count):
        super().__init__(daemon=True, name="crowd")
        self._floor, self._count, self._secrets = floor, count, secrets
        self._readers, self._end, self._reading = ThreadPoolExecutor(1), asyncio.Event(), None
        self.followers = []

    def run(self):
        asyncio.run(self._follow())

    async def _follow(self):
        self._loop = asyncio.get_running_loop()
        self.followers = [
            Follower(self._floor.port, self._secrets[number // PER_MEMBER], self._read_again)
            for number in range(self._count)
        ]
        tasks = [self._loop.create_task(follower.follow()) for follower in self.followers]
        await self._end.wait()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _read_again(self):
        """One look serves all who ask before it begins; who asks later gets a later one."""
        if self._reading is None:
            self._reading = self._loop.create_task(self._look())
        return await asyncio.shield(self._reading)

    async def _look(self):
        await wait.before_trying_again(0.02)  # gathers those who were told in the same moment
        self._reading = None
        return await self._loop.run_in_executor(self._readers, self._floor.versions)

    def are_connected(self):
        return len(self.followers) == self._count and all(follower.is_connected for follower in self.followers)

    def have_resumed(self):
        return all(follower.heard["resumed"] for follower in self.followers)

    def know(self, version, count):
        """Whether everybody knows so many things in a version."""
        return all(list(follower.versions.values()).count(version) == count for follower in self.followers)

    def wrong(self, truth):
        """How many do not know what the database knows."""
        return sum(not truth.items() <= follower.versions.items() for follower in self.followers)

    def told(self, truth):
        """Of those who are wrong: what they heard, how their sockets were closed, and what they do not know."""
        wrong = [f for f in self.followers if not truth.items() <= f.versions.items()]
        return [(f.heard, f.codes, f.position, len(truth.items() - f.versions.items())) for f in wrong][:5]

    def leave(self):
        self._loop.call_soon_threadsafe(self._end.set)
        self.join(10)
        self._readers.shutdown()


@pytest.fixture
def floor(cluster, database_urls):
    floor = Floor(cluster, database_urls, ("ws", "relay", "worker"))
    yield floor
    floor.stop()


@pytest.fixture
def crowd(floor):
    crowd = Crowd(floor, floor.secrets(SOCKETS // PER_MEMBER), SOCKETS)
    crowd.start()
    wait.until(crowd.are_connected, within=UP_SECONDS, every=0.1, why=lambda: f"all connected\n{floor.edition.told()}")
    yield crowd
    crowd.leave()


class Recorder:
    """Writes events as verbs do: each thing gets one version after the other."""

    def __init__(self, house):
        self._house, self._subjects, self.count = house, [uuid7() for _ in range(SUBJECTS)], 0

    def record(self, count):
        moment = timezone.now()
        with tenant(self._house):
            Event.objects.bulk_create(
                Event(
                    kind=KIND,
                    subject_type="skill",
                    subject_id=self._subjects[number % SUBJECTS],
                    subject_version=number // SUBJECTS + 1,
                    via="job",
                    occurred_at=moment,
                    recorded_at=moment,
                )
                for number in range(self.count, self.count + count)
            )
        self.count += count
        with connection.cursor() as cursor:
            cursor.execute("NOTIFY workfloor_outbox")


def seconds_until_right(floor, crowd):
    """Wait until everything is relayed, every line is there again, also that to Redis; then until nobody is wrong."""
    wait.until(lambda: not floor.unrelayed(), within=60, every=0.05, why=lambda: f"relayed\n{floor.edition.told()}")
    wait.until(crowd.are_connected, within=UP_SECONDS, every=0.02, why=lambda: f"back\n{floor.edition.told()}")
    wait.until(floor.hears_redis, within=UP_SECONDS, every=0.02, why=lambda: f"subscribed\n{floor.edition.told()}")
    truth, begun = floor.versions(), time.monotonic()
    wait.until(lambda: not crowd.wrong(truth), within=30, every=0.02, why=lambda: crowd.told(truth))
    return time.monotonic() - begun


class TestConvergence:
    """A frame may be lost; nobody stays wrong for it."""

    def test_everybody_is_right_soon_after_each_kill(self, floor, crowd, record_property):
        assert SUBSCRIPTIONS[KIND] == [ANNOUNCE], "another reaction would need the things to be there"
        recorder, found = Recorder(floor.house), {}
        part = EVENTS // 5

        recorder.record(part)
        wait.until(lambda: any(f.heard["changed"] for f in crowd.followers), within=30, why="frames come")
        for name in ("redis", "ws", "redis again"):
            server = floor.redis if name.startswith("redis") else floor.edition
            recorder.record(part // 2)
            server.kill() if server is floor.redis else server.kill("ws")
            recorder.record(part - part // 2)
            wait.until(lambda: not floor.unrelayed(), within=60, why=lambda: f"relayed\n{floor.edition.told()}")
            server.start() if server is floor.redis else server.service("ws")
            found[name] = seconds_until_right(floor, crowd)
        recorder.record(EVENTS - recorder.count)
        found["no kill"] = seconds_until_right(floor, crowd)

        figures = {name: round(seconds, 2) for name, seconds in found.items()} | {"events": recorder.count}
        heard = {kind: sum(f.heard[kind] for f in crowd.followers) for kind in crowd.followers[0].heard}
        record_property("figures", figures | heard)
        assert recorder.count == EVENTS
        assert [f.went_back for f in crowd.followers if f.went_back] == []
        assert all(f.heard["hello"] >= 2 and f.heard["resumed"] >= 1 for f in crowd.followers), (
            "the kill of ws was felt"
        )
        assert all(f.heard["resync"] >= 1 for f in crowd.followers), "the kills of Redis were felt"
        assert heard["changed"] > SOCKETS * SUBJECTS
        assert {name: seconds for name, seconds in found.items() if seconds > RIGHT_SECONDS and name != "no kill"} == {}

    @pytest.mark.parametrize("application", ["config.asgi", "tests.support.faults.forgetful"], ids=["real", "control"])
    def test_who_comes_back_hears_what_happened_meanwhile(self, floor, application):
        """Redis is well, so nobody is told to read everything again. The control forgets what was missed."""
        crowd = Crowd(floor, floor.secrets(1), 3)
        crowd.start()
        wait.until(crowd.are_connected, within=UP_SECONDS, every=0.1, why=floor.edition.told)
        recorder = Recorder(floor.house)
        recorder.record(SUBJECTS)
        seconds_until_right(floor, crowd)

        floor.edition.kill("ws")
        recorder.record(SUBJECTS)
        wait.until(lambda: not (floor.unrelayed() or floor.unannounced()), within=60, why=floor.edition.told)
        floor.restart_ws(f"{application}:application")
        wait.until(crowd.have_resumed, within=UP_SECONDS, every=0.02, why=floor.edition.told)
        wait.until(floor.hears_redis, within=UP_SECONDS, every=0.02, why=floor.edition.told)
        recorder.record(1)  # whoever hears of this has heard all that was said before
        wait.until(lambda: crowd.know(3, 1), within=30, why=floor.edition.told)
        wrong = crowd.wrong(floor.versions())
        resyncs = sum(f.heard["resync"] for f in crowd.followers)
        crowd.leave()

        assert (wrong, resyncs) == (0 if application == "config.asgi" else 3, 0)

    def test_socket_of_somebody_sent_away_is_closed_within_five_seconds(self, floor):
        """By the real clock, in the real process: the look every four seconds is what ends it."""
        crowd = Crowd(floor, floor.secrets(1), 1)
        crowd.start()
        wait.until(crowd.are_connected, within=UP_SECONDS, every=0.1, why=lambda: f"connected\n{floor.edition.told()}")
        [follower] = crowd.followers

        with tenant(floor.house):
            Member.objects.update(active=False)
        begun = time.monotonic()
        code = wait.until(lambda: follower.codes, within=30, why=floor.edition.told)[0]
        seconds = time.monotonic() - begun
        crowd.leave()

        assert code == NO_LONGER_ALLOWED
        assert seconds <= CLOSED_SECONDS
