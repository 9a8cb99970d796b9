"""Celery as it was measured: settings, pins, queues and beat, held to tests/golden/jobs.py."""

import importlib.metadata
import json
from unittest import mock

import pytest
from celery import current_app
from django.apps import apps
from django.db.models import Q

from config.celery import patient_worker
from tenants import doorbell, relay
from tenants.models import Leased
from tests.golden import jobs as golden
from tests.support.settings import ROOT

LEASED = {model._meta.label_lower: model for model in apps.get_models() if issubclass(model, Leased)}


@pytest.fixture(autouse=True)
def _as_in_a_worker():
    current_app.loader.import_default_modules()


class TestWorkerSettings:
    @pytest.mark.parametrize("name", golden.CELERY)
    def test_settings_are_those_that_were_measured(self, name):
        """Each of the defaults that these replace has lost a job, hung a request or ended a worker."""
        assert current_app.conf[name] == golden.CELERY[name]

    def test_only_a_worker_waits_for_redis(self):
        conf = mock.Mock(broker_transport_options=dict(golden.CELERY["broker_transport_options"]))

        patient_worker(conf=conf)

        assert conf.broker_transport_options == golden.CELERY["broker_transport_options"] | golden.WORKER

    @pytest.mark.parametrize("name", golden.PINS)
    def test_pins_are_exact(self, name):
        """Celery 5.7.0's worker ends itself when Redis restarts: what is installed is what was measured."""
        pinned = (ROOT / "requirements" / "base.txt").read_text()

        assert f"\n{name}=={golden.PINS[name]} " in pinned
        assert importlib.metadata.version(name) == golden.PINS[name]

    def test_no_job_outlives_half_of_the_visibility_timeout(self):
        """A message that is still being worked on would be given to a second worker."""
        limits = [hard for _, _, hard, _ in golden.QUEUES.values()]

        assert max(limits) * 2 < current_app.conf.broker_transport_options["visibility_timeout"]


class TestRouting:
    def test_every_kind_of_row_has_its_queues(self):
        found = {label: set(model.QUEUES) for label, model in LEASED.items()}

        assert found == golden.QUEUES_OF

    @pytest.mark.parametrize("label", LEASED)
    def test_every_kind_of_row_has_a_runner(self, label):
        """A row that nobody runs would wait for ever."""
        assert label in relay.runners()

    @pytest.mark.parametrize("queue", golden.QUEUES)
    def test_a_queue_has_its_job_limits_and_priority(self, queue):
        job, soft, hard, priority = golden.QUEUES[queue]
        task = current_app.tasks[job]

        assert (doorbell.QUEUES[queue].job, doorbell.QUEUES[queue].priority) == (job, priority)
        assert (task.soft_time_limit, task.time_limit, task.acks_late, task.ignore_result) == (soft, hard, False, True)

    @pytest.mark.parametrize("queue", golden.QUEUES)
    def test_a_ring_says_no_more_than_where_to_look(self, settings, monkeypatch, queue):
        """No countdown, no eta, no result: what was forgotten with the broker would be missed."""
        settings.REDIS_URL = "redis://127.0.0.1:1"
        sent = mock.Mock()
        monkeypatch.setattr(doorbell.current_app, "send_task", sent)

        doorbell.ring_worker("tenants.delivery", "organization", "row", queue=queue)

        job, _, _, priority = golden.QUEUES[queue]
        args = ["tenants.delivery", "organization", "row"]
        assert sent.call_args_list == [mock.call(job, args=args, queue=queue, priority=priority)]
        assert json.loads(json.dumps(args)) == args

    def test_workers_of_the_deployment_serve_every_queue(self):
        text = (ROOT / "docker-compose.yml").read_text()

        assert f'--queues, "{",".join(["urgent", "default", "bulk", "reports"])}"' in text
        assert set(golden.QUEUES) == {"urgent", "default", "bulk", "reports"}

    def test_urgent_messages_pass_the_others(self):
        """The queues of one kind of row leave none out and share none."""
        assert {"urgent": Q(is_urgent=True), "default": Q(is_urgent=False)} == LEASED["notifications.message"].QUEUES


class TestBeat:
    def test_every_entry_rings_and_nothing_else(self):
        found = {name: (entry["task"], entry["schedule"]) for name, entry in current_app.conf.beat_schedule.items()}

        assert found == golden.BEAT

    @pytest.mark.parametrize("name", golden.BEAT)
    def test_every_entry_resolves(self, name):
        """Celery would send the name of a job that nobody knows, and the worker would drop it."""
        assert golden.BEAT[name][0] in current_app.tasks

    @pytest.mark.parametrize("name", golden.BEAT)
    def test_a_ring_that_nobody_heard_expires(self, name):
        """A worker that comes back after a night would otherwise answer a thousand of them."""
        entry = current_app.conf.beat_schedule[name]

        assert entry["options"] == {"expires": entry["schedule"]}
        assert "args" not in entry


class TestJobs:
    def test_there_are_no_others(self):
        ours = {name for name in current_app.tasks if not name.startswith(("celery.", "django_structlog"))}

        assert ours == {job for job, *_ in golden.QUEUES.values()} | {job for job, _ in golden.BEAT.values()}
