"""Every list x its shape: read column by column, it says what its serializer says of an object for each row."""

import pytest

import config.api_v1
import config.api_v2
from tenants.api.v1.rows import columns_of as columns_of_v1
from tenants.api.v2.rows import columns_of as columns_of_v2
from tests.matrices.test_list_x_growth import LISTS, reader_of
from tests.support.registry import routes

# Lists of v1 that are shown by REST framework, an object for each row, and what no column can say.
OF_OBJECTS = {
    "absences": "who may answer one depends on whose it is, and where they work",
    "dead-letters": "they are rows of many kinds",
    "downtimes": "whether it was planned is the reason's",
    "escalations": "who may take care of one depends on who has been told, and on what it is about",
    "events": "each is told in words, with names looked up for the whole page",
    "tags": "each counts its orders",
    "task-reports": "each says who took it back, and when",
    "tickets": "its rules look at who reported it",
}


def shown_by_objects(version):
    """Prefixes of the lists whose shape is not made of columns."""
    config_of, columns_of = {"v1": (config.api_v1, columns_of_v1), "v2": (config.api_v2, columns_of_v2)}[version]
    for app in config_of.APPS:
        for prefix, viewset, _ in app.routes:
            view = viewset()
            view.action = "list"
            if not columns_of(view.get_serializer_class(), viewset.queryset.model):
                yield prefix


class TestListXShape:
    def test_lists_of_objects_have_a_reason(self):
        """An object per row costs three times the page. Keep to columns, or say here why not."""
        found = set(shown_by_objects("v1"))

        assert found - OF_OBJECTS.keys() == set(), "See tenants/api/v1/rows.py."
        assert OF_OBJECTS.keys() - found == set(), "Stale exception: delete it."

    def test_every_list_of_v2_is_read_by_columns(self):
        assert list(shown_by_objects("v2")) == []

    @pytest.mark.parametrize("line", LISTS)
    def test_columns_say_what_the_serializer_says(self, world, api_client, monkeypatch, line):
        """One shape, two ways to read it: a difference would be a field that changes with the length of a list."""
        route, client = routes()[line], api_client.as_(reader_of(line, world))
        address = route.at(world.orders["released"].pk)
        by_columns = client.get(address).body

        for version in ("v1", "v2"):
            monkeypatch.setattr(f"tenants.api.{version}.viewsets.columns_of", lambda shape, model: None)

        assert client.get(address).body == by_columns

    @pytest.mark.parametrize("noun", ["work-orders", "tasks", "work-order-processes", "customers", "products"])
    def test_so_they_do_of_one_thing(self, world, api_client, monkeypatch, noun):
        client = api_client.as_(world.pia)
        found = [row["id"] for row in client.get(f"{noun}/").body["results"]] or pytest.fail("the world has none")
        by_columns = [client.get(f"{noun}/{pk}/").body for pk in found]

        monkeypatch.setattr("tenants.api.v1.viewsets.columns_of", lambda shape, model: None)

        assert [client.get(f"{noun}/{pk}/").body for pk in found] == by_columns
