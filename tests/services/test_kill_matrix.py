"""kill -9 in the middle. What was acknowledged is there, everybody is told, and nobody is told twice by the
database."""

import pytest

from config.subscriptions import SUBSCRIPTIONS
from notifications.models import Message, Notification
from tenants.context import tenant
from tenants.models import Delivery, Event
from tests.factories import AdminFactory, CustomerFactory, OrganizationFactory, PlannerFactory, WorkOrderFactory
from tests.support import wait
from tests.support.editions import Full
from tests.support.sinks import MailSink

SUBMISSIONS = 60  # each of another order, or they would be one entry
DELIVERIES = SUBMISSIONS * len(SUBSCRIPTIONS["workorder.submitted"])
RECOVERY_SECONDS = 45  # a lease of 10 s, a second ring after 5 s, and a slow machine
WORKER_CHILDREN = 2


@pytest.fixture
def mail():
    with MailSink() as sink:
        yield sink


@pytest.fixture
def floor(database_urls, redis_url, mail):
    """A relay and a worker as compose runs them, on this test's own database."""
    edition = Full(database_urls, redis_url, mail.address[1])
    yield edition
    edition.stop()


@pytest.fixture
def north():
    """Pia submits; Ada and Bea plan too, so they are the ones to be told."""
    north = OrganizationFactory(slug="north")
    people = [PlannerFactory(organization=north, user__name=name) for name in ("Pia", "Bea")]
    AdminFactory(organization=north, user__name="Ada")
    customer = CustomerFactory(organization=north)
    for _ in range(SUBMISSIONS):  # urgent, or their mails would wait for more of the same
        WorkOrderFactory(organization=north, customer=customer, priority="urgent", at="submitted", at__by=people[0])
    with tenant(north):
        rest = Event.objects.exclude(kind="workorder.submitted").order_by("recorded_at", "id")
        for position, event in enumerate(rest, start=1):
            Event.objects.filter(pk=event.pk).update(relayed_at=event.recorded_at, position=position)
    return north


def done(organization, model=Delivery):
    with tenant(organization):
        return model.objects.filter(state="done").count()


def unsent(organization):
    """What became of the messages that are still on their way."""
    with tenant(organization):
        columns = ("state", "attempts", "failures", "rung_at", "lease_until", "run_after", "error")
        return list(Message.objects.exclude(state="done").values_list(*columns)[:20])


def all_of(organization, model):
    with tenant(organization):
        return list(model.objects.all())


@pytest.mark.usefixtures("redis_url")
@pytest.mark.worker
@pytest.mark.timeout(180)
@pytest.mark.django_db(transaction=True)
class TestWorkerKilled:
    """Deliveries and mails are on their way when the worker and all its children die."""

    def test_nothing_is_lost_and_nothing_doubled(self, floor, north, mail):
        """The database is the memory: what the worker held is taken over when its lease ends."""
        floor.service("worker")
        floor.service("relay")

        wait.until(lambda: done(north) >= 40, within=60, why=lambda: f"deliveries run\n{floor.told()}")
        floor.kill("worker")
        at_the_kill = done(north)
        floor.service("worker")
        wait.until(
            lambda: done(north) == DELIVERIES, within=RECOVERY_SECONDS, why=lambda: f"all delivered\n{floor.told()}"
        )
        wait.until(
            lambda: done(north, Message) == 2 * SUBMISSIONS,
            within=RECOVERY_SECONDS,
            why=lambda: f"all sent\n{unsent(north)}\n{floor.told()}",
        )

        assert 40 <= at_the_kill < DELIVERIES
        assert [row.state for row in all_of(north, Delivery)] == ["done"] * DELIVERIES
        told = [(row.event_id, row.recipient_id) for row in all_of(north, Notification)]
        assert len(told) == len(set(told)) == 2 * SUBMISSIONS
        keys = [message["Message-ID"] for message in mail.arrived]
        assert len(set(keys)) == 2 * SUBMISSIONS
        assert len(keys) - len(set(keys)) <= WORKER_CHILDREN, "a kill may repeat what each child was sending, no more"


@pytest.mark.usefixtures("redis_url")
@pytest.mark.worker
@pytest.mark.timeout(180)
@pytest.mark.django_db(transaction=True)
class TestRelayKilled:
    """The relay dies while no worker is there: it was running the deliveries itself."""

    def test_the_next_relay_finds_what_is_left(self, floor, north):
        """It remembers nothing, so there is nothing it could have forgotten."""
        floor.service("relay")
        wait.until(lambda: done(north) >= 10, within=60, why=lambda: f"deliveries run\n{floor.told()}")
        floor.kill("relay")
        at_the_kill = done(north)
        floor.service("relay")
        wait.until(
            lambda: done(north) == DELIVERIES, within=RECOVERY_SECONDS, why=lambda: f"all delivered\n{floor.told()}"
        )

        assert 10 <= at_the_kill < DELIVERIES
        assert len(all_of(north, Notification)) == 2 * SUBMISSIONS
