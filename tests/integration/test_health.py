"""What a supervisor, a balancer and a dashboard ask. No sign-in, no tenant's data, and each cause has its name."""

import datetime

import pytest
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.utils import timezone

from config import health
from tenants import relay
from tenants.context import tenant
from tenants.models import Heartbeat
from tenants.relay import figures

pytestmark = pytest.mark.django_db


class TestAlive:
    def test_alive_asks_the_database_nothing(self, django_assert_num_queries):
        """A restart would not bring the database back, so its absence is no reason for one."""
        with django_assert_num_queries(0):
            answer = Client().get("/healthz")

        assert (answer.status_code, answer.content) == (200, b"ok\n")


class TestReady:
    def test_ready_names_each_dependency(self):
        relay.beat()

        answer = Client().get("/readyz")

        assert answer.status_code == 200
        assert {name: check["state"] for name, check in answer.json()["checks"].items()} == {
            "database": "ok",
            "migrations": "ok",
            "relay": "ok",
            "broker": "embedded",
            "workers": "embedded",
        }

    @pytest.mark.parametrize(
        ("silent_seconds", "oldest_seconds", "state"), [(0, 120, "late"), (600, 0, "silent"), (None, 0, "silent")]
    )
    def test_a_relay_that_is_late_or_silent_is_named_and_503(self, silent_seconds, oldest_seconds, state):
        """Pages would still answer, but nobody would be told anything: that is not ready."""
        Heartbeat.objects.all().delete()
        if silent_seconds is not None:
            relay.beat()
            beat_at = timezone.now() - datetime.timedelta(seconds=silent_seconds)
            Heartbeat.objects.update(beat_at=beat_at, oldest_seconds=oldest_seconds)

        answer = Client().get("/readyz")

        assert (answer.status_code, answer.json()["checks"]["relay"]["state"]) == (503, state)

    @pytest.mark.enable_socket
    def test_a_broker_that_is_away_is_named_but_no_reason_for_503(self, settings):
        """Losing Redis costs latency: the relay delivers by itself."""
        settings.REDIS_URL = "redis://127.0.0.1:1"
        settings.FAIL_FAST = {"socket_connect_timeout": 0.05}
        relay.beat()

        answer = Client().get("/readyz")

        assert (answer.status_code, answer.json()["checks"]["broker"]["state"]) == (200, "away")

    def test_missing_migrations_are_named_and_503(self, monkeypatch):
        """New code on an old schema would fail page by page."""
        relay.beat()
        monkeypatch.setattr(MigrationRecorder, "applied_migrations", lambda self: {})

        answer = Client().get("/readyz")

        assert (answer.status_code, answer.json()["checks"]["migrations"]["state"]) == (503, "pending")


class TestMetrics:
    def test_metrics_speak_prometheus_and_name_no_tenant(self, world):
        answer = Client().get("/metrics")

        assert answer.status_code == 200
        assert "django_http_requests_total" in answer.text
        assert world.north.slug not in answer.text

    def test_metrics_tell_of_the_work_behind_the_pages(self, world):
        """They come from the database: the process that is asked may have done none of it."""
        with tenant(world.south):  # the relay's role sees every house; the one these tests have on PostgreSQL does not
            relay.beat()
        figures.counted = figures.Counted()
        figures.counted.ran("notifications.message", failed=True)
        figures.counted.flush(queue="default", now=True)

        told = Client().get("/metrics").text

        for line in (
            'workfloor_rows_run_total{label="notifications.message"} 1.0',
            'workfloor_rows_failed_total{label="notifications.message"} 1.0',
            'workfloor_rows{label="tenants.delivery",state="dead"} 0.0',
            'workfloor_row_late_seconds{label="notifications.promise"} 0.0',
            "workfloor_dead_total 1.0",  # the one that south has
            "workfloor_relay_beat_age ",
            "workfloor_outbox_oldest_seconds ",
            "workfloor_schedule_late_seconds ",
            'workfloor_worker_progress_age_seconds{queue="default"} ',
        ):
            assert line in told, line


class TestWorkers:
    """Health is progress: rows that were finished. A worker that hangs still answers a ping."""

    @pytest.fixture(autouse=True)
    def _with_a_broker(self, settings, monkeypatch):
        settings.REDIS_URL = "redis://127.0.0.1:1"
        monkeypatch.setattr(health, "CHECKS", {"workers": health.CHECKS["workers"]})
        monkeypatch.setattr(figures, "heard", figures.Heard())

    @staticmethod
    def ask():
        answer = Client().get("/readyz", {"needs": "workers"})
        return answer.status_code, answer.json()["checks"]["workers"]["state"]

    @staticmethod
    def told(worked=None, unheard=None):
        """How many seconds ago a worker finished something, and the relay found that nobody had come."""
        moment = timezone.now()
        if worked is not None:
            beat_at = moment - datetime.timedelta(seconds=worked)
            Heartbeat.objects.create(name="worker:default", beat_at=beat_at)
        since = (moment - datetime.timedelta(seconds=unheard)).isoformat() if unheard is not None else ""
        told = {"rung_at": since, "unheard_at": since}
        Heartbeat.objects.create(name=figures.HEART, beat_at=moment, figures=told)

    @pytest.mark.parametrize(
        ("worked", "unheard", "expected"),
        [
            pytest.param(5, None, (200, "ok"), id="finished something"),
            pytest.param(5, 3, (200, "ok"), id="slow, but getting on"),
            pytest.param(600, None, (200, "idle"), id="nothing to do"),
            pytest.param(None, None, (200, "idle"), id="just begun"),
            pytest.param(600, 600, (200, "idle"), id="long ago"),
            pytest.param(600, 3, (503, "stuck"), id="rung for and nobody came"),
            pytest.param(None, 3, (503, "none"), id="never heard of"),
        ],
    )
    def test_state_is_told_by_progress(self, worked, unheard, expected):
        Heartbeat.objects.all().delete()
        self.told(worked, unheard)

        assert self.ask() == expected

    def test_web_stays_ready_while_workers_hang(self):
        """The relay delivers by itself then; nobody is served better by fewer web processes."""
        assert "workers" not in health.NEEDED

    def test_a_check_that_does_not_exist_is_refused(self):
        answer = Client().get("/readyz", {"needs": "coffee"})

        assert (answer.status_code, answer.json()["detail"]) == (400, "Nothing is called 'coffee' here.")
