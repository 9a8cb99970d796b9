"""One's own inbox through the API."""

import uuid

import pytest

from notifications.models import Message, Notification
from notifications.states import Kind, Transport
from tenants import context
from tenants.context import tenant
from tenants.models import Event
from tenants.states import DeliveryState
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


class TestFiltering:
    """Narrowed by what the entry is; what cannot be meant is refused by the name of its parameter."""

    @pytest.fixture
    def about_an_order(self, world, told):
        """The first of Pia's three is about an order and urgent."""
        order = world.orders["released"]
        with tenant(world.north):
            Notification.objects.filter(pk=told[0].pk).update(
                subject_type="workorder", subject_id=order.pk, kind=Kind.ORDER_HELD, level="warning", is_urgent=True
            )
        return order

    def found(self, client, query):
        return [row["title"] for row in client.get(f"notifications/?{query}").body["results"]]

    def test_several_kinds_and_a_level(self, told, about_an_order, pia):
        titles = [entry.title for entry in told]

        assert self.found(pia, "kind=order_held") == titles[:1]
        assert self.found(pia, "kind=order_held&kind=task_assigned") == titles[::-1]
        assert self.found(pia, "level=warning") == self.found(pia, "is_urgent=true") == titles[:1]

    def test_what_it_is_about(self, told, about_an_order, pia):
        [row] = pia.get(f"notifications/?subject_type=workorder&subject_id={about_an_order.pk}").body["results"]

        assert row["subject"] == {"type": "workorder", "id": str(about_an_order.pk)}
        assert self.found(pia, f"subject_type=task&subject_id={about_an_order.pk}") == []

    def test_archived_ones_are_listed_when_they_are_asked_for(self, told, pia):
        pia.post(f"notifications/{told[0].pk}/archive/")

        assert len(self.found(pia, "")) == len(self.found(pia, "archived=false")) == 2
        assert self.found(pia, "archived=true") == [told[0].title]

    @pytest.mark.parametrize(
        "query",
        ["kind=gossip", "level=loud", "is_read=perhaps", "archived=1", "subject_type=Work%20Order", "subject_id=7"]
        + ["created_after=yesterday", "search=%00", "ordering=title"],
    )
    def test_what_cannot_be_meant_is_refused_by_name(self, told, pia, query):
        answer = pia.get(f"notifications/?{query}")

        assert (answer.status_code, list(answer.body["fields"])) == (400, [query.partition("=")[0]])

    def test_words_and_days(self, told, pia):
        assert self.found(pia, f"search={told[1].title}") == [told[1].title]
        assert self.found(pia, "created_after=2200-01-01T00:00:00Z") == []


class TestMany:
    """Several at once, all of them or none."""

    @pytest.mark.parametrize(("verb", "shown"), [("read", "is_read=true"), ("archive", "archived=true")])
    def test_some_are_marked(self, told, pia, verb, shown):
        ids = [str(entry.pk) for entry in told[:2]]

        first, second = (pia.post(f"notifications/{verb}/", {"ids": ids}) for _ in range(2))

        assert (first.body, second.body) == ({"count": 1, "changed": 2}, {"count": 1, "changed": 0})
        assert {row["id"] for row in pia.get(f"notifications/?{shown}").body["results"]} == set(ids)

    @pytest.mark.parametrize("verb", ["read", "archive"])
    @pytest.mark.parametrize("whose", ["ada", "zoe", "nobody"])
    def test_a_strangers_entry_is_an_unknown_one_and_nothing_is_written(self, world, told, pia, verb, whose):
        """A colleague's, a neighbour's and one that never was: the same answer, and mine stays as it is."""
        with tenant(world.north):
            others = {"ada": Notification.objects.get(recipient=world.ada).pk}
        strange = others | {"zoe": world.zoe_notification.pk, "nobody": uuid.uuid4()}

        answer = pia.post(f"notifications/{verb}/", {"ids": [str(told[0].pk), str(strange[whose])]})

        assert (answer.status_code, [p["code"] for p in answer.body["problems"]]) == (400, ["does_not_exist"])
        assert list(answer.body["fields"]) == ["ids"]
        assert pia.get("notifications/unread-count/").body == {"count": 3}
        assert pia.get("notifications/").body["count"] == 3

    def test_more_than_a_hundred_are_refused(self, told, pia):
        answer = pia.post("notifications/read/", {"ids": [str(uuid.uuid4()) for _ in range(101)]})

        assert (answer.status_code, list(answer.body["fields"])) == (400, ["ids"])

    def test_a_part_of_all_can_be_named(self, world, told, pia):
        with tenant(world.north):
            Notification.objects.filter(pk=told[0].pk).update(kind=Kind.COMMENTED)

        of_a_kind = pia.post("notifications/read-all/", {"kind": ["commented"]})
        about = pia.post("notifications/read-all/", {"subject_id": str(world.orders["released"].pk)})

        assert (of_a_kind.body, about.body) == ({"count": 2, "changed": 1}, {"count": 2, "changed": 0})

    def test_all_is_what_was_seen(self, told, pia):
        """What comes while somebody looks at the page is not marked by the button on it."""
        seen = pia.get("notifications/").body["results"][1]["created_at"]

        assert pia.post("notifications/read-all/", {"until": seen}).body == {"count": 1, "changed": 2}


class TestArchive:
    """Put away is out of sight, and not gone."""

    def test_an_archived_entry_counts_no_more_and_comes_back_as_it_was(self, told, pia):
        archived = pia.post(f"notifications/{told[0].pk}/archive/")
        count = pia.get("notifications/unread-count/").body
        back = pia.post(f"notifications/{told[0].pk}/unarchive/")

        assert archived.body["archived_at"]
        assert count == {"count": 2}
        assert (back.body["archived_at"], back.body["is_read"]) == (None, False)
        assert pia.get("notifications/unread-count/").body == {"count": 3}

    def test_twice_is_once(self, told, pia):
        first, second = (pia.post(f"notifications/{told[0].pk}/archive/") for _ in range(2))

        assert second.body == first.body

    @pytest.mark.parametrize("verb", ["read", "archive", "unarchive", "timeline"])
    def test_somebody_elses_does_not_exist(self, world, told, api_client, verb):
        client = api_client.as_(world.ada)
        ask = client.get if verb == "timeline" else client.post

        assert ask(f"notifications/{told[0].pk}/{verb}/").status_code == 404


class TestTimeline:
    """The proof, as data: `what` for programs, `words` for people."""

    def test_it_says_why_over_what_and_how_it_ended(self, world, told, pia):
        with tenant(world.north):
            Message.objects.filter(notification=told[0], transport=Transport.EMAIL).update(
                state=DeliveryState.DONE, done_at=context.now(), attempts=3, failures=2
            )
        pia.post(f"notifications/{told[0].pk}/read/")

        entries = pia.get(f"notifications/{told[0].pk}/timeline/").body["entries"]

        with tenant(world.north):
            event = Event.objects.get(pk=told[0].event_id)
        assert entries[0]["detail"] == {"event": str(event.pk), "kind": event.kind, "position": event.position}
        assert [entry["what"] for entry in entries if not entry["transport"]] == ["happened", "decided", "read"]
        [mail] = [entry for entry in entries if entry["transport"] == "email"]
        assert (mail["what"], mail["detail"]["tries"], mail["detail"]["failures"]) == ("delivered", 3, 2)
        assert mail["words"] == "The mail server accepted it for pia@north.example, after 3 tries of which 2 failed"
