"""Every list x every name it may be ordered by, both ways: answered, and the same rows each time."""

import pytest

from tests.golden.roles import API_V1
from tests.support.registry import routes

LISTS = {
    line: sorted(getattr(route.view.cls, "ordering_fields", ()))
    for line, route in routes().items()
    if line in API_V1 and route.is_list and getattr(route.view, "actions", {}).get("get") == "list"
    if "Ordering" in {backend.__name__ for backend in route.view.cls.filter_backends}
}
CELLS = [(line, sign + name) for line, names in LISTS.items() for name in names for sign in ("", "-")]
ENOUGH = 50


def ids(answer):
    return [row["id"] for row in answer.body["results"]]


class TestListXOrdering:
    def test_there_are_enough_of_them(self):
        assert len(CELLS) > ENOUGH

    @pytest.mark.parametrize(("line", "name"), CELLS, ids=str)
    def test_list_is_answered_in_this_order(self, world, api_client, line, name):
        """A name that is allowed and cannot be sorted by is a 500 that waits for the first who clicks on it."""
        client, address = api_client.as_(world.zoe), routes()[line].path

        usual, asked = (
            client.get(address, {"page_size": 100}),
            client.get(address, {"ordering": name, "page_size": 100}),
        )

        assert (asked.status_code, sorted(ids(asked))) == (200, sorted(ids(usual)))
