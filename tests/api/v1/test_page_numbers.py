"""Lists come in numbered pages whose cost does not depend on how much they show."""

import pytest

from dispatch.actions import assignments
from tenants.context import tenant
from tests.factories import (
    CustomerFactory,
    NotificationFactory,
    ProductFactory,
    WorkOrderFactory,
)

pytestmark = pytest.mark.django_db


class TestPageNumbers:
    """`page` and `page_size` say exactly which rows; what cannot be meant is refused, not guessed."""

    def test_pages_add_up_to_the_whole_list(self, world, pia):
        """A program that follows `next` sees every row once."""

        first = pia.get("work-orders/", {"page_size": 6})
        second = pia.get(first.body["next"].removeprefix("http://localhost"))

        numbers = [row["number"] for page in (first, second) for row in page.body["results"]]
        assert (first.body["count"], first.body["previous"], second.body["next"]) == (10, None, None)
        assert numbers == sorted(set(numbers), reverse=True)
        assert len(numbers) == 10

    def test_page_size_is_capped_at_a_hundred(self, world, pia):
        """One request must not be able to ask for everything."""
        CustomerFactory.create_batch(105, organization=world.north)

        answer = pia.get("customers/", {"page_size": 5000})

        assert (answer.status_code, answer.body["count"], len(answer.body["results"])) == (200, 106, 100)

    def test_a_page_after_the_last_is_404_with_its_own_code(self, world, pia):
        """ "No such page" and "no such list" are different mistakes."""
        answer = pia.get("work-orders/", {"page": 2})

        assert (answer.status_code, answer.code) == (404, "page_out_of_range")

    @pytest.mark.parametrize(
        ("name", "value"), [("page", "0"), ("page", "-1"), ("page", "last"), ("page_size", "ten"), ("page_size", "0")]
    )
    def test_a_number_that_is_none_is_refused_by_name(self, world, pia, name, value):
        """Falling back to a default would answer a question nobody asked."""
        answer = pia.get("work-orders/", {name: value})

        assert (answer.status_code, answer.codes, list(answer.body["fields"])) == (400, ["not_a_number"], [name])


class TestListsKeepTheirCost:
    """The number of queries of a list is the same for two rows and for forty."""

    def orders(self, world, size):
        for _ in range(size - len(world.made)):
            order = WorkOrderFactory(
                organization=world.north, line__product=world.product, at="released", at__by=world.pia, title="slope"
            )
            world.made.append(order)

    @pytest.mark.parametrize(
        ("path", "query"),
        [
            ("work-orders/", {"search": "slope", "page_size": 100}),
            ("tasks/", {"page_size": 100}),
            ("work-order-processes/", {"page_size": 100}),
            ("events/", {"page_size": 100, "kind": "workorder.released"}),
        ],
        ids=["orders", "tasks", "processes", "events"],
    )
    def test_floor_lists_do_not_slope(self, world, pia, query_counter, signing_in, path, query):
        """`allowed_actions` of a whole page costs what that of one row costs."""
        world.made = []

        count = query_counter.constant_over(
            lambda size: self.orders(world, size), lambda: len(pia.get(path, query).body["results"])
        )

        assert count <= signing_in + 3

    def test_assignments_do_not_slope(self, world, pia, query_counter, signing_in):
        """Whether an answer may be taken back depends on the task: it is fetched along."""
        world.made = []

        def grow(size):
            self.orders(world, size)
            with tenant(world.north):
                assignments.run(by=world.pia)

        count = query_counter.constant_over(
            grow, lambda: len(pia.get("assignments/", {"page_size": 100}).body["results"])
        )

        assert count <= signing_in + 3

    @pytest.mark.parametrize(
        ("path", "factory"),
        [
            ("customers/", CustomerFactory),
            ("products/", ProductFactory),
        ],
        ids=["customers", "products"],
    )
    def test_other_lists_do_not_slope(self, world, pia, query_counter, signing_in, path, factory):
        """Each row has its own related things, so a query per row would show."""
        made = []

        def grow(size):
            made.extend(factory.create_batch(size - len(made), organization=world.north))

        count = query_counter.constant_over(grow, lambda: len(pia.get(path, {"page_size": 100}).body["results"]))

        assert count <= signing_in + 3

    def test_the_inbox_does_not_slope(self, world, pia, query_counter, signing_in):
        """People with a full inbox are those in a hurry."""
        made = []

        def grow(size):
            many = size - len(made)
            made.extend(NotificationFactory.create_batch(many, organization=world.north, recipient=world.pia))

        count = query_counter.constant_over(
            grow, lambda: len(pia.get("notifications/", {"page_size": 100}).body["results"])
        )

        assert count <= signing_in + 3
