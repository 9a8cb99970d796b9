"""Whoever is named with an @ hears of it, once, and nobody else does."""

import pytest

from notifications.models import Notification
from notifications.states import Kind
from tenants import relay
from tenants.context import tenant
from tests.factories import CommentFactory, TicketFactory, WorkOrderTaskFactory
from workorder.actions import comments

pytestmark = pytest.mark.django_db


def told(world):
    """(who, url, content) of everybody who has been told of a mention."""
    relay.drain_here(world.north)
    with tenant(world.north):
        entries = Notification.objects.filter(kind=Kind.MENTIONED).select_related("recipient__user")
        return sorted((entry.recipient.name, entry.url, entry.content) for entry in entries)


class TestMentions:
    def test_those_who_are_named_are_told_where(self, world):
        order = world.orders["released"]
        said = CommentFactory(organization=world.north, subject=order, member=world.omar, text="@pia @ada look")

        url = f"/work-orders/{order.pk}/#comment-{said.pk}"
        assert told(world) == [("Ada", url, "@pia @ada look"), ("Pia", url, "@pia @ada look")]

    @pytest.mark.parametrize("noun", ["tasks", "tickets"])
    def test_the_link_leads_to_what_it_is_about(self, world, noun):
        made = {"tasks": WorkOrderTaskFactory, "tickets": TicketFactory}[noun]
        subject = made(organization=world.north)
        said = CommentFactory(organization=world.north, subject=subject, member=world.omar, text="@pia")

        assert [url for _, url, _ in told(world)] == [f"/{noun}/{subject.pk}/#comment-{said.pk}"]

    def test_nobody_is_told_of_their_own_words(self, world):
        CommentFactory(organization=world.north, subject=world.orders["draft"], member=world.omar, text="To @omar.")

        assert told(world) == []

    def test_an_edit_tells_only_those_it_names_anew(self, world):
        said = CommentFactory(organization=world.north, subject=world.orders["draft"], member=world.omar, text="@pia")
        assert [name for name, _, _ in told(world)] == ["Pia"]

        with tenant(world.north):
            comments.edit(said, by=world.omar, text="@pia @ada")

        assert [name for name, _, _ in told(world)] == ["Ada", "Pia"]

    def test_what_was_removed_in_time_tells_nobody(self, world):
        said = CommentFactory(organization=world.north, subject=world.orders["draft"], member=world.omar, text="@pia")
        with tenant(world.north):
            comments.remove(said, by=world.omar)

        assert told(world) == []

    def test_an_event_delivered_twice_tells_once(self, world):
        CommentFactory(organization=world.north, subject=world.orders["draft"], member=world.omar, text="@pia")

        assert len(told(world)) == len(told(world)) == 1
