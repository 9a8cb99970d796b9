"""What a supervisor, a balancer and a dashboard ask. No sign-in, no tenant's data, and each cause has its name."""

import datetime

import pytest
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.utils import timezone

from tenants import relay
from tenants.models import Heartbeat

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
