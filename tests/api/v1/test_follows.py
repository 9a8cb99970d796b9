"""Following and muting through the API: one's own word on one thing, and nobody else's."""

import uuid

import pytest

from notifications.models import Follow
from tenants.context import tenant
from tests.factories import FollowFactory, TicketFactory, WorkOrderTaskFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def vera(api_client, world):
    return api_client.as_(world.vera)


def rows(world):
    with tenant(world.north):
        return list(Follow.objects.values_list("member__user__name", "subject_type", "muted"))


class TestFollows:
    @pytest.mark.parametrize("noun", ["workorder", "task", "ticket"])
    def test_a_thing_is_followed(self, vera, world, noun):
        made = {"task": WorkOrderTaskFactory, "ticket": TicketFactory}.get(noun)
        subject = made(organization=world.north) if made else world.orders["draft"]

        answer = vera.post("follows/", {"subject_type": noun, "subject": str(subject.pk)})

        assert answer.status_code == 201
        assert (answer.body["subject"], answer.body["muted"]) == (str(subject.pk), False)
        assert rows(world) == [("Vera", noun, False)]

    def test_said_again_it_is_the_same_row(self, vera, world):
        said = {"subject_type": "workorder", "subject": str(world.orders["draft"].pk)}
        first = vera.post("follows/", said)

        again = vera.post("follows/", said)

        assert (again.status_code, again.body) == (200, first.body)

    def test_a_mute_takes_the_place_of_following(self, vera, world):
        said = {"subject_type": "workorder", "subject": str(world.orders["draft"].pk)}
        vera.post("follows/", said)

        answer = vera.post("follows/", {**said, "muted": True})

        assert (answer.status_code, answer.body["muted"], answer.body["version"]) == (200, True, 2)
        assert rows(world) == [("Vera", "workorder", True)]

    def test_deleted_it_is_as_if_nothing_had_been_said(self, vera, world):
        row = FollowFactory(organization=world.north, member=world.vera)

        assert vera.delete(f"follows/{row.pk}/").status_code == 204
        assert rows(world) == []

    def test_the_list_is_my_own(self, vera, world):
        mine = FollowFactory(organization=world.north, member=world.vera, muted=True)
        FollowFactory(organization=world.north, member=world.pia)

        assert [row["id"] for row in vera.get("follows/").body["results"]] == [str(mine.pk)]
        assert vera.get("follows/", {"muted": "false"}).body["results"] == []


class TestRefusals:
    def test_what_is_not_here_is_refused_like_what_does_not_exist(self, vera, world):
        """Another organization's order must not be found out."""
        answers = [
            vera.post("follows/", {"subject_type": "workorder", "subject": str(pk)})
            for pk in (world.south_order.pk, uuid.uuid4())
        ]

        assert [answer.status_code for answer in answers] == [400, 400]
        assert answers[0].body == answers[1].body
        assert answers[0].body["fields"] == {
            "subject": [{"message": "There is no such thing.", "code": "does_not_exist"}]
        }
        assert rows(world) == []

    def test_an_id_of_another_noun_is_refused(self, vera, world):
        answer = vera.post("follows/", {"subject_type": "task", "subject": str(world.orders["draft"].pk)})

        assert (answer.status_code, rows(world)) == (400, [])

    def test_somebody_elses_word_does_not_exist(self, vera, world):
        row = FollowFactory(organization=world.north, member=world.pia)

        assert vera.get(f"follows/{row.pk}/").status_code == 404
        assert vera.delete(f"follows/{row.pk}/").status_code == 404
