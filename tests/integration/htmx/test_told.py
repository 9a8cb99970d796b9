"""Why somebody was told, or was not: the page where an admin looks it up, for anybody."""

import pytest
from django.urls import reverse

from notifications.models import Message, Notification
from tenants.context import tenant
from tests.factories import FollowFactory, NotificationFactory, WorkOrderFactory
from workorder.actions import orders
from workorder.models import WorkOrder

pytestmark = pytest.mark.django_db
TOLD = "/settings/told/"


@pytest.fixture
def window(world, hx_client):
    return hx_client.as_(world.ada)


@pytest.fixture
def submitted(world, celery_burst):
    """An order that Pia has submitted, and of which everybody was told whom it concerns."""
    order = WorkOrderFactory(organization=world.north)
    with tenant(world.north):
        orders.submit(order, by=world.pia)
    celery_burst.relay()
    while celery_burst.step(world.north):
        pass
    with tenant(world.north):
        return WorkOrder.objects.get(pk=order.pk)


def verdicts(window, member, order):
    page = window.page(f"{TOLD}?member={member.pk}&thing={order.number}")
    return {
        row["data-verdict"]: row.get_text(" ", strip=True)
        for row in page.all("[data-verdict]")
        if "submitted" in row.get_text(" ", strip=True)
    }


class TestVerdicts:
    """A person and an order: an answer for each event of it."""

    def test_who_was_told_and_why(self, world, submitted, window):
        found = verdicts(window, world.ada, submitted)

        assert list(found) == ["told"]

    def test_who_did_it_is_not_told_of_it(self, world, submitted, window):
        assert "They did it themselves" in verdicts(window, world.pia, submitted)["own"]

    def test_whom_it_does_not_concern_and_who_was_told_instead(self, world, submitted, window):
        said = verdicts(window, world.vera, submitted)["not_concerned"]

        assert "Not among those whom this concerns; told were" in said
        assert "Ada" in said

    def test_muted(self, world, window, celery_burst):
        order = WorkOrderFactory(organization=world.north)
        FollowFactory(organization=world.north, member=world.omar, subject=order, muted=True)
        NotificationFactory(organization=world.north, recipient=world.omar, subject=order, kind="commented")

        page = window.page(f"{TOLD}?member={world.omar.pk}")

        assert "Inbox: muted" in page.text("#told")

    def test_not_relayed_yet(self, world, window):
        order = WorkOrderFactory(organization=world.north)
        with tenant(world.north):
            orders.submit(order, by=world.pia)
            order.refresh_from_db()

        assert "Nobody was told yet" in verdicts(window, world.ada, order)["not_yet"]


class TestList:
    def test_what_became_of_each_message_stands_beside_it(self, world, window):
        entry = NotificationFactory(organization=world.north, recipient=world.omar)
        with tenant(world.north):
            Message.objects.filter(notification=entry, transport="email").update(state="suppressed", error="turned off")

        page = window.page(f"{TOLD}?member={world.omar.pk}")

        assert page.one(f'[data-told="{entry.pk}"] [title="turned off"]')

    def test_an_order_that_is_not_there_says_so(self, world, window):
        page = window.page(f"{TOLD}?thing={world.south_order.number}x")

        assert "There is no order with this number." in page.text("[role=alert]")
        assert page.all("[data-told]") == []

    def test_anybodys_timeline(self, world, window):
        entry = NotificationFactory(organization=world.north, recipient=world.omar)

        page = window.page(reverse("notifications:told_entry", args=[entry.pk]))

        assert page.all("[data-what]")

    @pytest.mark.parametrize("person", ["omar", "sina", "pia"])
    def test_admins_alone(self, world, hx_client, person):
        assert hx_client.as_(getattr(world, person)).plain("get", TOLD).status_code == 403


class TestFigures:
    def test_it_adds_up(self, world, window):
        NotificationFactory(organization=world.north, recipient=world.omar)

        page = window.page(reverse("notifications:told_figures"))

        with tenant(world.north):
            created = sum(Notification.objects.values_list("decided", flat=True))
        assert page.text('[data-figure="messages.created"]') == str(created)
        assert page.text('[data-figure="messages.missing"]') == "0"
        assert "accounted for" in page.text("main [role=status]")

    def test_what_is_lost_is_an_alarm(self, world, window):
        entry = NotificationFactory(organization=world.north, recipient=world.omar)
        with tenant(world.north):
            Message.objects.filter(notification=entry).delete()

        page = window.page(reverse("notifications:told_figures"))

        assert "It does not." in page.text("[role=alert]")
