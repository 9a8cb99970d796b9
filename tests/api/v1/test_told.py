"""Who was told of what, through the API: for admins, about everybody."""

import pytest

from notifications.models import Message
from tenants.context import tenant
from tests.factories import FollowFactory, NotificationFactory, WorkOrderFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(world, api_client):
    return api_client.as_(world.ada)


@pytest.fixture
def told(world):
    return NotificationFactory(organization=world.north, recipient=world.omar, why="It was given to you.")


class TestDecisions:
    def test_anybodys_with_its_reason_and_its_timeline(self, world, told, ada):
        [row] = ada.get(f"told/?recipient={world.omar.pk}").body["results"]
        whole = ada.get(f"told/{told.pk}/").body

        assert (row["recipient"], row["why"]) == (str(world.omar.pk), "It was given to you.")
        assert [step["what"] for step in whole["timeline"]][:2] == ["happened", "decided"]

    def test_what_somebody_muted_is_there_and_can_be_asked_for(self, world, told, ada):
        order = WorkOrderFactory(organization=world.north)
        FollowFactory(organization=world.north, member=world.omar, subject=order, muted=True)
        muted = NotificationFactory(organization=world.north, recipient=world.omar, subject=order, kind="commented")

        found = ada.get(f"told/?hidden=true&subject_type=workorder&subject_id={order.pk}").body["results"]

        assert [(row["id"], row["hidden_because"], row["decided"]) for row in found] == [(str(muted.pk), "muted", 0)]

    def test_a_stranger_to_filter_by_is_an_unknown_one(self, world, ada):
        assert ada.get(f"told/?recipient={world.zoe.pk}").status_code == 400

    def test_nothing_of_it_can_be_changed(self, told, ada):
        assert {ada.send(method, f"told/{told.pk}/", {}).status_code for method in ("PUT", "PATCH", "DELETE")} == {405}


class TestFigures:
    def test_everything_is_accounted_for(self, world, told, ada):
        found = ada.get("told/figures/").body

        messages = found["messages"]
        states = ("delivered", "pending", "parked", "dead", "suppressed")
        assert messages["created"] == sum(messages[state] for state in states) > 0
        assert (messages["missing"], messages["stranded"]) == (0, 0)

    def test_what_is_lost_shows(self, world, told, ada):
        with tenant(world.north):
            lost, _ = Message.objects.filter(notification=told).delete()

        assert ada.get("told/figures/").body["messages"]["missing"] == lost
