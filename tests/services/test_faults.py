"""Everything that can be killed is killed while people work. Nothing that was acknowledged is lost, nobody is told
twice.

The size and the seed may be given: FAULT_TRANSITIONS=20000 SEED=7. `make test-crash` kills PostgreSQL too.
"""

import os
import secrets

import pytest

from tests.support.faults.checker import Look
from tests.support.faults.history import History
from tests.support.faults.receiving import Receiver
from tests.support.faults.servers import Redis
from tests.support.faults.shaking import Run, line_of
from tests.support.sinks import MailSink

TRANSITIONS = int(os.environ.get("FAULT_TRANSITIONS") or 2000)
PLAN = {
    "kill worker": 2,
    "kill a child of worker": 3,
    "kill relay": 2,
    "freeze relay": 1,
    "kill web": 2,
    "kill a child of web": 1,
    "kill ws": 2,
    "break a line": 4,
    "kill redis": 2,
    "flush redis": 2,
    "freeze redis": 1,
}
BREAKS_OFF_EVERY = 20  # calls


@pytest.fixture
def mail():
    with MailSink() as sink:
        yield sink


@pytest.fixture
def receiver():
    with Receiver(breaks_off_every=BREAKS_OFF_EVERY) as sink:
        yield sink


@pytest.fixture
def redis():
    server = Redis()
    yield server
    server.let_go()


@pytest.mark.worker
@pytest.mark.slow
@pytest.mark.timeout(900)
class TestShaken:
    """kill -9 of worker, relay, web and Redis, at moments nobody chose."""

    def test_nothing_acknowledged_is_lost_and_nobody_is_told_twice(
        self, cluster, redis, mail, receiver, tmp_path, record_property
    ):
        """The database is the ledger: losing every message, and all of Redis, costs time and nothing else."""
        seed = os.environ.get("SEED") or secrets.token_hex(4)
        history = History(tmp_path / "history.jsonl")
        with cluster.database() as urls:
            look = Look(f"{cluster.admin.rpartition('/')[0]}/{urls.name}")
            run = Run(urls, look, redis, mail, receiver, history, seed=seed, target=TRANSITIONS, plan=PLAN)
            run.go()
            figures = run.figures()
        history.close()
        record_property("figures", line_of(figures))

        assert figures["found"] == [], line_of(figures)
        assert figures["acknowledged"] >= TRANSITIONS
        assert figures["dead"] == 0
        assert figures["calls hung up on"] > 0
        assert figures["calls again"] >= figures["calls hung up on"]
        assert figures["frames"] >= TRANSITIONS  # to three people in each of two houses
        assert figures["resumes"] > 0
        assert sum(figures["faults"].values()) >= sum(PLAN.values()) - 4  # a parent may have no child just then
