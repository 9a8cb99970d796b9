"""The inbox as people use it: narrowing, ticking, putting away, and looking up what became of an entry."""

import pytest
from django.urls import reverse

from notifications.actions import inbox
from notifications.models import Notification
from notifications.states import Kind
from tenants import context
from tenants.context import tenant
from tests.factories import NotificationFactory, TicketFactory

pytestmark = pytest.mark.django_db
INBOX = "/notifications/"


@pytest.fixture
def told(world):
    """Three entries of Omar's, the newest last."""
    return NotificationFactory.create_batch(3, organization=world.north, recipient=world.omar)


@pytest.fixture
def window(world, hx_client):
    return hx_client.as_(world.omar)


def shown(window, query=""):
    return [row["data-notification"] for row in window.page(f"{INBOX}{query}").all("[data-notification]")]


def unread(world):
    with tenant(world.north):
        return Notification.objects.of(world.omar).unread().count()


class TestFilters:
    """They live in the address, so a list can be kept as a bookmark."""

    def test_unread_archived_and_all(self, world, told, window):
        with tenant(world.north):
            inbox.read(told[0], by=world.omar)
            inbox.archive(told[1], by=world.omar)

        assert shown(window) == [str(told[2].pk), str(told[0].pk)]
        assert shown(window, "?show=unread") == [str(told[2].pk)]
        assert shown(window, "?show=archived") == [str(told[1].pk)]

    def test_kinds_and_things(self, world, told, window):
        ticket = TicketFactory(organization=world.north)
        about = NotificationFactory(
            organization=world.north, recipient=world.omar, subject=ticket, kind=Kind.TICKET_CREATED
        )

        assert shown(window, "?kind=ticket_created") == [str(about.pk)]
        assert len(shown(window, "?kind=ticket_created&kind=task_assigned")) == 4
        assert shown(window, f"?about=ticket:{ticket.pk}") == [str(about.pk)]
        assert ticket.title in window.page(f"{INBOX}?about=ticket:{ticket.pk}").text("#inbox [role=status]")

    @pytest.mark.parametrize("query", ["?show=loud", "?kind=gossip", "?about=ticket:7", "?about=x", "?page=minus"])
    def test_what_makes_no_sense_is_left_out(self, told, window, query):
        assert len(shown(window, query)) == 3

    def test_a_neighbours_thing_has_no_name_here(self, world, told, window):
        page = window.page(f"{INBOX}?about=workorder:{world.south_order.pk}")

        assert world.south_order.number not in page.text("#inbox")
        assert page.all("[data-notification]") == []


class TestChosen:
    """Several at once, all of them or none."""

    @pytest.mark.parametrize(("do", "left", "said"), [("read", 3, "2 marked as read."), ("archive", 1, "2 archived.")])
    def test_ticked_ones_are_marked(self, world, told, window, do, left, said):
        ids = [str(entry.pk) for entry in told[:2]]

        answer = window.post(reverse("notifications:chosen"), {"do": do, "ids": ids})

        window.assert_toast(answer, "success", said)
        window.assert_counts(answer, unread=1, in_database=unread(world))
        assert len(shown(window)) == left

    def test_somebody_elses_is_refused_and_nothing_is_marked(self, world, told, window):
        other = NotificationFactory(organization=world.north, recipient=world.sina)

        answer = window.post(reverse("notifications:chosen"), {"do": "read", "ids": [str(told[0].pk), str(other.pk)]})

        assert answer.status_code == 422
        assert window.part(answer).one("[role=alert]")
        assert unread(world) == 3

    @pytest.mark.parametrize(
        "sent", [{"do": "burn"}, {"do": "read", "ids": ["7"]}, {"do": "read", "ids": ["\x00"]}, {"ids": []}, {}]
    )
    def test_what_cannot_be_meant_is_422(self, world, told, window, sent):
        answer = window.post(reverse("notifications:chosen"), sent)

        assert answer.status_code == 422
        assert unread(world) == 3

    def test_without_scripts_it_comes_back_to_the_inbox(self, told, window):
        answer = window.plain("post", reverse("notifications:chosen"), {"do": "read", "ids": [str(told[0].pk)]})

        assert (answer.status_code, answer["Location"]) == (302, INBOX)


class TestReadAll:
    def test_what_came_after_the_page_was_made_is_not_marked(self, world, told, window):
        """Nobody has seen it: "all" is what was on the page."""
        seen = context.now().isoformat()
        NotificationFactory(organization=world.north, recipient=world.omar)

        window.post(reverse("notifications:read_all"), {"until": seen})

        assert unread(world) == 1

    def test_only_what_the_filters_let_through(self, world, told, window):
        NotificationFactory(organization=world.north, recipient=world.omar, kind=Kind.COMMENTED)

        window.post(f"{reverse('notifications:read_all')}?kind=commented")

        assert unread(world) == 3

    def test_a_moment_that_is_none_is_refused(self, world, told, window):
        answer = window.post(reverse("notifications:read_all"), {"until": "yesterday"})

        assert answer.status_code == 422
        assert unread(world) == 3


class TestArchive:
    def test_away_and_back(self, world, told, window):
        window.post(reverse("notifications:archive", args=[told[0].pk]))
        away = shown(window, "?show=archived")
        window.post(reverse("notifications:unarchive", args=[told[0].pk]))

        assert away == [str(told[0].pk)]
        assert len(shown(window)) == 3

    @pytest.mark.parametrize("verb", ["archive", "unarchive"])
    def test_somebody_elses_does_not_exist(self, world, told, hx_client, verb):
        answer = hx_client.as_(world.ada).post(reverse(f"notifications:{verb}", args=[told[0].pk]))

        assert answer.status_code == 404


class TestEntry:
    def test_shows_why_and_what_became_of_it(self, world, window):
        entry = NotificationFactory(organization=world.north, recipient=world.omar, why="It was given to you.")

        page = window.page(reverse("notifications:entry", args=[entry.pk]))

        assert [step["data-what"] for step in page.all("[data-what]")][:2] == ["happened", "decided"]
        assert "It was given to you." in page.text("#entry")

    def test_looking_at_it_marks_nothing(self, world, told, window):
        """A page that is only read changes nothing; a preview or a crawler would mark the whole inbox."""
        window.page(reverse("notifications:entry", args=[told[0].pk]))

        assert unread(world) == 3

    def test_somebody_elses_does_not_exist(self, world, told, hx_client):
        answer = hx_client.as_(world.ada).plain("get", reverse("notifications:entry", args=[told[0].pk]))

        assert answer.status_code == 404
