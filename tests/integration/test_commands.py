"""What people type: the demo's seed, the server, and PostgreSQL's second line."""

import io
import socket

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F

from config import demo
from notifications.models import Message, Notification
from notifications.queries.conservation import figures
from tenants.context import tenant
from tenants.models import Delivery, Member, Organization
from workorder.models import WorkOrder
from workorder.states import OrderStatus

pytestmark = pytest.mark.django_db


def said(*arguments, **options):
    out = io.StringIO()
    call_command(*arguments, stdout=out, **options)
    return out.getvalue()


class TestSeedDemo:
    def test_the_seed_shows_every_state_and_doubles_nothing(self):
        """Each page has something true to show, and starting the demo again keeps what was done in it."""
        first = said("seed_demo", force=True)
        again = said("seed_demo", force=True)

        assert first == again
        with tenant(Organization.objects.get(slug="north")):
            states = set(WorkOrder.objects.values_list("status", flat=True))
            assert states == set(OrderStatus.values)
            assert set(Delivery.objects.values_list("state", flat=True)) == {"done"}
            assert Notification.objects.exists()
            assert not Message.objects.filter(state="pending").exists(), "the demo's past would be mailed"
            assert figures()["messages"]["missing"] == 0, "a page says that something is lost"
            early = Notification.objects.filter(created_at__lt=F("event__occurred_at"))
            assert not early.exists(), "somebody was told of what had not happened yet"
            addresses = set(Member.objects.values_list("user__email", flat=True))
        assert {email for email, _ in demo.sign_ins() if "north" in email} <= addresses

    def test_the_seed_refuses_where_it_may_be_production(self, settings):
        """Its passwords are public."""
        settings.DEBUG = False

        with pytest.raises(CommandError, match="--force"):
            call_command("seed_demo")

        assert not Organization.objects.filter(slug="south", name="Southside Facilities").exists()


@pytest.mark.enable_socket
class TestServe:
    def test_a_taken_port_is_one_clear_line(self):
        """Found before anything is migrated, and with a way out."""
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]

            with pytest.raises(CommandError, match=f"Port {port} is taken. Choose another: make demo PORT={port + 1}"):
                call_command("serve", port=port)


class TestPlatform:
    """Django's admin is for the platform's staff; what they see inside a house: tenancy/test_platform.py."""

    def test_staff_come_in(self, world, staff_client):
        assert staff_client.get("/platform/").status_code == 200

    def test_members_are_sent_away(self, world, admin_client):
        assert admin_client.get("/platform/").status_code == 302
