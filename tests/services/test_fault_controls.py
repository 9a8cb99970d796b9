"""Each guard is taken out once, and the checker must notice: one that finds nothing proves nothing.

The unlucky moment is made to come, in this process; the database is a real one. With the guard in place the same
moment does no harm.
"""

import contextlib
import threading
from unittest import mock

import pytest
from django.db import transaction
from django.db.models import Q
from django.test import Client
from redis.exceptions import ConnectionError as RedisAway

from notifications import transports
from notifications.actions import joining, telling
from notifications.states import Kind, Transport
from tenants import doorbell, events, relay
from tenants.actions import tokens
from tenants.context import tenant
from tenants.models import Delivery, Department, Event
from tenants.models.ledger import LeasedQuerySet
from tests.factories import AdminFactory, MessageFactory, OrganizationFactory, PlannerFactory, WorkOrderFactory
from tests.support.faults.checker import Checker
from tests.support.racing import Meeting, no_constraint, race
from tests.support.sinks import MailSink
from workorder.models import Ticket

pytestmark = pytest.mark.django_db(transaction=True)

MESSAGE = "notifications.message"
ONE_ENTRY = ("notifications_notification", "notification_once_per_event")
ONE_MESSAGE = ("notifications_message", "message_key_once")
HERE = "tests.services.test_fault_controls"


@pytest.fixture
def north():
    return OrganizationFactory(slug="north")


class TestLease:
    """A row is worked on by one at a time."""

    @pytest.fixture
    def sent_by_two(self, north, look, history, settings):
        """Two workers hear of the same message, and meet in front of the mail server."""
        message = MessageFactory(organization=north)

        def sent_by_two():
            meeting, is_sending = Meeting(2), threading.Event()
            send = meeting.before(transports.SENDERS[Transport.EMAIL])

            def slowly(message):
                is_sending.set()
                send(message)

            def first():
                return relay.run(MESSAGE, north.pk, message.pk)

            def second():
                is_sending.wait(20)
                return relay.run(MESSAGE, north.pk, message.pk)

            with MailSink() as sink, mock.patch.dict(transports.SENDERS, {Transport.EMAIL: slowly}):
                settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
                settings.EMAIL_HOST, settings.EMAIL_PORT = sink.address
                race(first, second)
                return list(Checker(look, history, mail=sink).mails())

        return sent_by_two

    def test_one_of_two_workers_sends(self, sent_by_two):
        assert sent_by_two() == []

    def test_control_without_the_lease_both_send(self, sent_by_two):
        def due(rows, moment):
            return rows.filter(state="pending", run_after__lte=moment)

        with mock.patch.object(LeasedQuerySet, "due", due):
            found = sent_by_two()

        assert found == ["1 mails arrived again after 0 kills"]


class TestUniqueKeys:
    """Two workers tell the same people of the same event at once."""

    @pytest.fixture
    def told_by_two(self, north, look, history):
        planner = PlannerFactory(organization=north)
        order = WorkOrderFactory(organization=north, at="submitted", at__by=planner)
        ada = AdminFactory(organization=north)
        with tenant(north):
            event = Event.objects.about(order).first()

        def tell():
            with tenant(north):
                telling.tell(event, to=[ada], kind=Kind.ORDER_SUBMITTED, title="It waits")

        def told_by_two():
            meeting = Meeting(2).after(joining.told_before)
            with mock.patch.object(joining, "told_before", meeting):
                race(tell, tell)
            checker = Checker(look, history)
            return [*checker.inbox(), *checker.messages()]

        return told_by_two

    def test_they_are_told_once(self, told_by_two):
        assert told_by_two() == []

    def test_control_without_the_keys_they_are_told_twice(self, told_by_two, database_urls):
        with no_constraint(database_urls.owner, *ONE_MESSAGE), no_constraint(database_urls.owner, *ONE_ENTRY):
            found = told_by_two()

        assert len(found) == 2
        assert "was told 2 times of" in found[0]
        assert "2 messages have the key" in found[1]


class Killed(BaseException):
    """The process ends here: nothing catches it, nothing is tidied up."""


def react(event):
    """A reaction that no constraint would keep from happening twice."""
    Department.objects.create(code=f"R{Department.objects.count() + 1}", name="Made by a reaction")


