"""One's own inbox through the API."""

import pytest

from tests.factories import NotificationFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(world):
    """Pia was told three things, Ada one."""
    NotificationFactory(organization=world.north, recipient=world.ada)
    return NotificationFactory.create_batch(3, organization=world.north, recipient=world.pia)


class TestInbox:
    """Mine, newest first; other people's entries do not exist."""

    def test_i_see_mine_only(self, told, pia):
        answer = pia.get("notifications/")

        assert [row["id"] for row in answer.body["results"]] == [str(row.pk) for row in reversed(told)]
        assert (answer.body["results"][0]["is_read"], pia.get("notifications/unread-count/").body) == (
            False,
            {"count": 3},
        )

    def test_somebody_elses_entry_does_not_exist(self, world, told, api_client):
        """Not even for an admin: an inbox is a person's."""
        ada = api_client.as_(world.ada)

        seen, read = ada.get(f"notifications/{told[0].pk}/"), ada.post(f"notifications/{told[0].pk}/read/")

        assert (seen.status_code, read.status_code) == (404, 404)

    def test_reading_twice_is_reading_once(self, told, pia):
        first, second = (pia.post(f"notifications/{told[0].pk}/read/") for _ in range(2))

        assert (first.status_code, first.body["is_read"]) == (200, True)
        assert second.body == first.body
        assert pia.get("notifications/unread-count/").body == {"count": 2}

    def test_reading_all_says_how_many_that_were(self, told, pia):
        pia.post(f"notifications/{told[0].pk}/read/")

        answer, again = pia.post("notifications/read-all/"), pia.post("notifications/read-all/")

        assert (answer.body, again.body) == ({"count": 0, "changed": 2}, {"count": 0, "changed": 0})

    def test_unread_entries_can_be_asked_for(self, told, pia):
        pia.post(f"notifications/{told[0].pk}/read/")

        assert pia.get("notifications/?is_read=false").body["count"] == 2
        assert pia.get("notifications/?is_read=true&kind=task_assigned&level=info").body["count"] == 1
        assert pia.get("notifications/?kind=gossip").status_code == 400
