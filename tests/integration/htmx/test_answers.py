"""What an answer says beside its part: a toast, the counters, and where to go."""

import pytest
from django.urls import reverse

from notifications.models import Notification
from tenants.context import tenant
from tests.factories import NotificationFactory, WorkOrderTaskFactory

pytestmark = pytest.mark.django_db


def verb_of(order, verb):
    return reverse("workorder:order_verb", args=[order.pk, verb])


def unread_of(member):
    with tenant(member.organization):
        return Notification.objects.of(member).unread().count()


class TestToasts:
    """Whoever pressed a button is told that it was heard."""

    def test_verb_done_says_so(self, world, hx_client):
        order = world.orders["approved"]
        window = hx_client.as_(world.pia)

        answer = window.post(verb_of(order, "release"))

        window.assert_toast(answer, "success", f"{order.number}: Released: its tasks are on the floor.")

    def test_verb_refused_gives_reasons_and_no_toast(self, world, hx_client):
        """A toast goes away; the reason why not must stay."""
        order = world.orders["submitted"]
        window = hx_client.as_(world.pia)

        answer = window.post(verb_of(order, "approve"))

        assert answer.status_code == 409
        assert window.part(answer).one("[role=alert] li")["data-code"] == "approved_by_submitter"
        assert "toast" not in window.triggers(answer)

    def test_form_without_scripts_says_it_on_the_next_page(self, world, hx_client):
        order = world.orders["approved"]
        window = hx_client.as_(world.pia)

        answer = window.plain("post", verb_of(order, "hold"), {"reason": "x"})
        released = window.plain("post", verb_of(order, "release"))

        assert answer.status_code == 409
        assert (released.status_code, released["Location"]) == (302, reverse("workorder:order_detail", args=[order.pk]))
        assert window.page(released["Location"]).texts("#toasts .toast p") == [
            f"{order.number}: Released: its tasks are on the floor."
        ]


class TestCounts:
    """The badge is believed, so it is counted, never added up."""

    def test_entry_read_lowers_the_count(self, world, hx_client):
        entry, _ = NotificationFactory.create_batch(2, organization=world.north, recipient=world.omar)
        window = hx_client.as_(world.omar)
        before = unread_of(world.omar)

        answer = window.post(reverse("notifications:read", args=[entry.pk]))

        window.assert_counts(answer, unread=before - 1, in_database=unread_of(world.omar))

    def test_all_read_empties_the_badge(self, world, hx_client):
        NotificationFactory.create_batch(3, organization=world.north, recipient=world.omar)
        window = hx_client.as_(world.omar)

        answer = window.post(reverse("notifications:read_all"))

        window.assert_counts(answer, unread=0, in_database=unread_of(world.omar))
        assert window.page("/tasks/").text("#unread-count") == ""

    def test_verb_of_a_task_carries_the_count(self, world, hx_client):
        NotificationFactory(organization=world.north, recipient=world.omar)
        task = WorkOrderTaskFactory(organization=world.north, department=world.assembly, member=world.omar)
        window = hx_client.as_(world.omar)

        answer = window.post(reverse("workorder:task_verb", args=[task.pk, "start"]))

        window.assert_counts(answer, unread=unread_of(world.omar), in_database=unread_of(world.omar))
        assert window.triggers(answer)["changed"] == {"subject": "task", "id": str(task.pk)}

    def test_entry_of_somebody_else_does_not_exist(self, world, hx_client):
        entry = NotificationFactory(organization=world.north, recipient=world.sina)

        answer = hx_client.as_(world.omar).post(reverse("notifications:read", args=[entry.pk]))

        assert answer.status_code == 404
        assert unread_of(world.sina) >= 1


class TestRedirects:
    """A redirect that HTMX follows by itself ends as a page inside a part."""

    def test_part_after_the_session_ended_sends_the_window_to_sign_in(self, db, hx_client):
        answer = hx_client.get("/tasks/")

        assert answer["HX-Redirect"] == reverse("account_login")

    def test_verb_opened_as_a_page_shows_the_order(self, world, hx_client):
        """Somebody signs in again after pressing a button, and comes back to the button's address."""
        order = world.orders["draft"]

        answer = hx_client.as_(world.pia).plain("get", verb_of(order, "submit"))

        assert answer["Location"] == reverse("workorder:order_detail", args=[order.pk])

    def test_order_of_a_stranger_is_not_there(self, world, hx_client):
        answer = hx_client.as_(world.zoe).post(verb_of(world.orders["draft"], "submit"))

        assert answer.status_code == 404


class TestCsrf:
    """A button on somebody else's site must not press ours."""

    def test_verb_without_the_token_is_refused(self, world, hx_client):
        order = world.orders["approved"]
        window = hx_client.as_(world.pia)
        window._door.defaults.pop("HTTP_X_CSRFTOKEN")

        answer = window.post(verb_of(order, "release"))

        assert answer.status_code == 403
        assert window.page(order).text("[data-status]") == "Approved"

    def test_pages_carry_no_inline_script_or_style(self, world, hx_client):
        """The policy forbids both, so the first of either would silently not work."""
        page = hx_client.as_(world.ada).page(world.orders["in_progress"])

        assert [script for script in page.all("script") if not script.get("src")] == []
        assert page.all("[style], style, [onclick], [hx-on]") == []