class TestOneTransaction:
    """What a reaction did and that it is done are written together."""

    @pytest.fixture
    def killed_before_done(self, north, monkeypatch):
        """The worker dies between the effect and `done`, and another takes over; answers how often it happened."""
        WorkOrderFactory(organization=north, at="draft")
        relay.relay(north)
        with tenant(north):
            row = Delivery.objects.first()
            before = Department.objects.count()
            Delivery.objects.filter(pk=row.pk).update(subscriber=f"{HERE}.react")

        def killed_before_done():
            with mock.patch.object(relay, "_done", side_effect=Killed), contextlib.suppress(Killed):
                relay.run(relay.DELIVERY, north.pk, row.pk)
            with tenant(north):
                Delivery.objects.filter(pk=row.pk).update(lease_until=None)
            relay.run(relay.DELIVERY, north.pk, row.pk)
            with tenant(north):
                return Department.objects.count() - before

        return killed_before_done

    def test_effect_happens_once(self, killed_before_done):
        assert killed_before_done() == 1

    def test_control_in_two_transactions_it_happens_twice(self, killed_before_done):
        def react_first(delivery):
            with tenant(delivery.organization_id):
                relay.subscriber(delivery.subscriber)(Event.objects.get(pk=delivery.event_id))

        with mock.patch.object(relay, "react", react_first):
            times = killed_before_done()

        assert times == 2


def is_away():
    raise RedisAway("It is away.")


class TestCommitHook:
    """What fails after the commit does not turn a change that was made into an error."""

    @pytest.fixture
    def sent_again_until_answered(self, north, monkeypatch):
        """A client opens a ticket while the bell is broken, as clients do: after a 500 once more."""
        with tenant(north):
            token = tokens.make_api_token(member=PlannerFactory(organization=north), name="c", by=None)[1]
        monkeypatch.setattr(doorbell, "_answer", is_away)
        client = Client(raise_request_exception=False, headers={"Authorization": f"Token {token}"})

        def sent_again_until_answered():
            answers = []
            while not answers or (answers[-1] >= 500 and len(answers) < 2):
                sent = {"title": "It leaks"}
                answers.append(client.post("/api/v1/tickets/", sent, content_type="application/json").status_code)
            with tenant(north):
                return answers, Ticket.objects.count()

        return sent_again_until_answered

    def test_change_that_was_made_is_answered_so(self, sent_again_until_answered):
        assert sent_again_until_answered() == ([201], 1)

    def test_control_with_a_plain_hook_it_is_made_twice(self, sent_again_until_answered, monkeypatch):
        monkeypatch.setattr(doorbell, "after_commit", transaction.on_commit)

        answers, made = sent_again_until_answered()

        assert answers == [500, 500]
        assert made == 2


class TestNotByIds:
    """The relay asks what was not relayed, and never "what is above the last id I saw"."""

    @pytest.fixture
    def committed_out_of_order(self, north, look, history):
        """The earlier of two events is committed after the later one was relayed; answers what the ledger lacks."""

        def committed_out_of_order(relay_them):
            recorded, may_commit = threading.Event(), threading.Event()

            def slow():
                with tenant(north):
                    events.record(_department(north, "A"), "department.created", by=None)
                    recorded.set()
                    may_commit.wait(20)

            def quick():
                recorded.wait(20)
                with tenant(north):
                    events.record(_department(north, "B"), "department.created", by=None)
                relay_them(north)
                may_commit.set()

            raised = [found for found in race(slow, quick) if found is not None]
            assert raised == []
            relay_them(north)
            return look.one("SELECT count(*), count(position) FROM tenants_event")

        return committed_out_of_order

    def test_late_commit_is_found(self, committed_out_of_order):
        assert committed_out_of_order(relay.relay) == (2, 2)

    def test_control_by_ids_it_is_lost(self, committed_out_of_order):
        last = {"id": None, "position": 0}

        def by_ids(organization):
            with tenant(organization):
                above = Q(pk__gt=last["id"]) if last["id"] else Q()
                for event in Event.objects.filter(above).order_by("pk"):
                    last["id"], last["position"] = event.pk, last["position"] + 1
                    Event.objects.filter(pk=event.pk).update(relayed_at=event.recorded_at, position=last["position"])

        assert committed_out_of_order(by_ids) == (2, 1)


def _department(organization, code):
    return Department.objects.create(code=code, name=code)
