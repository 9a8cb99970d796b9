"""Every route and method x every role, against the table in golden/roles.py. A route without a row fails, and a row
without a route."""

import pytest

from tests.golden.roles import BETWEEN_HOUSES, LEADS_ON, PUBLIC, ROUTES
from tests.support.clients import Door
from tests.support.payloads import body, knock, named, scene_of, some
from tests.support.registry import routes

ENOUGH = 500
STRANGERS = ("anonymous", "inactive", "suspended", "outsider")


def cells():
    """(route, role, own, status): a starred cell is two, one on each side of the line."""
    for line, row in ROUTES.items():
        for role, cell in row.items():
            status, _, elsewhere = cell.replace("*", "!").partition("!")
            yield line, role, True, int(status)
            if status != cell:
                yield line, role, False, int(elsewhere or 403)


CELLS = list(cells())


def told(cell):
    line, role, own, status = cell
    return f"{line}-{role}{'' if own else ' elsewhere'}-{status}"


class TestTable:
    """The table and the product name the same routes."""

    def test_every_route_has_a_row(self):
        """A route nobody decided about is open to whoever finds it."""
        assert set(routes()) - ROUTES.keys() - PUBLIC.keys() - BETWEEN_HOUSES.keys() == set()

    def test_every_row_has_a_route(self):
        """A stale row reads like a guarantee, and is none."""
        assert (ROUTES.keys() | PUBLIC.keys() | BETWEEN_HOUSES.keys()) - set(routes()) == set()

    def test_there_are_enough_of_them(self):
        assert len(CELLS) > ENOUGH

    def test_every_refused_cell_has_an_allowed_twin(self):
        """With the same payload somebody gets in, so nobody was refused for a bad payload."""
        without = [line for line, row in ROUTES.items() if not any(cell[0] in "23" for cell in row.values())]

        assert without == []


class TestRouteXRole:
    """One request by somebody with that role, with a body that would be accepted from those who may."""

    @staticmethod
    def scene(line, role, own, status):
        return scene_of(routes()[line], own=own)

    @pytest.mark.parametrize(("line", "role", "own", "status"), CELLS, ids=map(told, CELLS))
    def test_exact_status_and_no_trace_of_a_refusal(self, world, api_client, line, role, own, status):
        route, actor = routes()[line], world.person(role)
        pk = named(route, world, actor, own=own)
        sent = body(route, world, own=own)
        client = api_client.as_(actor) if route.is_api else Door(host="north.localhost").sign_in(actor)
        before = world.fingerprint() if status >= 400 else None

        answer = knock(route, client, pk, sent)

        assert answer.status_code == status, answer.text[:400]
        assert status < 400 or world.fingerprint() == before


def strangers():
    """An outsider who names no id acts in their own house, which is nobody else's business."""
    for line in ROUTES:
        route = routes().get(line)
        for who in STRANGERS:
            is_own_business = route and who == "outsider" and route.is_unsafe and not route.has_id
            if route and line not in BETWEEN_HOUSES and not is_own_business:
                yield line, who, expected(route, who)
    for line, row in BETWEEN_HOUSES.items():
        yield from ((line, who, status) for who, status in row.items())


def expected(route, who):
    if who == "anonymous":
        return 401 if route.is_api else 302
    if who == "outsider":
        return LEADS_ON.get(str(route)) or (404 if route.has_id else 200)
    return 403


class TestRouteXStranger:
    """One rule for all routes: 401 or sign-in, 403, 403, and 404 or their own list."""

    @staticmethod
    def client(world, api_client, client_for, route, who):
        if not route.is_api:
            return client_for(who)
        if who == "suspended":
            world.suspend(world.north)
        return api_client if who == "anonymous" else api_client.as_(world.person(who))

    @pytest.mark.parametrize(("line", "who", "status"), list(strangers()), ids=lambda part: str(part))
    def test_stranger_gets_nothing(self, world, api_client, client_for, line, who, status):
        """Whatever a stranger asks, nothing of north is shown and nothing is written."""
        route = routes()[line]
        pk = some(route, world)
        sent = body(route, world)
        client = self.client(world, api_client, client_for, route, who)
        before = world.fingerprint()

        answer = knock(route, client, pk, sent)

        assert answer.status_code == status, answer.text[:400]
        assert world.fingerprint() == before


class TestPublic:
    """What is open to everybody is written down with its reason, and shows nothing of anybody."""

    @pytest.mark.parametrize("line", PUBLIC)
    def test_everybody_gets_the_same(self, world, api_client, line):
        route, (status, _) = routes()[line], PUBLIC[line]
        sent = {} if route.is_unsafe else None

        answer = api_client.send(route.method, route.path, sent)

        assert answer.status_code == status
        assert world.north.name not in answer.text
