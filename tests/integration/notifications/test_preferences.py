"""Over what somebody is told: their own choice, their organization's, or what the product comes with."""

import pytest

from notifications.actions import preferences, telling
from notifications.models import DefaultPreference, Message, Notification, Preference
from notifications.queries.preferences import LEFT, NO_ADDRESS, NO_BROWSER, TURNED_OFF, routes
from notifications.states import Kind, Transport, Wanted
from tenants import relay
from tenants.context import tenant
from tenants.models import Member, User
from tenants.states import DeliveryState
from tests.factories import NotificationFactory, OperatorFactory, PushSubscriptionFactory

pytestmark = pytest.mark.django_db

KIND = Kind.TASK_ASSIGNED
MAIL = Transport.EMAIL


def want(world, member, wanted, kind=KIND, transport=MAIL):
    with tenant(world.north):
        preferences.choose([{"kind": kind, "transport": transport, "wanted": wanted}], by=member)


def want_all(world, wanted, kind=KIND, transport=MAIL):
    with tenant(world.north):
        preferences.choose_default([{"kind": kind, "transport": transport, "wanted": wanted}], by=world.ada)


def ways(world, member, **said):
    """{transport: (wanted, why not)} of a member's routes."""
    with tenant(world.north):
        found = routes([member], kind=said.pop("kind", KIND), is_urgent=said.pop("is_urgent", False), **said)
    return {route.transport: (route.wanted, route.suppressed_because) for route in found[member.pk]}


def mail_to(world, member, **said):
    """The message that telling somebody leaves behind."""
    entry = NotificationFactory(organization=world.north, recipient=member, kind=KIND, **said)
    with tenant(world.north):
        return Message.objects.get(notification=entry, transport=MAIL)


class TestPreferences:
    """What is not wanted is not sent, and the row that says so stays."""

    def test_off_leaves_the_entry_and_a_row_that_says_why_there_is_no_mail(self, world, mailoutbox):
        want(world, world.omar, Wanted.OFF)

        message = mail_to(world, world.omar)
        relay.drain(world.north)

        assert (message.state, message.error, mailoutbox) == (DeliveryState.SUPPRESSED, TURNED_OFF, [])
        with tenant(world.north):
            assert Notification.objects.of(world.omar).filter(pk=message.notification_id).exists()

    @pytest.mark.parametrize(
        ("own", "everybodys", "found"),
        [
            (None, None, Wanted.NOW),
            (None, Wanted.OFF, Wanted.OFF),
            (Wanted.NOW, Wanted.OFF, Wanted.NOW),
            (Wanted.DIGEST, Wanted.OFF, Wanted.DIGEST),
            (Wanted.OFF, Wanted.NOW, Wanted.OFF),
        ],
        ids=str,
    )
    def test_own_counts_more_than_everybodys_and_that_more_than_the_products(self, world, own, everybodys, found):
        if own:
            want(world, world.omar, own)
        if everybodys:
            want_all(world, everybodys)

        assert ways(world, world.omar)[MAIL][0] == found
        assert ways(world, world.omar, kind=Kind.MENTIONED)[MAIL] == (Wanted.NOW, "")

    def test_what_was_turned_off_since_is_not_sent(self, world, mailoutbox):
        message = mail_to(world, world.omar)
        want(world, world.omar, Wanted.OFF)

        relay.run("notifications.message", world.north, message.pk)

        with tenant(world.north):
            message.refresh_from_db()
        assert (message.state, message.error, mailoutbox) == (DeliveryState.SUPPRESSED, TURNED_OFF, [])


