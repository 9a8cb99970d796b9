"""Everything that can be killed is killed while people work. Nothing that was acknowledged is lost, nobody is told
twice.

The size and the seed may be given: FAULT_TRANSITIONS=20000 SEED=7. `make test-crash` kills PostgreSQL too.
"""

import json
import os
import random
import secrets
import time
from pathlib import Path

import pytest

from tests.support import databases
from tests.support.faults import nemesis
from tests.support.faults.checker import Checker, Look
from tests.support.faults.clients import crowd
from tests.support.faults.history import History, percentile
from tests.support.faults.running import SERVICES, Shaken
from tests.support.faults.servers import Postgres, Redis
from tests.support.sinks import MailSink

CLIENTS = 8
TRANSITIONS = int(os.environ.get("FAULT_TRANSITIONS") or 2000)
CRASH = int(os.environ.get("CRASH") or 0)  # so many transitions, with PostgreSQL killed as well
CRASH_FILE = Path("build/crash.json")
QUIET_SECONDS = 90  # for what was left when the last fault was over
CHILDREN = 2  # of a worker: each may be sending when it is killed
SENDING = {"kill worker": CHILDREN, "freeze worker": CHILDREN, "kill a child of worker": 1, "kill relay": 1, "freeze relay": 1}
PLAN = {
    "kill worker": 2,
    "kill a child of worker": 3,
    "kill relay": 2,
    "freeze relay": 1,
    "kill web": 2,
    "kill a child of web": 1,
    "kill redis": 2,
    "flush redis": 2,
    "freeze redis": 1,
}


@pytest.fixture
def seed(record_property):
    return os.environ.get("SEED") or secrets.token_hex(4)


@pytest.fixture
def mail():
    with MailSink() as sink:
        yield sink


@pytest.fixture
def redis():
    server = Redis()
    yield server
    server.let_go()


@pytest.fixture
def postgres():
    server = Postgres()
    yield server
    server.let_go()


def shaken(urls, look, redis, mail, history, *, seed, target, plan, more=None, services=SERVICES):
    """Let clients work until so many transitions were acknowledged, and everything go wrong meanwhile; answers the
    seconds of work and of catching up."""
    edition = Shaken(urls, redis.url, mail.address[1])
    try:
        floors = edition.open("north", "south", services=services)
        rng = random.Random(seed)  # noqa: S311 - to be repeated
        faults = nemesis.of_processes(edition, rng) | nemesis.of_redis(redis, rng) | (more or {})
        people = crowd(edition.base, floors, history, count=CLIENTS, seed=seed, target=target)
        bad_luck = nemesis.Nemesis(faults, plan, history, seed=seed)
        begun = time.monotonic()
        for one in (*people, bad_luck):
            one.start()
        for one in (*people, bad_luck):
            one.join()
        worked = time.monotonic() - begun
        for one in (*people, bad_luck):
            if one.problem:
                raise one.problem
        return worked, edition.wait_until_quiet(look.waiting, QUIET_SECONDS)
    finally:
        edition.stop()


def as_superuser(cluster, urls):
    return Look(f"{cluster.admin.rpartition('/')[0]}/{urls.name}")


def told(figures, seed, history, seconds):
    worked, quiet = seconds
    waits = history.milliseconds()
    more = {
        "seed": seed,
        "work_seconds": round(worked, 1),
        "caught_up_seconds": round(quiet, 1),
        "request_ms": {name: percentile(waits, share) for name, share in (("p50", 0.5), ("p99", 0.99), ("max", 1.0))},
    }
    return figures | more


def line_of(figures):
    words = [f"{name} {value}" for name, value in figures.items() if not isinstance(value, dict)]
    kills = ", ".join(f"{times}x {name}" for name, times in sorted(figures["faults"].items()))
    return f"faults: {' | '.join(words)} | {kills}"


@pytest.mark.worker
@pytest.mark.timeout(600)
class TestShaken:
    """kill -9 of worker, relay, web and Redis, at moments nobody chose."""

    def test_nothing_acknowledged_is_lost_and_nobody_is_told_twice(
        self, cluster, redis, mail, seed, tmp_path, record_property
    ):
        """The database is the ledger: losing every message, and all of Redis, costs time and nothing else."""
        history = History(tmp_path / "history.jsonl")
        with cluster.database() as urls:
            look = as_superuser(cluster, urls)
            seconds = shaken(urls, look, redis, mail, history, seed=seed, target=TRANSITIONS, plan=PLAN)
            kills = sum(SENDING.get(name, 0) * times for name, times in history.faults().items())
            checker = Checker(look, history, mail=mail, sending_kills=kills)
            figures = told(checker.figures(), seed, history, seconds)
            record_property("figures", line_of(figures))
            found = checker.findings()

        assert found == [], f"seed {seed}: {found[:10]}\n{line_of(figures)}"
        assert figures["acknowledged"] >= TRANSITIONS
        assert figures["dead"] == 0
        assert sum(figures["faults"].values()) >= sum(PLAN.values()) - 2
