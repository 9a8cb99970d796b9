"""Beat and a worker as real processes, and no relay: what the clock asks for is done all the same, later."""

import os

import pytest
from django.utils import timezone

from tenants.context import tenant
from tenants.models import ScheduledRun
from tests.factories import OrganizationFactory
from tests.support import wait
from tests.support.editions import Full, command_of

PROBED = "tests.support.probed_settings"
pytestmark = [pytest.mark.worker, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def floor(database_urls, redis_url, tmp_path):
    """Beat that rings every second instead of every thirty, and a worker."""
    edition = Full(database_urls, redis_url, mail_port=1)
    given = {"DATABASE_URL": database_urls.app, "DJANGO_SETTINGS_MODULE": PROBED}
    edition.begin("worker", command_of("worker"), **given)
    program, *words = command_of("beat")  # the program may well live in /tmp
    edition.begin("beat", [program, *(word.replace("/tmp/", f"{tmp_path}{os.sep}") for word in words)], **given)
    yield edition
    edition.stop()


def runs(organization):
    with tenant(organization):
        return list(ScheduledRun.objects.filter(schedule="often").order_by("due_at"))


@pytest.mark.timeout(120)
class TestBeat:
    def test_a_schedule_runs_without_a_relay(self, floor):
        """Beat's ring has the worker look at the clock and, as no relay gives a sign of life, do what is due."""
        north = OrganizationFactory(slug="north", created_at=timezone.now())

        done = wait.until(lambda: [row for row in runs(north) if row.state == "done"], within=60, why=floor.told)

        assert done[0].outcome == {"ran": 1}
        due = [row.due_at for row in runs(north)]
        assert len(due) == len(set(due))
        assert {(later - earlier).total_seconds() for earlier, later in zip(due, due[1:], strict=False)} <= {2.0}
