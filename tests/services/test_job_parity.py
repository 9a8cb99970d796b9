"""What a job does in the test's own process it does in a real worker: the same rows in the end, for every kind of row.

And the context of one job, in a worker that has done another before.
"""

import datetime

import pytest
from django.apps import apps
from django.utils import timezone

from tenants import doorbell, jobs, relay
from tenants.context import tenant
from tenants.models import Heartbeat, ScheduledRun, TenantRow
from tests import factories
from tests.support import wait
from tests.support.burst import lent_broker
from tests.support.editions import Full, command_of

LABELS = sorted(relay.runners())
PROBED = "tests.support.probed_settings"


def due(label, organization):
    """A row of this kind that is due, made as the product makes it."""
    model = apps.get_model(label)
    if label == relay.DELIVERY:
        factories.WorkOrderFactory(organization=organization, at="submitted")
        relay.relay(organization)
        with tenant(organization):
            row = model.objects.order_by("pk").last()
    else:
        row = getattr(factories, f"{model.__name__}Factory")(organization=organization)
    past = timezone.now() - datetime.timedelta(seconds=1)
    with tenant(organization):
        model.objects.filter(pk=row.pk).update(run_after=past, first_due_at=past)
    return row


def outcome(label, organization, row):
    """What became of the row, and how many rows of every kind there are now."""
    with tenant(organization):
        kept = apps.get_model(label).objects.get(pk=row.pk)
        counts = {m._meta.label: m.objects.count() for m in apps.get_models() if issubclass(m, TenantRow)}
    error = kept.error.partition(":")[0]
    return {"state": kept.state, "starts": kept.attempts, "failures": kept.failures, "error": error, "rows": counts}


@pytest.mark.timeout(180)
class TestParity:
    @pytest.mark.parametrize("label", LABELS)
    def test_a_real_worker_leaves_the_same_rows(self, celery_worker_real, settings, label):
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1  # where the worker's own mail goes, too: nowhere
        here, there = (factories.OrganizationFactory(slug=slug) for slug in ("here", "there"))
        mine, its = due(label, here), due(label, there)
        queue = next(iter(apps.get_model(label).QUEUES))

        jobs.run(label, str(here.pk), str(mine.pk))
        assert doorbell.ring_worker(label, there.pk, its.pk, queue=queue)
        expected = outcome(label, here, mine)
        wait.until(
            lambda: outcome(label, there, its) == expected,
            within=40,
            why=lambda: f"{outcome(label, there, its)} like {expected}\n{celery_worker_real.said()[-3000:]}",
        )

        assert expected["starts"] == 1
        assert Heartbeat.objects.filter(name__startswith="worker:").exists()


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


@pytest.mark.worker
@pytest.mark.timeout(120)
class TestContext:
    def test_the_second_job_of_a_worker_sees_nothing_of_the_first(self, probed):
        """The first turns everything it can reach; both run in the same child."""
        north = factories.OrganizationFactory(slug="north", language="de")
        south = factories.OrganizationFactory(slug="south")
        rows = [factories.ScheduledRunFactory(organization=house, schedule="probe") for house in (north, south)]
        for row in rows:
            with tenant(row.organization_id):
                ScheduledRun.objects.filter(pk=row.pk).update(run_after=timezone.now(), first_due_at=timezone.now())

        found = []
        for row in rows:
            doorbell.ring_worker("tenants.scheduledrun", row.organization_id, row.pk, queue="reports")
            with tenant(row.organization_id):
                found.append(
                    wait.until(lambda row=row: ScheduledRun.objects.get(pk=row.pk).outcome, within=30, why=probed.told)
                )

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
