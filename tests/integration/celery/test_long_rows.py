"""Rows that take long: another queue, a lease that is kept as well as it can be, and no harm where it is lost."""

import contextlib
from unittest import mock

import pytest
from django.db import OperationalError
from django.utils import timezone

from tenants import doorbell, relay
from tenants.context import tenant
from tests.factories import ImportStepFactory
from tests.support import wait
from workorder.actions import imports
from workorder.models import ImportStep

pytestmark = pytest.mark.django_db

LABEL = "workorder.importstep"


@pytest.fixture
def step(world):
    return ImportStepFactory(organization=world.north)


class TestQueue:
    @pytest.mark.parametrize(("queue", "job", "priority"), [("bulk", "run_long", 9), ("default", "run", 3)])
    def test_long_rows_do_not_stand_in_the_way_of_short_ones(self, settings, monkeypatch, queue, job, priority):
        settings.REDIS_URL = "redis://127.0.0.1:1"
        sent = mock.Mock()
        monkeypatch.setattr(doorbell.current_app, "send_task", sent)

        doorbell.ring_worker(LABEL, "organization", "row", queue=queue)

        wanted = mock.call(f"tenants.{job}", args=[LABEL, "organization", "row"], queue=queue, priority=priority)
        assert sent.call_args == wanted

    def test_an_import_is_rung_for_as_a_long_row(self, world, step, monkeypatch):
        rung = mock.Mock(return_value=True)
        monkeypatch.setattr(doorbell, "ring_worker", rung)

        relay.run_due(world.north)

        assert mock.call(LABEL, world.north.pk, step.pk, queue="bulk") in rung.call_args_list


class TestLease:
    def test_a_locked_database_does_not_end_the_keeping(self, step, monkeypatch):
        """SQLite has one writer: while it is the row's own work, the lease cannot be extended, but nobody can claim
        the row either. Afterwards it is extended as before."""
        tries, locked = mock.Mock(), OperationalError("database is locked")
        tries.side_effect = [locked, locked, *[mock.Mock()] * 10_000]
        monkeypatch.setattr(relay, "EXTEND_SECONDS", 0.01)
        monkeypatch.setattr(relay, "tenant", lambda organization: contextlib.nullcontext())
        monkeypatch.setattr(relay, "_mine", tries)

        with relay.kept(step):
            wait.until(lambda: tries.call_count > 3, within=5, why="it goes on trying")

        assert tries.call_count > 3

    def test_a_lost_lease_is_left_to_whoever_has_it(self, world, step, monkeypatch):
        """The work of the first is over when the second has the row: the relay goes on, and nothing is closed."""
        taken = {}

        def work_too_long(row):
            with tenant(world.north):
                ImportStep.objects.filter(pk=row.pk).update(lease_until=timezone.now())
            taken["by"] = relay.claim(LABEL, world.north, row.pk)[0].owner

        monkeypatch.setattr(imports, "run", work_too_long)

        assert relay.run(LABEL, world.north, step.pk) is True

        with tenant(world.north):
            kept = ImportStep.objects.get(pk=step.pk)
        assert (kept.state, kept.owner, kept.attempts) == ("pending", taken["by"], 2)
