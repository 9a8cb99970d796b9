"""How many SQL statements an answer costs beyond signing in, however much it shows."""

from unittest import mock

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tenants import middleware
from tests.factories import CustomerFactory, ProcessFactory, ProductFactory, WorkOrderFactory
from tests.support.queries import FRAME, told

pytestmark = pytest.mark.django_db

LIST, DETAIL, CREATE = 3, 4, 14


@pytest.fixture
def beyond(monkeypatch):
    """`beyond(ask)`: statements of a request after its caller is known; what is fetched once per process left out."""

    def beyond(ask):
        ask()
        inside, known = [], middleware.answer_door

        def at_the_door(**shown):
            caller = known(**shown)
            inside.append(len(queries))
            return caller

        with CaptureQueriesContext(connection) as queries, mock.patch.object(middleware, "answer_door", at_the_door):
            answer = ask()
        assert answer.status_code in (200, 201), answer.content
        assert len(inside) == 1
        return sum(not FRAME.search(query["sql"]) for query in queries.captured_queries[inside[0] :]), told(queries)

    return beyond


# More than a page of a hundred, with what hangs on them: on stage once for all who count them.
MANY_ORDERS = "many orders", lambda world: WorkOrderFactory.create_batch(110, organization=world.north)


class TestStatementsBeyondSigningIn:
    """A statement more per page is a statement more for everybody, all day."""

    scene = MANY_ORDERS

    @pytest.mark.parametrize(
        "query",
        [{}, {"page_size": 100}, {"page": 2}, {"status": "draft"}, {"ordering": "due_at"}],
        ids=["plain", "hundred", "second", "filtered", "ordered"],
    )
    def test_a_list_of_orders_takes_three(self, pia, beyond, query):
        count, queries = beyond(lambda: pia.get("work-orders/", query))

        assert count <= LIST, queries

    def test_a_page_far_down_takes_no_more(self, pia, beyond, monkeypatch):
        """Its rows are looked for in the index, in the same statement."""
        monkeypatch.setattr("tenants.api.v1.pages.FAR", 20)

        count, queries = beyond(lambda: pia.get("work-orders/", {"page": 5, "page_size": 20}))

        assert count <= LIST, queries

    @pytest.mark.parametrize("size", [1, 100])
    def test_a_list_of_v2_takes_no_more(self, pia, beyond, size):
        pia.version = "v2"

        count, queries = beyond(lambda: pia.get("work-orders/", {"page_size": size}))

        assert count <= LIST, queries

    def test_an_order_with_all_that_hangs_on_it_takes_four(self, world, pia, beyond):
        count, queries = beyond(lambda: pia.get(f"work-orders/{world.orders['released'].pk}/"))

        assert count <= DETAIL, queries

    def test_an_order_of_three_lines_and_five_processes_is_written_with_fourteen(self, world, pia, beyond):
        """Its history and the answer are among them."""
        products = ProductFactory.create_batch(3, organization=world.north)
        processes = ProcessFactory.create_batch(5, organization=world.north)
        body = {
            "customer": CustomerFactory(organization=world.north).pk,
            "title": "Leaflets",
            "products": [{"product": product.pk, "quantity": 1} for product in products],
            "processes": [{"process": process.pk, "quantity": 1} for process in processes],
        }

        count, queries = beyond(lambda: pia.post("work-orders/", body))

        assert count <= CREATE, queries


class TestPagesFarDown:
    """What is found through the index is what counting rows would have found."""

    scene = MANY_ORDERS

    @pytest.mark.parametrize("query", [{}, {"ordering": "due_at"}, {"ordering": "-priority"}, {"status": "draft"}])
    def test_they_show_the_same_rows(self, pia, monkeypatch, query):
        near = [pia.get("work-orders/", query | {"page": n, "page_size": 30}).body for n in (1, 2, 3, 4)]
        monkeypatch.setattr("tenants.api.v1.pages.FAR", 1)
        far = [pia.get("work-orders/", query | {"page": n, "page_size": 30}).body for n in (1, 2, 3, 4)]

        assert far == near
        assert len({row["id"] for page in near for row in page["results"]}) > 100


class TestCount:
    """Exact as far as anybody reads."""

    scene = MANY_ORDERS

    def test_more_than_the_most_is_said_as_the_most(self, pia, monkeypatch):
        monkeypatch.setattr("tenants.api.v1.pages.MOST_COUNTED", 25)

        answer = pia.get("work-orders/", {"status": "draft", "page_size": 10, "page": 4})

        assert (answer.body["count"], len(answer.body["results"])) == (25, 10)
        assert answer.body["next"] is not None

    def test_all_orders_are_counted_exactly_without_counting(self, pia, monkeypatch):
        """None is ever deleted and numbers have no gaps, so the series know."""
        monkeypatch.setattr("tenants.api.v1.pages.MOST_COUNTED", 25)

        assert pia.get("work-orders/").body["count"] == 120
