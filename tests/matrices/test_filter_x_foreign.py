"""Every filter that takes an id, with an id of south: nothing more is learnt than from an id that does not exist."""

import pytest

from tests.matrices.test_route_x_foreign import NOBODY, said
from tests.support.registry import filters, routes

ENOUGH = 10


def foreign_id(world, line, name):
    filterset = routes()[line].view.cls.filterset_class
    model = getattr(filterset.base_filters[name], "to", None)
    return world.south_order.pk if model is None else world.one(model).pk


class TestFilterXForeign:
    def test_there_are_enough_of_them(self):
        assert len(filters()) > ENOUGH

    @pytest.mark.parametrize(("line", "name"), filters(), ids=str)
    def test_foreign_id_is_an_unknown_one(self, world, api_client, line, name):
        """A filter that finds nothing for a foreign id, but refuses an unknown one, tells which ids exist."""
        client, address = api_client.as_(world.vera), routes()[line].path
        foreign = foreign_id(world, line, name)

        missing = client.get(address, {name: str(NOBODY)})
        theirs = client.get(address, {name: str(foreign)})

        assert said(theirs, foreign) == said(missing, NOBODY)
        assert theirs.body.get("results", []) == []

    @pytest.mark.parametrize(("line", "name"), filters(), ids=str)
    def test_own_id_is_accepted(self, world, api_client, line, name):
        """The twin: south's admin filters by the same id and is answered."""
        answer = api_client.as_(world.zoe).get(routes()[line].path, {name: str(foreign_id(world, line, name))})

        assert answer.status_code == 200
