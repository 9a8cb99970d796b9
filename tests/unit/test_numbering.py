"""Order numbers are what people say on the phone: one after the other, none missing, none twice."""

import datetime

import pytest
from django.db import transaction

from tenants.context import tenant
from tenants.errors import Invalid
from tests.factories import CustomerFactory, OrganizationFactory, WorkOrderFactory
from workorder.actions import orders
from workorder.models import NumberSeries

pytestmark = pytest.mark.django_db

NEW_YEAR_IN_LONDON = datetime.datetime(2027, 1, 1, 0, 30, tzinfo=datetime.UTC)


@pytest.fixture
def house():
    return OrganizationFactory()


@pytest.fixture
def ask(house):
    """`ask()` has somebody ask `house` for something; answers the number it was given."""

    def ask(customer=None, title="Opening posters"):
        customer = customer or CustomerFactory(organization=house)
        with tenant(customer.organization):
            return orders.create(by=None, customer=customer, title=title).number

    return ask


class TestNumbers:
    """`WO-2026-000123`: the year, then a place in it."""

    def test_the_first_number_of_a_year_is_one(self, ask, frozen_clock):
        """A new organization begins where paper would have."""
        assert ask() == "WO-2026-000001"

    def test_numbers_follow_each_other(self, ask, frozen_clock):
        """A number that is missing is an order somebody will look for."""
        assert [ask(), ask(), ask()] == ["WO-2026-000001", "WO-2026-000002", "WO-2026-000003"]

    def test_each_organization_counts_for_itself(self, ask, frozen_clock):
        """A gap in the own numbers would tell how much the neighbour has to do."""
        ask()
        elsewhere = CustomerFactory(organization=OrganizationFactory())

        assert ask(elsewhere) == "WO-2026-000001"

    def test_an_order_that_was_refused_takes_no_number(self, ask, frozen_clock):
        """What was never written down must not be missed."""
        with pytest.raises(Invalid):
            ask(title="")

        assert ask() == "WO-2026-000001"

    def test_a_number_that_was_rolled_back_is_given_again(self, ask, house, frozen_clock):
        """The counter turns in the order's own transaction, so it turns back with it."""
        with transaction.atomic():
            ask()
            transaction.set_rollback(True)

        assert ask() == "WO-2026-000001"

    def test_a_cancelled_order_keeps_its_number(self, ask, house, frozen_clock):
        """Cancelled is not deleted: its number stays on the letters it was written on."""
        WorkOrderFactory(organization=house, at="cancelled")

        assert ask() == "WO-2026-000002"

    def test_the_count_begins_anew_with_the_year(self, ask, house, frozen_clock):
        """The year is part of the number, and last year's counter rests."""
        ask()
        frozen_clock.move_to(NEW_YEAR_IN_LONDON)

        assert ask() == "WO-2027-000001"
        with tenant(house):
            assert list(NumberSeries.objects.values_list("year", "last")) == [(2026, 1), (2027, 1)]

    @pytest.mark.parametrize(
        ("zone", "number"),
        [("Europe/London", "WO-2027-000001"), ("America/Chicago", "WO-2026-000001"), ("Asia/Tokyo", "WO-2027-000001")],
    )
    def test_the_year_is_that_of_the_organizations_own_wall(self, ask, frozen_clock, zone, number):
        """Half an hour into the new year in London, Chicago still writes the old one."""
        frozen_clock.move_to(NEW_YEAR_IN_LONDON)

        assert ask(CustomerFactory(organization=OrganizationFactory(time_zone=zone))) == number

    def test_a_number_made_by_hand_moves_the_counter_past_it(self, ask, house, frozen_clock):
        """An order a test numbers itself must not collide with one the product makes later."""
        WorkOrderFactory(organization=house, number="WO-2026-000041")

        assert ask() == "WO-2026-000042"
