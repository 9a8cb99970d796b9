"""Reading what one was told, and counting what one has not."""

import pytest

from notifications import queries
from notifications.actions import inbox, telling
from notifications.models import Message, Notification
from notifications.states import Kind, Level
from tenants import events
from tenants.context import tenant
from tests.factories import FollowFactory, NotificationFactory, WorkOrderFactory

pytestmark = pytest.mark.django_db


def unread(world, member):
    with tenant(world.north):
        return queries.unread_count(member)


class TestReadStatus:
    """Reading is said by the reader, about their own inbox."""

    def test_read_marks_one_with_its_moment(self, world, frozen_clock):
        first = NotificationFactory(organization=world.north, recipient=world.omar)
        NotificationFactory(organization=world.north, recipient=world.omar)

        with tenant(world.north):
            marked = inbox.read(first, by=world.omar)

        assert marked.is_read
        assert marked.version == 2
        assert unread(world, world.omar) == 1

    def test_reading_again_keeps_the_first_moment(self, world, frozen_clock):
        """When somebody first knew is the fact; opening it again is not."""
        entry = NotificationFactory(organization=world.north, recipient=world.omar)
        with tenant(world.north):
            first = inbox.read(entry, by=world.omar)
            frozen_clock.shift(hours=2)
            second = inbox.read(entry, by=world.omar)

        assert second.read_at == first.read_at
        assert second.version == first.version

    def test_somebody_elses_entry_does_not_exist(self, world):
        """Not even its admin reads another member's inbox."""
        entry = NotificationFactory(organization=world.north, recipient=world.omar)

        with tenant(world.north), pytest.raises(Notification.DoesNotExist):
            inbox.read(entry, by=world.ada)

        assert unread(world, world.omar) == 1

    def test_read_all_marks_mine_only_and_says_how_many(self, world):
        for _ in range(3):
            NotificationFactory(organization=world.north, recipient=world.omar)
        NotificationFactory(organization=world.north, recipient=world.odd)

        with tenant(world.north):
            changed, again = inbox.read_all(by=world.omar), inbox.read_all(by=world.omar)

        assert (changed, again) == (3, 0)
        assert (unread(world, world.omar), unread(world, world.odd)) == (0, 1)


class TestUnreadCount:
    """A number people trust must be true."""

    def test_counts_what_is_mine_and_unread(self, world):
        NotificationFactory(organization=world.north, recipient=world.omar)
        NotificationFactory(organization=world.north, recipient=world.omar, is_read=True)
        NotificationFactory(organization=world.north, recipient=world.odd)

        assert unread(world, world.omar) == 1

    def test_what_is_archived_or_muted_counts_for_nobody(self, world):
        order = WorkOrderFactory(organization=world.north)
        FollowFactory(organization=world.north, member=world.omar, subject=order, muted=True)
        NotificationFactory(organization=world.north, recipient=world.omar, subject=order, kind=Kind.COMMENTED)
        archived = NotificationFactory(organization=world.north, recipient=world.omar)
        with tenant(world.north):
            inbox.archive(archived, by=world.omar)

        assert unread(world, world.omar) == 0

    def test_counts_of_several_members_cost_one_query(self, world, query_counter):
        NotificationFactory(organization=world.north, recipient=world.omar)

        with tenant(world.north), query_counter(exact=1):
            counts = queries.unread_counts([world.omar.pk, world.odd.pk])

        assert counts == {world.omar.pk: 1, world.odd.pk: 0}

    def test_a_member_of_two_houses_has_two_inboxes(self, world):
        """What happens in south is nobody's business in north, even for Bea."""
        NotificationFactory(organization=world.south, recipient=world.bea_in_south)

        assert unread(world, world.bea) == 0


class TestTelling:
    """The inbox makes sure of "once", whoever asks."""

    @pytest.fixture
    def event(self, world):
        with tenant(world.north):
            return events.record(world.assembly, "department.created", by=world.ada)

    def tell(self, world, event, *members, title="News"):
        with tenant(world.north):
            told = telling.tell(event, to=members, kind=Kind.TASK_ASSIGNED, title=title, level=Level.INFO)
            return list(told)

    def test_named_twice_is_told_once(self, world, event):
        entries = self.tell(world, event, world.omar, world.omar)

        assert [entry.recipient for entry in entries] == [world.omar]

    def test_told_again_answers_the_first_entry(self, world, event):
        first = self.tell(world, event, world.omar, title="First")
        second = self.tell(world, event, world.omar, title="Second")

        assert first == second
        assert second[0].title == "First"
        with tenant(world.north):
            assert Message.objects.count() == 1

    def test_who_joins_later_is_added_and_others_keep_theirs(self, world, event):
        self.tell(world, event, world.omar)

        entries = self.tell(world, event, world.omar, world.odd)

        assert {entry.recipient for entry in entries} == {world.omar, world.odd}
        assert unread(world, world.omar) == 1

    def test_inactive_member_is_left_out(self, world, event):
        assert self.tell(world, event, world.ivan) == []

    def test_long_title_is_shortened_and_not_refused(self, world, event):
        """A title of a title is long sooner than one thinks; a failed delivery would tell nobody."""
        entry = self.tell(world, event, world.omar, title="x" * 500)[0]

        assert len(entry.title) == 200
        assert entry.title.endswith("…")

    def test_every_entry_has_a_message_with_a_telling_key(self, world, event):
        """The same key for the same event, person and transport is what lets a mailbox throw a double away."""
        self.tell(world, event, world.omar)

        with tenant(world.north):
            message = Message.objects.get()
        assert message.key == f"{event.pk}.{world.omar.pk}.email@workfloor.local"
