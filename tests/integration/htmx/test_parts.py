"""One address, two answers: the page for whoever opens it, and the part of it for whoever looks at it already."""

import pytest
from django.urls import reverse

from tests.factories import NotificationFactory, WorkOrderFactory, WorkOrderTaskFactory

pytestmark = pytest.mark.django_db

LIST = "/work-orders/"
INBOX = "/notifications/"


class TestPartOrPage:
    """A link that was sent to somebody must show a page, whatever HTMX got from the same address."""

    @pytest.mark.parametrize("path", ["/", LIST, f"{LIST}new/", "/tasks/", INBOX, f"{INBOX}counter/"])
    def test_address_opened_by_hand_is_a_page_and_htmx_gets_its_part(self, world, hx_client, path):
        window = hx_client.as_(world.pia)
        window.page(path)

        answer = window.get(path)

        assert answer.status_code == 200
        assert window.part(answer).has("[id]")

    def test_boosted_link_gets_the_page(self, world, hx_client):
        """A boosted link replaces the body: a part would leave the window without its frame."""
        answer = hx_client.as_(world.vera).get(LIST, boosted="true")

        assert b"<html" in answer.content

    def test_filters_that_make_no_sense_are_left_out(self, world, hx_client):
        """An address is typed, cut off and sent around: what cannot be read must not hide what can."""
        page = hx_client.as_(world.vera).page(f"{LIST}?status=submitted&priority=%00&customer=7&page=-3&order=zebra")

        assert page.texts("tbody [data-state]") == ["Submitted"]


class TestHistoryAndVary:
    """Part and page have one address, so whoever keeps answers has to be told which one this is."""

    @pytest.mark.parametrize("path", ["/", LIST, "/tasks/", "/notifications/"])
    def test_answers_vary_on_the_header_that_chooses(self, world, hx_client, path):
        answer = hx_client.as_(world.vera).get(path)

        assert "HX-Request" in answer["Vary"]

    def test_history_restored_gets_the_page(self, world, hx_client):
        """The browser's back button shows a whole window again."""
        answer = hx_client.as_(world.vera).get(LIST, **{"history-restore-request": "true"})

        assert b"<html" in answer.content


class TestSwap:
    """What comes back replaces what was pressed, so it must be the same thing, as it is now."""

    def test_verb_of_an_order_answers_the_order(self, world, hx_client):
        window = hx_client.as_(world.ada)
        order = world.orders["submitted"]
        window.page(order)

        answer = window.post(reverse("workorder:order_verb", args=[order.pk, "approve"]), {"version": order.version})

        part = window.part(answer)

        assert part.one("#order")["hx-swap"] == "outerHTML"
        assert part.text("[data-status]") == "Approved"
        assert window.page(order).text("[data-status]") == "Approved"

    def test_verb_of_a_task_answers_its_card(self, world, hx_client):
        """The same card stands on "my tasks" and on the task's page."""
        task = WorkOrderTaskFactory(organization=world.north, department=world.assembly, member=world.omar)
        window = hx_client.as_(world.omar)
        shown = window.page("/tasks/").one(f"#task-{task.pk}")

        answer = window.post(reverse("workorder:task_verb", args=[task.pk, "start"]))

        part = window.part(answer)
        assert part.one("article")["id"] == shown["id"]
        assert part.text("[data-status]") == "In progress"

    def test_buttons_are_the_verbs_the_member_may_say(self, world, hx_client):
        """A button that only refuses teaches people to ignore buttons."""
        order = world.orders["submitted"]

        planner = hx_client.as_(world.ada).page(order)
        submitter = hx_client.as_(world.pia).page(order)
        viewer = hx_client.as_(world.vera).page(order)

        assert planner.has("form[action$='/approve/']")
        assert not submitter.has("form[action$='/approve/']")
        assert "somebody else" in submitter.text("[aria-label='What you can do'] p")
        assert viewer.texts("main form button") == ["Follow", "Mute"]  # what only concerns themselves


class TestGrowth:
    """A page that asks once per row is fast in the demo and slow on the floor."""

    def test_list_of_orders_asks_as_often_for_many_as_for_few(self, world, hx_client, query_counter):
        window = hx_client.as_(world.vera)
        made = []

        def make(n):
            made.extend(WorkOrderFactory.create_batch(n - len(made), organization=world.north, title="Growing"))

        def read():
            return len(window.page(f"{LIST}?q=Growing").all("tbody tr"))

        assert query_counter.constant_over(make, read, sizes=(2, 8, 20)) > 0

    def test_my_tasks_ask_as_often_for_many_as_for_few(self, world, hx_client, query_counter):
        window = hx_client.as_(world.omar)
        made = []

        def make(n):
            made.extend(
                WorkOrderTaskFactory(organization=world.north, department=world.assembly, member=owner)
                for owner in [world.omar, None] * (n - len(made) // 2)
            )

        def read():
            return len(window.page("/tasks/").all("article"))

        assert query_counter.constant_over(make, read, sizes=(1, 3, 6)) > 0

    def test_inbox_asks_as_often_for_many_as_for_few(self, world, hx_client, query_counter):
        window = hx_client.as_(world.omar)
        made = []

        def make(n):
            missing = n - len(made)
            made.extend(NotificationFactory.create_batch(missing, organization=world.north, recipient=world.omar))

        def read():
            return len(window.page(INBOX).all("[data-notification]"))

        assert query_counter.constant_over(make, read, sizes=(2, 6, 12)) > 0
