"""The proof: what became of a notification, from what happened to what was done with it."""

import datetime

import pytest

from notifications.actions import escalations, inbox
from notifications.models import Message, Occasion, Promise
from notifications.queries.timelines import ESCALATED, WHATS, timeline
from notifications.states import Kind, Transport
from tenants import context, relay
from tenants.context import tenant
from tenants.models import Replay
from tenants.states import DeliveryState
from tests.factories import (
    DigestFactory,
    EscalationFactory,
    FollowFactory,
    NotificationFactory,
    OccasionFactory,
    PromiseFactory,
    TicketFactory,
    WorkOrderFactory,
)

pytestmark = pytest.mark.django_db
LATER = datetime.datetime(2031, 3, 3, 7, tzinfo=datetime.UTC)


@pytest.fixture
def told(world):
    return NotificationFactory(organization=world.north, recipient=world.omar, why="It was given to you.")


def mail(world, told, **values):
    """The mail of a notification as a worker would have left it."""
    with tenant(world.north):
        Message.objects.filter(notification=told, transport=Transport.EMAIL).update(**values)


def steps(world, told, what=None):
    with tenant(world.north):
        found = timeline(told)
    return [step for step in found if what in (None, step.what)]


def step(world, told, what, transport=""):
    [found] = [one for one in steps(world, told, what) if not transport or one.transport == transport]
    return found


class TestDecision:
    def test_begins_with_what_happened_and_why_it_is_them(self, world, told):
        happened, decided = steps(world, told)[:2]

        assert (happened.what, happened.detail["kind"]) == ("happened", "department.created")
        assert (decided.what, decided.words) == ("decided", "Omar is told: It was given to you")

    def test_further_events_say_that_they_joined(self, world, told):
        OccasionFactory(organization=world.north, notification=told)

        joined = step(world, told, "joined")

        with tenant(world.north):
            assert joined.detail["event"] == str(Occasion.objects.get(notification=told).event_id)

    def test_muted_is_a_decision_with_a_reason(self, world):
        order = WorkOrderFactory(organization=world.north)
        FollowFactory(organization=world.north, member=world.omar, subject=order, muted=True)
        entry = NotificationFactory(organization=world.north, recipient=world.omar, subject=order, kind=Kind.COMMENTED)

        assert step(world, entry, "hidden").words == "Not shown in the inbox: muted"
        assert not [one for one in steps(world, entry) if one.transport == Transport.EMAIL]


class TestWays:
    """Of each transport what was decided, and what became of it."""

    def test_on_its_way(self, world, told):
        assert step(world, told, "pending", Transport.EMAIL).words == "About to be sent"

    def test_delivered_says_what_that_means(self, world, told):
        mail(world, told, state=DeliveryState.DONE, done_at=LATER, attempts=1)

        arrived = step(world, told, "delivered", Transport.EMAIL)

        assert (arrived.at, arrived.words) == (LATER, "The mail server accepted it for omar@north.example")

    def test_tries_and_the_last_error(self, world, told):
        mail(world, told, attempts=2, failures=2, error="SMTPServerDisconnected: gone", run_after=LATER)

        waits = step(world, told, "pending", Transport.EMAIL)

        assert waits.words.startswith("After 2 tries of which 2 failed: SMTPServerDisconnected: gone. Next try")
        assert waits.detail["next_try"] == "2031-03-03T07:00:00Z"

    def test_given_up(self, world, told):
        mail(world, told, state=DeliveryState.DEAD, attempts=1, failures=1, error="Permanent: refused", run_after=LATER)

        assert step(world, told, "dead").words == "Given up, after 1 try of which 1 failed: Permanent: refused"

    def test_not_sent_and_why(self, world, told):
        mail(world, told, state=DeliveryState.SUPPRESSED, error="turned off")

        refused = step(world, told, "suppressed", Transport.EMAIL)

        assert (refused.words, refused.detail) == ("Not sent: turned off", {"because": "turned off"})

    def test_held_until_morning(self, world, told):
        mail(world, told, held_because="quiet hours", run_after=LATER, first_due_at=LATER)

        assert step(world, told, "held").detail == {"until": "2031-03-03T07:00:00Z", "because": "quiet hours"}

    def test_in_a_digest(self, world, told):
        digest = DigestFactory(organization=world.north, member=world.omar, due_at=LATER)
        mail(world, told, state=DeliveryState.PARKED, digest=digest)

        assert step(world, told, "parked").detail == {"digest": str(digest.pk), "due_at": "2031-03-03T07:00:00Z"}
        assert step(world, told, "pending", Transport.EMAIL).words.startswith("Waits for the digest of")

    def test_another_life_is_said_with_what_it_died_of(self, world, told):
        with tenant(world.north):
            message = Message.objects.get(notification=told, transport=Transport.EMAIL)
            Replay.objects.create(label="notifications.message", row_id=message.pk, error="Permanent: refused")

        anew = step(world, told, "replayed")

        assert anew.words == "Tried anew by hand; it had failed: Permanent: refused"
        assert anew.transport == Transport.EMAIL


class TestReactions:
    def test_read_and_archived(self, world, told):
        with tenant(world.north):
            inbox.read(told, by=world.omar)
            inbox.archive(told, by=world.omar)

        assert [one.what for one in steps(world, told) if one.what in ("read", "archived")] == ["read", "archived"]

    def test_what_happened_because_nobody_reacted(self, world):
        """The same thing escalated: its steps stand there, and whether this person was among those they told."""
        ticket = TicketFactory(organization=world.north)
        about = {"organization": world.north, "subject": ticket, "kind": Kind.TICKET_CREATED}
        pia, omar = (NotificationFactory(recipient=person, **about) for person in (world.pia, world.omar))
        escalation = EscalationFactory(organization=world.north, subject=ticket)
        promise = PromiseFactory(organization=world.north, escalation=escalation)
        with tenant(world.north):
            Promise.objects.filter(pk=promise.pk).update(run_after=context.now())
        relay.run("notifications.promise", world.north, promise.pk)
        with tenant(world.north):
            escalations.acknowledge(escalation, by=world.sina)

        assert step(world, pia, "stepped").detail["reached"] is True
        assert step(world, pia, "stepped").words.endswith("Pia is among those it told")
        assert step(world, omar, "stepped").detail["reached"] is False
        assert [one.what for one in steps(world, pia) if one.what in ESCALATED.values()] == [
            "escalated",
            "stepped",
            "acknowledged",
        ]


class TestWhole:
    def test_everything_it_says_has_a_place_in_the_order(self, world, told):
        found = [one.what for one in steps(world, told)]

        assert set(found) <= WHATS.keys()
        assert found[-1] == "pending"  # what is still to come stands last

    def test_as_many_queries_for_many_events_as_for_one(self, world, told, query_counter):
        def joined(n):
            with tenant(world.north):
                have = Occasion.objects.filter(notification=told).count()
            OccasionFactory.create_batch(n - have, organization=world.north, notification=told)

        with tenant(world.north):
            query_counter.constant_over(joined, lambda: len(timeline(told)), sizes=(1, 4, 9))
