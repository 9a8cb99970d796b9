"""What was ever decided is accounted for: nothing is lost between an event and a mailbox, and nothing is doubled."""

import pytest

from notifications.models import Digest, Message, Notification
from notifications.queries.conservation import figures
from notifications.states import Kind
from tenants import context, relay
from tenants.context import tenant
from tenants.models import Delivery
from tenants.states import DeliveryState
from tests.factories import DigestFactory, FollowFactory, NotificationFactory, WorkOrderFactory

pytestmark = pytest.mark.django_db
STATES = ("delivered", "pending", "parked", "dead", "suppressed")


@pytest.fixture
def sample(world):
    """The figures of north, as they are now."""

    def take(what="messages"):
        with tenant(world.north):
            return figures()[what]

    return take


@pytest.fixture
def told(world):
    return NotificationFactory.create_batch(4, organization=world.north, recipient=world.omar)


def moved(world, entry, state, **more):
    """The mail of an entry as the relay would leave it."""
    done = {"done_at": context.now()} if state == DeliveryState.DONE else {}
    with tenant(world.north):
        Message.objects.filter(notification=entry).update(state=state, **done, **more)


class TestMessages:
    def test_each_state_has_its_name_and_together_they_are_what_was_created(self, world, told, sample):
        digest = DigestFactory(organization=world.north, member=world.omar)
        moved(world, told[0], DeliveryState.DONE)
        moved(world, told[1], DeliveryState.DEAD)
        moved(world, told[2], DeliveryState.PARKED, digest=digest)

        found = sample()

        assert found["created"] == sum(found[state] for state in STATES)
        assert min(found[state] for state in ("delivered", "pending", "parked", "dead")) > 0
        assert (found["missing"], found["stranded"]) == (0, 0)

    def test_a_message_that_vanished_is_missed(self, world, told, sample):
        """The left side is no count of the same rows, or this would still add up."""
        with tenant(world.north):
            Message.objects.filter(notification=told[0], transport="email").delete()

        assert sample()["missing"] == 1

    def test_a_message_written_twice_is_noticed(self, world, told, sample):
        with tenant(world.north):
            twin = Message.objects.filter(notification=told[0], transport="email").get()
            Message.objects.create(notification=told[0], transport="email", key=f"again.{twin.key}")

        assert sample()["missing"] == -1

    def test_an_item_of_a_digest_that_never_goes_is_stranded(self, world, told, sample):
        digest = DigestFactory(organization=world.north, member=world.omar)
        moved(world, told[0], DeliveryState.PARKED, digest=digest)
        with tenant(world.north):
            Digest.objects.filter(pk=digest.pk).update(state=DeliveryState.DEAD)
            parked = Message.objects.filter(state=DeliveryState.PARKED).count()

        assert (sample()["stranded"], sample()["missing"]) == (parked, 0)

    def test_all_of_it_is_one_statement(self, world, told, query_counter):
        """Between two statements somebody is told, and the sum of one sample would be wrong."""
        with tenant(world.north), query_counter(exact=1):
            figures()


class TestEntries:
    def test_what_is_muted_is_counted_too(self, world, sample):
        """That it was decided not to show something is a decision, and is kept."""
        order = WorkOrderFactory(organization=world.north)
        FollowFactory(organization=world.north, member=world.omar, subject=order, muted=True)
        before = sample("entries")

        NotificationFactory(organization=world.north, recipient=world.omar, subject=order, kind=Kind.COMMENTED)

        found = sample("entries")
        assert (found["created"] - before["created"], found["hidden"] - before["hidden"]) == (1, 1)
        with tenant(world.north):
            muted = Notification.objects.exclude(hidden_because="").get()
            assert (muted.decided, Message.objects.filter(notification=muted).count()) == (0, 0)


class TestDeliveries:
    @pytest.fixture(autouse=True)
    def relayed(self, world, celery_burst):
        """Something happened, and who reacts to it is written down."""
        WorkOrderFactory(organization=world.north)
        celery_burst.relay()

    def test_reactions_add_up_too(self, world, sample):
        found = sample("deliveries")

        assert found["pending"] > 0
        assert found["created"] == sum(found[state] for state in STATES)

    def test_one_that_died_is_still_there_and_counts_as_dead(self, world, sample):
        with tenant(world.north):
            row = Delivery.objects.filter(state=DeliveryState.PENDING).first()
            Delivery.objects.filter(pk=row.pk).update(attempts=relay.MAX_DEATHS)
        before = sample("deliveries")

        relay.run(relay.DELIVERY, world.north, row.pk)

        found = sample("deliveries")
        assert (found["dead"], found["created"]) == (before["dead"] + 1, before["created"])
