"""Every kind of row that jobs run x what holds for all of them: once, for its own organization, and with an end."""

import datetime
import json
import uuid
from unittest import mock

import pytest
import structlog
from celery import current_app
from django.apps import apps
from django.utils import timezone, translation

from notifications.transports import outbound
from tenants import context, doorbell, jobs, relay
from tenants.context import tenant

pytestmark = pytest.mark.django_db

HERE = "tests.matrices.test_job_x_facet"
LABELS = sorted(relay.runners())
RAN: list[uuid.UUID] = []


def note(row):
    RAN.append(row.pk)


NOTED = {label: f"{HERE}.note" for label in LABELS if label != relay.DELIVERY}


@pytest.fixture
def noted(settings, monkeypatch):
    """Runners that do nothing, so that what surrounds them can be looked at."""
    RAN.clear()
    settings.RUNNERS = f"{HERE}.NOTED"
    monkeypatch.setattr(relay, "react", lambda row: RAN.append(row.pk))


@pytest.fixture
def due(world):
    """The row of a kind that south has, due now and never begun."""

    def due(label):
        model, moment = apps.get_model(label), timezone.now() - datetime.timedelta(seconds=1)
        if label == relay.DELIVERY:
            relay.relay(world.south)
        with tenant(world.south):
            row = model.objects.order_by("pk").first()
            fresh = {
                "state": "pending",
                "run_after": moment,
                "first_due_at": moment,
                "lease_until": None,
                "owner": None,
            }
            model.objects.filter(pk=row.pk).update(
                **fresh, attempts=0, failures=0, done_at=None, error="", rung_at=None
            )
            return model.objects.get(pk=row.pk)

    return due


def look(label, organization, pk, job=jobs.run):
    return job(label, str(organization.pk), str(pk))


def again(row):
    with tenant(row.organization_id):
        return type(row).objects.get(pk=row.pk)


@pytest.mark.parametrize("label", LABELS)
class TestEveryJob:
    def test_its_message_is_plain_json(self, settings, monkeypatch, label):
        """What only Python can read would tie workers to one release, and could run what it names."""
        settings.REDIS_URL, sent = "redis://127.0.0.1:1", mock.Mock()
        monkeypatch.setattr(doorbell.current_app, "send_task", sent)
        queue = next(iter(apps.get_model(label).QUEUES))

        doorbell.ring_worker(label, uuid.uuid4(), uuid.uuid4(), queue=queue)

        args = sent.call_args.kwargs["args"]
        assert json.loads(json.dumps(args)) == args
        assert sent.call_args.args[0] in {"tenants.run", "tenants.run_long"}
        assert current_app.conf.task_serializer == "json"

    def test_an_unknown_id_harms_nobody(self, world, noted, label):
        before = world.fingerprint()

        assert look(label, world.south, uuid.uuid4()) is False

        assert (RAN, world.fingerprint()) == ([], before)

    def test_another_organization_is_refused(self, world, noted, due, label):
        row = due(label)
        before = world.fingerprint()

        assert look(label, world.north, row.pk) is False

        assert (RAN, world.fingerprint()) == ([], before)

    def test_it_runs_once_however_often_it_is_rung_for(self, world, noted, due, label):
        row = due(label)

        answers = [look(label, world.south, row.pk) for _ in range(3)]

        assert (answers, RAN) == ([True, False, False], [row.pk])
        assert again(row).state == "done"

    def test_nothing_is_left_around_it(self, world, noted, due, label):
        look(label, world.south, due(label).pk)

        assert context.organization_id_or_none() is None
        assert (context.cause(), translation.get_language()) == (context.Cause(), "en")
        assert structlog.contextvars.get_contextvars() == {}

    def test_what_kills_five_workers_is_dead_before_a_sixth(self, world, noted, due, label):
        row = due(label)
        for _ in range(relay.MAX_DEATHS):
            assert relay.claim(label, world.south, row.pk) != []
            with tenant(world.south):
                past = timezone.now() - datetime.timedelta(seconds=1)
                type(row).objects.filter(pk=row.pk).update(lease_until=past)

        assert look(label, world.south, row.pk) is False

        assert (again(row).state, RAN) == ("dead", [])
        assert "died of it 5 times" in again(row).error

    def test_failing_moves_it_into_the_future_and_says_why(self, world, noted, due, monkeypatch, label):
        row = due(label)
        monkeypatch.setattr(f"{HERE}.note", mock.Mock(side_effect=ConnectionError("away")))
        monkeypatch.setattr(relay, "react", mock.Mock(side_effect=ConnectionError("away")))

        look(label, world.south, row.pk)

        failed = again(row)
        assert (failed.state, failed.attempts, failed.failures) == ("pending", 1, 1)
        assert (failed.error, failed.lease_until, failed.rung_at) == ("ConnectionError: away", None, None)
        assert failed.run_after > timezone.now()

    def test_the_real_one_changes_nothing_the_second_time(self, world, due, monkeypatch, label):
        """Whether it succeeded or is to be tried later: a second ring finds nothing that is due."""
        monkeypatch.setattr(outbound, "addresses", mock.Mock(side_effect=OSError("no network here")))
        row = due(label)
        first = look(label, world.south, row.pk)
        before = world.fingerprint()

        second = look(label, world.south, row.pk)

        assert (first, second) == (True, False)
        assert world.fingerprint() == before
