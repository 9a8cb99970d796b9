"""The context of one job, in a real worker that has done another before. Its own module: no other worker may listen."""

import pytest
from django.utils import timezone

from tenants import doorbell
from tenants.context import tenant
from tenants.models import ScheduledRun
from tests import factories
from tests.support import wait
from tests.support.burst import lent_broker
from tests.support.editions import Full, command_of

PROBED = "tests.support.probed_settings"


@pytest.fixture
def probed(database_urls, redis_url, settings, transactional_db):
    """A worker with one child, whose runners write down what they find around them."""
    settings.REDIS_URL = redis_url
    edition = Full(database_urls, redis_url, mail_port=1)
    words = [word if word != "2" else "1" for word in command_of("worker")]
    edition.begin("worker", words, DATABASE_URL=database_urls.app, DJANGO_SETTINGS_MODULE=PROBED)
    with lent_broker(f"{redis_url}/0"):
        yield edition
    edition.stop()


def run(probed, *houses):
    """One run in each house, one after the other; answers the rows and what they found."""
    rows, found = [factories.ScheduledRunFactory(organization=house, schedule="probe") for house in houses], []
    for row in rows:
        with tenant(row.organization_id):
            ScheduledRun.objects.filter(pk=row.pk).update(run_after=timezone.now(), first_due_at=timezone.now())
        doorbell.ring_worker("tenants.scheduledrun", row.organization_id, row.pk, queue="reports")
        with tenant(row.organization_id):
            found.append(
                wait.until(lambda row=row: ScheduledRun.objects.get(pk=row.pk).outcome, within=30, why=probed.told)
            )
    return rows, found


@pytest.mark.worker
@pytest.mark.timeout(120)
class TestContext:
    def test_the_second_job_of_a_worker_sees_nothing_of_the_first(self, probed):
        """The first turns everything it can reach; both run in the same child."""
        north = factories.OrganizationFactory(slug="north", language="de")
        south = factories.OrganizationFactory(slug="south")

        rows, found = run(probed, north, south)

        first, second = found
        assert first["process"] == second["process"]
        assert (first["language"], second["language"]) == ("de", "en")
        assert second["cause"] == ["job", "", None]
        assert second["logged"] == {
            "request_id": "",
            "organization": str(south.pk),
            "label": "tenants.scheduledrun",
            "row": str(rows[1].pk),
        }
        assert second["organization"] is None

    def test_a_worker_keeps_its_connections(self, probed):
        """Celery's own way is a new one for each job: most of what a short row costs."""
        _, found = run(probed, *factories.OrganizationFactory.create_batch(6))

        assert len({at["process"] for at in found}) == 1
        assert len({at["server_process"] for at in found}) < 3  # a pool gives them out in turn
        assert found[0]["young_objects"] > 10_000, "it looks for garbage seldom"
