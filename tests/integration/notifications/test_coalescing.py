"""Twenty tasks of one order are one entry and one mail; what is read or sent is closed, and what comes later is new."""

import datetime

import pytest

from notifications.actions import inbox, joining, telling
from notifications.models import Message, Notification, Occasion
from tenants import context, relay
from tenants.context import tenant
from tenants.models import Delivery
from tenants.states import DeliveryState
from tests.factories import CommentFactory, FollowFactory, ViewerFactory, WorkOrderFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def given(world):
    """`given(count)`: an order whose tasks, all ready at once, go to Omar; answers the order."""

    def given(count, **values):
        values = {"priority": "normal"} | values
        order = WorkOrderFactory(
            organization=world.north, line__department=world.assembly, line__steps=[count], at="released", **values
        )
        relay.drain_here(world.north)
        return order

    with tenant(world.north):
        type(world.sina).objects.filter(pk=world.sina.pk).update(department=None)  # Omar is the only one there
    relay.drain_here(world.north)
    return given


@pytest.fixture
def talk(world):
    """`talk(text)`: Sina says something about Pia's order, and it is delivered."""
    order = WorkOrderFactory(organization=world.north, at="submitted", at__by=world.pia)
    relay.drain_here(world.north)

    def talk(text, by=world.sina):
        CommentFactory(organization=world.north, subject=order, member=by, text=text)
        relay.drain_here(world.north)

    return talk


def entries(world, member, kind):
    with tenant(world.north):
        return list(Notification.objects.filter(recipient=member, kind=kind).order_by("created_at", "id"))


def mails(world, entry):
    with tenant(world.north):
        return list(Message.objects.filter(notification=entry, transport="email"))


class TestJoining:
    def test_tasks_of_one_order_are_one_entry_and_one_mail(self, world, given):
        order = given(3)

        (entry,) = entries(world, world.omar, "task_assigned")

        assert (entry.title, entry.occasions) == (f"3 tasks of {order.number} are yours", 3)
        assert len(entry.content.splitlines()) == 3
        assert all(f"({order.number})" in line for line in entry.content.splitlines())
        assert len(mails(world, entry)) == 1
        with tenant(world.north):
            assert Occasion.objects.filter(notification=entry).count() == 2

    def test_each_occasion_remembers_what_it_said(self, world, given):
        """The timeline shows what happened, not only how often."""
        given(2)
        with tenant(world.north):
            occasion = Occasion.objects.get(recipient=world.omar)

        assert occasion.values["title"].endswith("is yours")

    def test_two_orders_are_two_entries(self, world, given):
        given(2)
        given(2)

        assert [entry.occasions for entry in entries(world, world.omar, "task_assigned")] == [2, 2]

    def test_the_mail_waits_for_more(self, world, given):
        before = context.now()
        given(2)

        (mail,) = mails(world, entries(world, world.omar, "task_assigned")[0])

        assert mail.run_after >= before + telling.GATHERING

    def test_what_is_urgent_does_not_wait(self, world, given):
        given(2, priority="urgent")
        entry = entries(world, world.omar, "task_assigned")[0]

        (mail,) = mails(world, entry)

        assert (entry.is_urgent, mail.is_urgent) == (True, True)
        assert mail.run_after <= context.now()

    def test_the_same_event_twice_counts_once(self, world, given):
        """A worker may die after telling and before saying so."""
        given(3)
        with tenant(world.north):
            again = Delivery.objects.filter(subscriber="notifications.subscribers.tell")
            again.update(state=DeliveryState.PENDING, done_at=None, rung_at=None)

        relay.drain_here(world.north)

        assert [entry.occasions for entry in entries(world, world.omar, "task_assigned")] == [3]

    def test_a_joined_entry_is_unread_as_before_and_has_a_new_version(self, world, talk):
        talk("One")
        (before,) = entries(world, world.pia, "commented")

        talk("Two")

        (after,) = entries(world, world.pia, "commented")
        assert (after.pk, after.version, after.read_at) == (before.pk, before.version + 1, None)
        assert after.content.splitlines() == ["Sina: One", "Sina: Two"]


class TestClosing:
    """Nothing joins what somebody has seen."""

    def test_read_it_is_closed(self, world, talk):
        talk("One")
        (first,) = entries(world, world.pia, "commented")
        with tenant(world.north):
            inbox.read(first, by=world.pia)

        talk("Two")

        assert [entry.occasions for entry in entries(world, world.pia, "commented")] == [1, 1]

    def test_archived_it_is_closed(self, world, talk):
        talk("One")
        with tenant(world.north):
            inbox.archive(entries(world, world.pia, "commented")[0], by=world.pia)

        talk("Two")

        assert len(entries(world, world.pia, "commented")) == 2

    def test_sent_it_is_closed(self, world, given, frozen_clock):
        """Whoever got the mail would not hear of what joined afterwards."""
        given(1)
        (mail,) = mails(world, entries(world, world.omar, "task_assigned")[0])
        frozen_clock.shift(seconds=31)

        assert relay.run("notifications.message", world.north, mail.pk)

        assert entries(world, world.omar, "task_assigned")[0].open_key is None

    def test_after_five_minutes_it_is_closed(self, world, talk, frozen_clock):
        talk("One")
        frozen_clock.shift(minutes=5)

        talk("Two")

        assert [entry.occasions for entry in entries(world, world.pia, "commented")] == [1, 1]

    def test_until_then_it_is_open(self, world, talk, frozen_clock):
        assert datetime.timedelta(minutes=5) == joining.COALESCE
        talk("One")
        frozen_clock.shift(minutes=4, seconds=59)

        talk("Two")

        assert [entry.occasions for entry in entries(world, world.pia, "commented")] == [2]


class TestCost:
    def test_joining_costs_the_same_for_few_and_many(self, world, talk, query_counter):
        """An order that everybody follows must not run one query per follower."""
        order = WorkOrderFactory(organization=world.north, at="draft")

        def say(text):
            CommentFactory(organization=world.north, subject=order, member=world.sina, text=text)

        FollowFactory(organization=world.north, member=world.vera, subject=order)
        say("One")
        relay.drain_here(world.north)
        say("Two")
        with query_counter() as few:
            relay.drain_here(world.north)
        for _ in range(20):
            member = ViewerFactory(organization=world.north)
            FollowFactory(organization=world.north, member=member, subject=order)
        with tenant(world.north):
            Notification.objects.update(open_key=None)
        say("Three")
        relay.drain_here(world.north)
        say("Four")

        with query_counter(exact=len(few)):
            relay.drain_here(world.north)
