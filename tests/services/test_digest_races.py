"""A digest that is being sent while news arrives: every item comes in one mail, and in one only."""

import datetime
from unittest import mock

import pytest
from django.db.models import QuerySet

from notifications.actions import digests, telling
from notifications.models import Digest, Message
from notifications.queries.preferences import Route
from notifications.states import Kind, Transport, Wanted
from tenants import events, relay
from tenants.context import tenant
from tenants.models import Member
from tenants.states import DeliveryState
from tests.factories import DepartmentFactory, OperatorFactory, OrganizationFactory
from tests.support.racing import Meeting, race

pytestmark = pytest.mark.django_db(transaction=True)

LABEL = "notifications.digest"
LONG_AGO = datetime.datetime(2026, 3, 2, 7, tzinfo=datetime.UTC)  # each slot of that month is due


@pytest.fixture
def north():
    return OrganizationFactory(slug="north")


@pytest.fixture
def member(north):
    return OperatorFactory(organization=north)


@pytest.fixture(autouse=True)
def sent(monkeypatch):
    """The mails: lists of titles."""
    mails = []

    def send(digest, entries, **_):
        mails.append([entry.title for entry in entries])

    monkeypatch.setitem(digests.SENDERS, Transport.EMAIL, send)
    return mails


@pytest.fixture(autouse=True)
def in_the_digest(monkeypatch):
    """Everybody wants everything in the digest of the second of March, or the next one that is open."""

    def routes(members, **_):
        route = Route(Transport.EMAIL, Wanted.DIGEST, LONG_AGO, digest_at=LONG_AGO)
        return {member.pk: [route] for member in members}

    monkeypatch.setattr(telling, "routes", routes)


def tell(north, people, title):
    with tenant(north):
        event = events.record(DepartmentFactory(organization=north), "department.created", by=None)
        telling.tell(event, to=people, kind=Kind.TASK_ASSIGNED, title=title)


def waiting(north):
    with tenant(north):
        return list(Digest.objects.filter(state=DeliveryState.PENDING).order_by("due_at").values_list("pk", flat=True))


def states(north):
    """{title: state} of all items."""
    with tenant(north):
        return dict(Message.objects.values_list("notification__title", "state"))


class TestParking:
    """Somebody parks an item while somebody else closes the digest."""

    @pytest.fixture
    def late(self, north, member):
        """One item is in the digest; a second has been given its place when the digest is sent."""

        def late():
            tell(north, [member], "Early")
            [row] = waiting(north)
            placed, read = Meeting(2), Meeting(2)  # the place was given before the closing, and is used after it
            with (
                mock.patch.object(digests, "take", read.after(placed.after(digests.take))),
                mock.patch.object(digests, "_close", placed.before(digests._close)),
                mock.patch.object(digests, "_bring", read.before(digests._bring)),
            ):
                race(lambda: tell(north, [member], "Late"), lambda: relay.run(LABEL, north, row))

        return late

    def test_control_without_the_digests_lock_an_item_is_forgotten(self, north, late, sent):
        """It lies in a digest that was sent without it, and nobody will ever look there again."""
        with mock.patch.object(QuerySet, "select_for_update", lambda rows, **_: rows):
            late()

        assert sent == [["Early"]]
        assert states(north) == {"Early": DeliveryState.DONE, "Late": DeliveryState.PARKED}
        assert waiting(north) == []

    def test_item_goes_along_or_takes_the_next(self, north, late, sent):
        late()
        for row in waiting(north):
            relay.run(LABEL, north, row)

        assert sorted(title for mail in sent for title in mail) == ["Early", "Late"]
        assert set(states(north).values()) == {DeliveryState.DONE}


class TestCrowd:
    def test_tellers_at_the_same_time_make_one_digest_each_and_never_wait_in_a_ring(self, north):
        people = [OperatorFactory(organization=north) for _ in range(6)]

        def teller(number):
            mixed = people[number:] + people[:number]
            return lambda: [tell(north, mixed, f"{number}.{again}") for again in range(3)]

        answers = race(*(teller(number) for number in range(4)))

        with tenant(north):
            assert [answer for answer in answers if isinstance(answer, Exception)] == []
            assert Digest.objects.count() == len(people)
            assert Message.objects.filter(state=DeliveryState.PARKED).count() == len(people) * 4 * 3

    def test_two_workers_bring_a_digest_once(self, north, member, sent):
        tell(north, [member], "News")
        [row] = waiting(north)

        answers = race(*[lambda: relay.run(LABEL, north, row)] * 2)

        assert sorted(answers) == [False, True]
        assert sent == [["News"]]

    def test_news_arrives_while_digest_after_digest_is_sent(self, north, member, sent):
        """Two who tell and two who send: all come, and each once."""
        number = 12

        def teller(name):
            return lambda: [tell(north, [member], f"{name}{place}") for place in range(number)]

        def sender():
            while len(states(north)) < 2 * number:
                for row in waiting(north):
                    relay.run(LABEL, north, row)

        answers = race(teller("a"), teller("b"), sender, sender)
        for row in waiting(north):
            relay.run(LABEL, north, row)

        titles = [title for mail in sent for title in mail]
        assert [answer for answer in answers if isinstance(answer, Exception)] == []
        assert sorted(titles) == sorted(f"{name}{place}" for name in "ab" for place in range(number))
        assert set(states(north).values()) == {DeliveryState.DONE}
        assert len(sent) > 1


class TestLeaving:
    def test_member_who_leaves_while_it_is_sent_gets_it_or_does_not_but_nothing_hangs(self, north, member, sent):
        tell(north, [member], "News")
        [row] = waiting(north)

        def leave():
            with tenant(north):
                Member.objects.filter(pk=member.pk).update(active=False)

        race(lambda: relay.run(LABEL, north, row), leave)

        expected = {"News": DeliveryState.DONE} if sent else {"News": DeliveryState.SUPPRESSED}
        assert states(north) == expected
        assert waiting(north) == []
