"""The buttons with which somebody follows or mutes what they look at."""

import pytest
from django.urls import reverse

from notifications.models import Follow
from tenants.context import tenant
from tests.factories import FollowFactory, TicketFactory, WorkOrderTaskFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def vera(hx_client, world):
    return hx_client.as_(world.vera)


def wishes(page, within="section"):
    """What the buttons would say."""
    return [button["value"] for button in page.all(f"{within} button")]


def said(world):
    with tenant(world.north):
        return list(Follow.objects.values_list("muted", flat=True))


class TestButtons:
    @pytest.mark.parametrize("noun", ["work-orders", "tasks", "tickets"])
    def test_every_page_of_a_thing_has_them(self, vera, world, noun):
        made = {"tasks": WorkOrderTaskFactory, "tickets": TicketFactory}.get(noun)
        thing = made(organization=world.north) if made else world.orders["draft"]

        page = vera.page(f"/{noun}/{thing.pk}/")

        assert wishes(page, f"#follow-{thing.pk}") == ["follow", "mute"]

    def test_pressed_the_part_comes_back_with_what_holds_now(self, vera, world):
        order = world.orders["draft"]
        vera.page(order)

        answer = vera.post(f"/work-orders/{order.pk}/follow/", {"wish": "follow"})

        assert answer.status_code == 200
        vera.assert_toast(answer, "success", "You follow this now.")
        assert wishes(vera.part(answer)) == ["forget", "mute"]
        assert said(world) == [False]

    def test_unmuted_it_is_as_before(self, vera, world):
        order = world.orders["draft"]
        FollowFactory(organization=world.north, member=world.vera, subject=order, muted=True)
        vera.page(order)

        answer = vera.post(f"/work-orders/{order.pk}/follow/", {"wish": "forget"})

        assert wishes(vera.part(answer)) == ["follow", "mute"]
        assert said(world) == []

    def test_a_wish_there_is_not_is_said(self, vera, world):
        answer = vera.post(f"/work-orders/{world.orders['draft'].pk}/follow/", {"wish": "shout"})

        assert (answer.status_code, said(world)) == (422, [])

    def test_a_list_of_tasks_has_no_room_for_them(self, hx_client, world):
        WorkOrderTaskFactory(organization=world.north, member=world.omar, department=world.assembly)

        page = hx_client.as_(world.omar).page(reverse("workorder:my_tasks"))

        assert page.has("article")
        assert not page.has("[id^=follow-]")
