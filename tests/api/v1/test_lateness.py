"""Late is what somebody still waits for past its date; and a day is a day on the organization's wall."""

import datetime

import pytest

from tenants import context
from tenants.context import tenant
from tenants.models import Organization
from workorder.models import WorkOrder

pytestmark = pytest.mark.django_db

HOUR = datetime.timedelta(hours=1)


@pytest.fixture
def due(world):
    """`due(state, moment)`: the order in that state is due then."""

    def due(state, moment):
        with tenant(world.north):
            WorkOrder.objects.filter(pk=world.orders[state].pk).update(due_at=moment)
        return world.orders[state]

    return due


class TestLateness:
    @pytest.mark.parametrize(
        ("state", "hours", "is_late"),
        [
            ("draft", -1, True),
            ("in_progress", -1, True),
            ("on_hold", -1, True),
            ("in_progress", 1, False),
            ("completed", -1, False),
            ("cancelled", -1, False),
        ],
    )
    def test_list_and_order_say_the_same(self, world, api_client, due, state, hours, is_late):
        order = due(state, context.now() + hours * HOUR)
        vera = api_client.as_(world.vera)

        alone = vera.get(f"work-orders/{order.pk}/").body["is_late"]
        listed = {row["id"]: row["is_late"] for row in vera.get("work-orders/").body["results"]}
        found = [row["id"] for row in vera.get("work-orders/", {"late": "true"}).body["results"]]

        assert (alone, listed[str(order.pk)], str(order.pk) in found) == (is_late,) * 3

    def test_without_a_date_nothing_is_late(self, world, api_client, due):
        order = due("draft", None)

        assert api_client.as_(world.vera).get(f"work-orders/{order.pk}/").body["is_late"] is False

    def test_the_moment_it_is_due_it_is_not_late_yet(self, world, api_client, due, frozen_clock):
        order = due("draft", context.now())

        assert api_client.as_(world.vera).get(f"work-orders/{order.pk}/").body["is_late"] is False


class TestDays:
    """A date without a time is midnight on the organization's wall, not in Greenwich."""

    @pytest.mark.parametrize(
        ("asked", "is_found"),
        [
            ({"due_after": "2031-05-03"}, True),
            ({"due_before": "2031-05-03"}, False),
            ({"due_before": "2031-05-04"}, True),
            ({"due_after": "2031-05-04"}, False),
            ({"due_after": "2031-05-03T00:30"}, True),
            ({"due_after": "2031-05-03T01:30"}, False),
            ({"due_after": "2031-05-02T13:00:00Z"}, True),
        ],
    )
    def test_date_is_the_organizations_day(self, world, api_client, due, asked, is_found):
        """One in the morning of 3 May in Auckland is still 2 May in Greenwich."""
        Organization.objects.filter(pk=world.north.pk).update(time_zone="Pacific/Auckland")
        order = due("draft", datetime.datetime(2031, 5, 2, 13, tzinfo=datetime.UTC))

        found = api_client.as_(world.vera).get("work-orders/", {**asked, "status": "draft"}).body["results"]

        assert (str(order.pk) in {row["id"] for row in found}) == is_found

    @pytest.mark.parametrize("asked", ["2031-13-01", "tomorrow", "1066-10-14"])
    def test_day_that_is_none_is_refused_by_name(self, world, api_client, asked):
        answer = api_client.as_(world.vera).get("work-orders/", {"due_before": asked})

        assert (answer.status_code, list(answer.body["fields"])) == (400, ["due_before"])
