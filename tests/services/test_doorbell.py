"""The doorbell over a real Redis to a real worker: who hears it does the work, and if nobody does, the relay."""

from unittest import mock

import pytest
from django.db import DatabaseError, connection

from tenants import relay
from tenants.context import tenant
from tenants.models import Delivery
from tests.factories import OrganizationFactory, WorkOrderFactory
from tests.support import wait


@pytest.fixture
def north():
    north = OrganizationFactory(slug="north")
    WorkOrderFactory(organization=north, at="submitted")
    return north


def states(organization):
    with tenant(organization):
        return set(Delivery.objects.values_list("state", flat=True))


@pytest.mark.timeout(90)
class TestRing:
    """A Celery message says only "look at row N"."""

    def test_worker_answers_and_nobody_else_runs_it(self, celery_worker_real, north):
        """Where a worker hears the bell, the relay's own process stays free for the next event."""
        with mock.patch.object(relay, "run", side_effect=AssertionError("it was run here")):
            relay.relay(north)
            rung = relay.run_due(north)
            wait.until(
                lambda: states(north) == {"done"}, within=20, why=f"the worker ran them\n{celery_worker_real.said()}"
            )

        assert rung > 0

    def test_message_that_names_a_stranger_finds_nothing(self, celery_worker_real, north):
        """The row must agree with the organization in the message, or a forged message would act for anybody."""
        south = OrganizationFactory(slug="south")
        relay.relay(north)
        with tenant(north):
            row = Delivery.objects.first()

        assert relay.run(relay.DELIVERY, south, row.pk) is False
        assert states(north) == {"pending"}

    def test_broker_that_is_away_leaves_it_to_the_relay(self, celery_worker_real, north, settings):
        """Losing Redis costs latency only, so nothing may wait for it to come back."""
        with mock.patch("tenants.doorbell.current_app.send_task", side_effect=ConnectionError):
            relay.drain(north)

        assert states(north) == {"done"}


@pytest.fixture
def ear(transactional_db):
    ear = relay.Ear()
    ear.wait(0.01)
    yield ear
    ear.close()


def cut_lines():
    """End the server's side of every line that listens, as a restart of PostgreSQL would; answers how many."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%%'")
        return cursor.rowcount


class TestEar:
    """The relay waits on a line of its own, which may break while it does nothing but listen."""

    def test_broken_line_is_an_error_that_the_relay_waits_out(self, ear):
        """The driver's own error would end the relay, and every lease that runs out would be nobody's."""
        cut = cut_lines()

        with pytest.raises(DatabaseError):
            ear.wait(5)

        assert cut == 1

    def test_line_is_taken_up_again(self, ear):
        cut_lines()
        with pytest.raises(DatabaseError):
            ear.wait(5)

        ear.close()
        ear.wait(0.01)

        assert cut_lines() == 1
