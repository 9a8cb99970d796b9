"""What a job does in the test's own process it does in a real worker: the same rows in the end, for every kind of
row."""

import datetime

import pytest
from django.apps import apps
from django.utils import timezone

from dispatch.models import MemberSkill
from tenants import doorbell, jobs, relay
from tenants.context import tenant
from tenants.models import TenantRow
from tests import factories
from tests.support import wait

LABELS = sorted(relay.runners())


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
        if label == "dispatch.certificateend":  # it looks itself whether the day is over
            day = past.date() - datetime.timedelta(days=2)
            model.objects.filter(pk=row.pk).update(day=day)
            MemberSkill.objects.filter(pk=row.member_skill_id).update(certified_until=day)
        model.objects.filter(pk=row.pk).update(run_after=past, first_due_at=past)
    return row


def outcome(label, organization, row):
    """What became of the row, and how many rows of every kind there are now."""
    with tenant(organization):
        kept = apps.get_model(label).objects.get(pk=row.pk)
        counts = {m._meta.label: m.objects.count() for m in apps.get_models() if issubclass(m, TenantRow)}
    error = kept.error.partition(":")[0]
    return {"state": kept.state, "starts": kept.attempts, "failures": kept.failures, "error": error} | counts


@pytest.mark.timeout(180)
class TestParity:
    @pytest.mark.parametrize("label", LABELS)
    def test_a_real_worker_leaves_the_same_rows(self, celery_worker_real, request, settings, label):
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1  # where the worker's own mail goes, too: nowhere
        settings.FILES_ROOT = request.getfixturevalue("_one_worker").home / "files"
        here, there = (factories.OrganizationFactory(slug=slug) for slug in ("here", "there"))
        mine, its = due(label, here), due(label, there)
        queue = next(iter(apps.get_model(label).QUEUES))

        jobs.run(label, str(here.pk), str(mine.pk))
        assert doorbell.ring_worker(label, there.pk, its.pk, queue=queue)

        expected = outcome(label, here, mine)
        assert expected["starts"] == 1
        wait.until(
            lambda: not differing(expected, outcome(label, there, its)),
            within=40,
            why=lambda: f"no difference: {differing(expected, outcome(label, there, its))}",
        )


def differing(here, there):
    return {name: (value, there[name]) for name, value in here.items() if there[name] != value}