class TestReach:
    """Nobody is written to where they are not."""

    def test_without_an_address_there_is_no_mail(self, world):
        User.objects.filter(pk=world.omar.user_id).update(email="")
        with tenant(world.north):
            omar = Member.objects.get(pk=world.omar.pk)

        assert ways(world, omar)[MAIL] == (Wanted.NOW, NO_ADDRESS)

    def test_push_is_silent_about_browsers_nobody_ever_had(self, world):
        assert Transport.PUSH not in ways(world, world.omar)
        PushSubscriptionFactory(organization=world.north, member=world.omar)
        assert ways(world, world.omar)[Transport.PUSH] == (Wanted.NOW, "")

    def test_push_that_was_chosen_says_that_the_browser_is_gone(self, world):
        with tenant(world.north):
            Preference.objects.create(member=world.omar, kind=KIND, transport=Transport.PUSH, wanted=Wanted.NOW)

        assert ways(world, world.omar)[Transport.PUSH] == (Wanted.NOW, NO_BROWSER)

    def test_who_has_left_is_told_nowhere(self, world):
        assert {why for _, why in ways(world, world.ivan).values()} == {LEFT}

    def test_escalation_names_its_ways_and_counts_more_than_what_is_off(self, world):
        want(world, world.omar, Wanted.OFF, kind=Kind.ESCALATED)

        named = ways(world, world.omar, kind=Kind.ESCALATED, only=[MAIL])

        assert named == {Transport.INBOX: (Wanted.NOW, ""), MAIL: (Wanted.NOW, "")}
        assert ways(world, world.omar, kind=Kind.ESCALATED)[MAIL] == (Wanted.OFF, TURNED_OFF)
        assert ways(world, world.ivan, kind=Kind.ESCALATED, only=[MAIL])[MAIL] == (Wanted.NOW, LEFT)

    def test_escalation_that_was_decided_is_sent_though_its_kind_is_off(self, world, mailoutbox):
        want(world, world.omar, Wanted.OFF, kind=Kind.ESCALATED)
        entry = NotificationFactory(
            organization=world.north, recipient=world.omar, kind=Kind.ESCALATED, only=[MAIL], title="Nobody reacts"
        )

        relay.drain(world.north)

        assert [mail.subject for mail in mailoutbox] == [f"[{world.north.name}] {entry.title}"]


class TestInBulk:
    def test_as_many_queries_for_one_as_for_many(self, world, query_counter):
        made = []

        def more(number):
            made.extend(OperatorFactory(organization=world.north) for _ in range(number - len(made)))
            for member in made:
                want(world, member, Wanted.OFF)

        def ask():
            with tenant(world.north):
                people = list(Member.objects.filter(pk__in=[member.pk for member in made]))
                return len(routes(people, kind=KIND, is_urgent=False))

        query_counter.constant_over(more, ask, sizes=(1, 4, 12))

    def test_telling_takes_as_many_statements_with_digests_as_members_like(self, world, query_counter):
        """Half of them want a digest, which each of them has of their own."""
        made = []

        def more(number):
            made.extend(OperatorFactory(organization=world.north) for _ in range(number - len(made)))
            for member in made[::2]:
                want(world, member, Wanted.DIGEST)

        def tell():
            entry = NotificationFactory(organization=world.north)  # for its event's kind alone
            with tenant(world.north):
                return len(telling.tell(entry.event, to=made, kind=KIND, title="News"))

        query_counter.constant_over(more, tell, sizes=(2, 4, 12))

    def test_crowd_is_read_by_kind_and_not_by_name(self, world, monkeypatch):
        """Ten thousand names in a query cost more than what all have said about the kind; the answer is the same."""
        want(world, world.omar, Wanted.OFF)
        PushSubscriptionFactory(organization=world.north, member=world.sina)
        people = [world.omar, world.sina, world.pia]

        def found():
            with tenant(world.north):
                return routes(people, kind=KIND, is_urgent=False, moment=world.omar.created_at)

        before = found()
        for module in ("preferences", "hours"):
            monkeypatch.setattr(f"notifications.queries.{module}.SOME", 1)

        assert found() == before


class TestUnsubscribe:
    def test_one_kind_and_no_other(self, world):
        with tenant(world.north):
            turned_off = preferences.unsubscribe(world.omar, kind=KIND)
            again = preferences.unsubscribe(world.omar, kind=KIND)

        assert (turned_off, again) == (True, False)
        assert ways(world, world.omar)[MAIL] == (Wanted.OFF, TURNED_OFF)
        assert ways(world, world.omar, kind=Kind.MENTIONED)[MAIL] == (Wanted.NOW, "")

    def test_digest_is_all_that_would_come_in_it(self, world):
        want(world, world.omar, Wanted.DIGEST)
        with tenant(world.north):
            DefaultPreference.objects.create(kind=Kind.MENTIONED, transport=MAIL, wanted=Wanted.DIGEST)

            preferences.unsubscribe(world.omar, kind="")

        assert ways(world, world.omar)[MAIL][0] == Wanted.OFF
        assert ways(world, world.omar, kind=Kind.MENTIONED)[MAIL][0] == Wanted.OFF
        assert ways(world, world.omar, kind=Kind.ORDER_REJECTED)[MAIL][0] == Wanted.NOW
