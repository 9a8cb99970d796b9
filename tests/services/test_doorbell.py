"""The doorbell over a real Redis to a real worker: who hears it does the work, and if nobody does, the relay."""

from unittest import mock

import pytest

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
