"""A file of five thousand rows on PostgreSQL: in seconds, in one piece, and in the way of nobody for long."""

import io
import time
import uuid
from unittest import mock

import pytest

from tenants import relay
from tenants.context import tenant
from tests.factories import CustomerFactory, OrganizationFactory, PlannerFactory, ProductFactory
from tests.support import wait
from tests.support.racing import Meeting, race
from workorder.actions import imports, orders
from workorder.actions.imports import steps
from workorder.actions.orders import writing
from workorder.models import ImportStep, NumberSeries, OrderImport, WorkOrder

pytestmark = pytest.mark.django_db(transaction=True)

LABEL = "workorder.importstep"
MANY = 5000
ENOUGH_SECONDS = 20  # on a slow machine that does other things as well


@pytest.fixture
def house():
    return OrganizationFactory(slug="north")


@pytest.fixture
def confirmed(house):
    """`confirmed(n)` -> the step that will write n orders."""

    def confirmed(count):
        customer, product = CustomerFactory(organization=house), ProductFactory(organization=house)
        rows = [f"{customer.code},Posters {n},{product.code},{n + 1}" for n in range(count)]
        content = "\n".join(["customer,title,product,quantity", *rows]).encode()
        by = PlannerFactory(organization=house)
        with tenant(house):
            made = imports.upload(by=by, file=io.BytesIO(content), name="orders.csv")
            check = made.steps.get()
        relay.run(LABEL, house, check.pk)
        with tenant(house):
            imports.write(OrderImport.objects.get(pk=made.pk), by=by)
            return made.steps.get(verb="write")

    return confirmed


def numbers_of(house):
    with tenant(house):
        found = list(WorkOrder.objects.order_by("number").values_list("number", flat=True))
        return [int(number.rpartition("-")[2]) for number in found], NumberSeries.objects.get().last


class TestMany:
    @pytest.mark.slow
    def test_five_thousand_orders_are_written_at_once(self, house, confirmed, record_property):
        step, begun = confirmed(MANY), time.monotonic()

        relay.run(LABEL, house, step.pk)

        took = time.monotonic() - begun
        found, last = numbers_of(house)
        assert (len(found), last) == (MANY, MANY)
        assert took < ENOUGH_SECONDS
        record_property(f"seconds_to_write_{MANY}_orders", f"{took:.1f}")


class TestTogether:
    """Others go on meanwhile, and two workers with one step are one writing."""

    def test_orders_typed_meanwhile_leave_no_gap(self, house, confirmed):
        """Both take numbers of one series: whoever comes second waits for the first, and for no longer."""
        step = confirmed(300)
        with tenant(house):
            customer = CustomerFactory(organization=house)

        def type_one():
            with tenant(house):
                return orders.create(by=None, customer=customer, title="Typed")

        answers = race(lambda: relay.run(LABEL, house, step.pk), *[type_one] * 4)

        found, last = numbers_of(house)
        assert [answer for answer in answers if isinstance(answer, Exception)] == []
        assert found == list(range(1, 305))
        assert last == 304

    def test_two_workers_with_one_step_write_once(self, house, confirmed):
        """The lease ran out and somebody else came: the row of the import lets only one of them write."""
        step = confirmed(50)

        race(*[lambda: imports.run(ImportStep(pk=step.pk, **same(step)))] * 2)

        assert numbers_of(house) == (list(range(1, 51)), 50)

    def test_writing_keeps_its_lease_however_long_it_takes(self, house, confirmed, monkeypatch):
        """Longer than the lease: the thread beside it extends it, although the writing holds its rows."""
        step, insert, leases = confirmed(3), steps._insert, []
        monkeypatch.setattr(relay, "EXTEND_SECONDS", 0.05)

        def lease():
            with tenant(house):
                return ImportStep.objects.get(pk=step.pk).lease_until

        def insert_slowly(*args, **named):
            made = insert(*args, **named)
            leases.append(_elsewhere(lease))
            wait.until(lambda: _elsewhere(lease) > leases[0], within=5, why="the lease was extended meanwhile")
            return made

        monkeypatch.setattr(steps, "_insert", insert_slowly)
        relay.run(LABEL, house, step.pk)

        assert numbers_of(house) == ([1, 2, 3], 3)
        with tenant(house):
            assert ImportStep.objects.get(pk=step.pk).state == "done"


class TestSentTwice:
    def test_one_message_sent_twice_at_once_is_one_order_and_one_number(self, house):
        """Both have seen that there is none yet: the database decides, and the loser gives its number back."""
        customer, key = CustomerFactory(organization=house), uuid.uuid4()
        seen = Meeting(2).after(writing.sent_before)

        def send():
            with tenant(house):
                return orders.create(by=None, customer=customer, title="Typed", client_id=key).pk

        with mock.patch.object(writing, "sent_before", seen):
            answers = race(send, send)

        assert answers[0] == answers[1]
        assert numbers_of(house) == ([1], 1)


def same(step):
    return {
        "organization_id": step.organization_id,
        "order_import_id": step.order_import_id,
        "verb": step.verb,
        "attempts": 1,
    }


def _elsewhere(ask):
    """The answer as another connection sees it."""
    return race(ask)[0]
