"""The platform's staff look into one organization at a time, change nothing, and are seen."""

import datetime

import pytest
import time_machine
from django.apps import apps
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from tenants.context import tenant
from tenants.models import Event, Organization, TenantRow
from tests.support.source import APPS

pytestmark = pytest.mark.django_db

SHOWN = [model for model in apps.get_models() if issubclass(model, TenantRow) and model._meta.app_label in APPS]
MINUTES = datetime.timedelta(minutes=61)


@pytest.fixture
def staff(django_user_model):
    """Somebody of the platform, member of no organization."""
    return django_user_model.objects.create_user("sam@platform.example", "x", is_staff=True)


@pytest.fixture
def desk(staff):
    client = Client()
    client.force_login(staff)
    return client


def lists(model):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def enter(desk, organization):
    return desk.post(reverse("admin:tenants_organization_enter", args=[organization.pk]))


def visits(organization):
    with tenant(organization):
        return [(event.actor, event.data) for event in Event.objects.filter(kind="platform.entered")]


class TestEntering:
    """Looking is a step of its own, and the organization can see that it was taken."""

    def test_nothing_is_shown_before_somebody_enters(self, world, desk):
        answer = desk.get(lists(type(world.customer)))

        assert (answer.status_code, answer.url) == (302, reverse("admin:tenants_organization_changelist"))

    def test_asking_is_not_entering(self, world, desk):
        """A link that is merely opened must leave no trace and open nothing."""
        answer = desk.get(reverse("admin:tenants_organization_enter", args=[world.north.pk]))

        assert answer.status_code == 200
        assert visits(world.north) == []

    def test_entering_is_written_into_the_ledger_of_the_organization(self, world, desk):
        enter(desk, world.north)

        assert visits(world.north) == [(None, {"email": "sam@platform.example"})]
        assert visits(world.south) == []

    def test_every_visit_is_an_event_of_its_own(self, world, desk):
        enter(desk, world.north)
        enter(desk, world.north)

        assert len(visits(world.north)) == 2

    def test_only_the_entered_organization_is_shown(self, world, desk):
        enter(desk, world.north)

        page = desk.get(lists(type(world.customer))).content.decode()

        assert world.customer.name in page
        assert world.one(type(world.customer), world.south).name not in page

    def test_a_row_of_another_organization_is_not_there(self, world, desk):
        enter(desk, world.north)
        address = reverse("admin:workorder_workorder_change", args=[world.south_order.pk])

        answer = desk.get(address, follow=True)

        assert world.south_order.number not in answer.content.decode().replace(str(world.south_order.pk), "")
        assert answer.redirect_chain[0][0] == reverse("admin:index")

    def test_a_visit_ends_after_an_hour(self, world, desk):
        enter(desk, world.north)

        with time_machine.travel(datetime.datetime.now(datetime.UTC) + MINUTES, tick=False):
            answer = desk.get(lists(type(world.customer)))

        assert answer.status_code == 302

    @pytest.mark.parametrize("who", ["ada", "zoe"])
    def test_members_are_no_staff(self, world, who):
        """An organization's admin is nobody here."""
        client = Client()
        client.force_login(getattr(world, who).user)

        answer = client.post(reverse("admin:tenants_organization_enter", args=[world.north.pk]))

        assert (answer.status_code, visits(world.north)) == (302, [])
        assert "/platform/login/" in answer.url


class TestLooking:
    """Everything can be seen; secrets cannot, and nothing can be changed."""

    def test_every_model_of_an_organization_is_shown(self):
        """A model that is forgotten here is looked up in the database by hand, where nobody sees it."""
        assert [model._meta.label for model in SHOWN if not admin.site.is_registered(model)] == []

    @pytest.mark.parametrize("model", SHOWN, ids=lambda model: model._meta.label)
    def test_rows_are_listed_and_opened_and_not_changed(self, world, desk, model):
        enter(desk, world.south)
        row = world.one(model, world.south)
        address = reverse(
            f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[row.pk if row else world.south.pk]
        )
        before = world.fingerprint()

        listed, opened = desk.get(lists(model)), desk.get(address)
        changed, added = desk.post(address, {"name": "x"}), desk.get(lists(model) + "add/")
        removed = desk.post(address.replace("/change/", "/delete/"), {"post": "yes"})

        assert (listed.status_code, opened.status_code) == (200, 200 if row else 302)
        assert (changed.status_code, added.status_code, removed.status_code) == (403, 403, 403)
        assert world.fingerprint() == before

    def test_digests_of_secrets_are_not_shown(self, world, desk):
        from_south = world.one(apps.get_model("tenants.ApiToken"), world.south)
        enter(desk, world.south)

        page = desk.get(reverse("admin:tenants_apitoken_change", args=[from_south.pk])).content.decode()

        assert from_south.prefix in page
        assert from_south.digest not in page

    @pytest.mark.parametrize(
        ("model", "shown", "hidden"),
        [("webhook", "url", ["secret"]), ("pushsubscription", "endpoint", ["p256dh", "auth"])],
    )
    def test_secrets_that_have_to_be_kept_are_not_shown_either(self, world, desk, model, shown, hidden):
        """What signs a call, and what opens a push, is the organization's and the browser's alone."""
        row = world.one(apps.get_model("notifications", model), world.south)
        enter(desk, world.south)

        page = desk.get(reverse(f"admin:notifications_{model}_change", args=[row.pk])).content.decode()

        assert getattr(row, shown) in page
        assert not [name for name in hidden if getattr(row, name) in page]

    def test_organizations_are_edited_and_not_deleted(self, world, django_user_model):
        """Suspending is the platform's; deleting would take other people's history along."""
        root = django_user_model.objects.create_superuser("root@platform.example", "x")
        client = Client()
        client.force_login(root)
        address = reverse("admin:tenants_organization_change", args=[world.north.pk])
        facts = {"slug": "north", "name": "Northwind", "status": "suspended", "time_zone": "UTC", "currency": "EUR"}
        facts |= {"language": "en"}

        client.post(address, facts)
        removed = client.post(address.replace("/change/", "/delete/"), {"post": "yes"})

        assert Organization.objects.get(pk=world.north.pk).is_suspended
        assert removed.status_code == 403
