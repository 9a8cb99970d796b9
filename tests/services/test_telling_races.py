"""Eight workers tell of twenty tasks at once: one entry, one mail. With the guards taken out it must go wrong."""

from unittest import mock

import pytest
from django.db import DataError

from notifications.actions import joining, messages, telling
from notifications.kinds.specs import Spec
from notifications.models import Message, Notification, Occasion
from tenants import relay
from tenants.context import tenant
from tenants.models import Event
from tenants.models.inserting import insert_all
from tests.factories import DepartmentFactory, OperatorFactory, OrganizationFactory, WorkOrderFactory
from tests.support.racing import Meeting, no_constraint, race

pytestmark = pytest.mark.django_db(transaction=True)
ONE_OPEN = ("notifications_notification", "notification_one_open_per_key")
TASKS, WORKERS = 20, 8
LEFT_TO_IT = {"id", "organization_id", "created_at", "updated_at"}


@pytest.fixture
def north():
    return OrganizationFactory(slug="north")


@pytest.fixture
def offers(north):
    """The events by which one member was given twenty tasks of an order, of which nobody has been told."""
    department = DepartmentFactory(organization=north)
    OperatorFactory(organization=north, department=department)
    WorkOrderFactory(
        organization=north, line__department=department, line__steps=[TASKS], at="released", priority="normal"
    )
    relay.drain_here(north)
    with tenant(north):
        for model in (Message, Occasion, Notification):
            model.objects.all().delete()
        return list(Event.objects.filter(kind="assignment.offered").select_related("actor__user"))


@pytest.fixture
def told(north, offers):
    """`told()`: deliver them in eight threads; answers (errors, occasions of each entry, mails)."""

    def worker(number):
        def work():
            for event in offers[number::WORKERS]:
                with tenant(north):
                    telling.tell_of(event)

        return work

    def told():
        answers = race(*(worker(number) for number in range(WORKERS)))
        with tenant(north):
            counts = sorted(Notification.objects.values_list("occasions", flat=True))
            return [error for error in answers if error], counts, Message.objects.filter(transport="email").count()

    return told


class TestCoalescing:
    def test_all_of_them_are_one_entry_and_one_mail(self, north, offers, told):
        assert len(offers) == TASKS

        assert told() == ([], [TASKS], 1)
        with tenant(north):
            assert Notification.objects.get().title.startswith(f"{TASKS} tasks of ")
            assert Occasion.objects.count() == TASKS - 1

    def test_control_without_a_key_each_is_an_entry(self, told):
        with mock.patch.object(Spec, "key", return_value=""):
            assert told() == ([], [1] * TASKS, TASKS)

    def test_control_without_the_constraint_several_are_begun(self, told, database_urls):
        """Looking whether one is open is not enough: two look at the same time."""
        with (
            no_constraint(database_urls.owner, *ONE_OPEN),
            mock.patch.object(joining, "join", Meeting(WORKERS).after(joining.join)),
        ):
            errors, counts, mails = told()

        assert len(counts) > 1
        assert len(counts) == mails


class TestSameEvent:
    def test_two_workers_with_one_event_tell_once(self, north, offers):
        def tell():
            with tenant(north):
                telling.tell_of(offers[0])

        with mock.patch.object(joining, "join", Meeting(2).after(joining.join)):
            assert race(tell, tell) == [None, None]

        with tenant(north):
            assert list(Notification.objects.values_list("occasions", flat=True)) == [1]
            assert Message.objects.filter(transport="email").count() == 1


class TestSending:
    def test_what_joins_before_it_is_closed_is_in_the_mail(self, north, offers, mailoutbox):
        """What comes while it is being sent is either in it or an entry of its own, never lost between the two."""
        with tenant(north):
            telling.tell_of(offers[0])
            mail = Message.objects.get(transport="email")

        def join():
            with tenant(north):
                telling.tell_of(offers[1])

        def send():
            messages.send(mail)

        assert race(join, send) == [None, None]

        with tenant(north):
            first, *more = Notification.objects.order_by("created_at")
        assert (first.occasions, len(more)) in ((2, 0), (1, 1))
        assert mailoutbox[0].subject.endswith(first.title)


class TestInsertAll:
    """Rows by array are those that Django would have written."""

    def test_they_are_the_same_as_by_object(self, north, offers):
        with tenant(north):
            telling.tell_of(offers[0])
            made = Notification.objects.get()
        names = [field.attname for field in Notification._meta.concrete_fields if field.attname not in LEFT_TO_IT]
        with tenant(north):
            other = OperatorFactory(organization=north)
            row = [other.pk if name == "recipient_id" else getattr(made, name) for name in names]
            (pk,) = insert_all(Notification, names, [row])
            copy = Notification.objects.get(pk=pk)

        assert {name: getattr(copy, name) for name in names} == dict(zip(names, row, strict=True))
        assert copy.organization_id == north.pk

    def test_what_is_there_already_is_left_out(self, north, offers):
        with tenant(north):
            telling.tell_of(offers[0])
            made = Notification.objects.get()
            fresh = OperatorFactory(organization=north)
            rows = [(pk, made.event_id, "task_assigned", "Again") for pk in (made.recipient_id, fresh.pk)]
            written = insert_all(Notification, ("recipient_id", "event_id", "kind", "title"), rows, once=True)

            assert set(Notification.objects.filter(title="Again").values_list("pk", "recipient_id")) == {
                (pk, fresh.pk) for pk in written
            }

    def test_what_is_too_long_is_refused_and_not_cut(self, north, offers):
        with tenant(north), pytest.raises(DataError, match="too long"):
            insert_all(
                Notification,
                ("recipient_id", "event_id", "kind", "title"),
                [(offers[0].data["member"], offers[0].pk, "task_assigned", "x" * 201)],
            )
