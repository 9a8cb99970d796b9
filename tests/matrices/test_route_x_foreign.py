"""Every route with an id x every role, with an id of south: answered exactly as one that does not exist."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from notifications.models import Notification
from tests.golden.roles import LEADS_ON, ROLES, ROUTES
from tests.support.clients import Door
from tests.support.payloads import body, knock, model_of
from tests.support.registry import routes

ENOUGH = 300
NOBODY = uuid.UUID("01900000-0000-7000-8000-000000000000")
WITH_ID = [line for line in ROUTES if line in routes() and routes()[line].has_id and line not in LEADS_ON]
CELLS = [(line, role) for line in WITH_ID for role in ROLES]
NOT_A_DRAFT = {"GET /work-orders/{pk}/edit/": 302}  # south's order is released, so its page is shown instead
VARYING = ("X-Request-ID",)


def ids_of(route, world):
    """What south has, and what nobody has."""
    if "{slug}" in route.path:
        return world.south.slug, "nobody"
    return world.one(model_of(route)).pk, NOBODY


def said(answer, named):
    """All that an answer tells: status, headers and bytes, the id that was sent aside."""
    headers = {name: value for name, value in answer.headers.items() if name not in VARYING}
    return answer.status_code, headers, answer.content.replace(str(named).encode(), b"ID")


class TestRouteXForeign:
    """No probing: what belongs to somebody else is as missing as what is not there."""

    def test_there_are_enough_of_them(self):
        assert len(CELLS) > ENOUGH

    @pytest.mark.parametrize(("line", "role"), CELLS, ids=lambda part: part)
    def test_foreign_id_is_an_unknown_id(self, world, api_client, line, role):
        """Byte for byte, and at the same number of queries: a difference of one would tell the two apart by time."""
        route, actor = routes()[line], world.person(role)
        client = api_client.as_(actor, names=False) if route.is_api else Door().sign_in(actor)
        foreign, unknown = ids_of(route, world)
        sent = body(route, world)
        knock(route, client, unknown, sent)  # what is cached per process is cached now
        before = world.fingerprint()

        with CaptureQueriesContext(connection) as for_unknown:
            missing = knock(route, client, unknown, sent)
        with CaptureQueriesContext(connection) as for_foreign:
            theirs = knock(route, client, foreign, sent)

        assert theirs.status_code == 404
        assert said(theirs, foreign) == said(missing, unknown)
        assert len(for_foreign) == len(for_unknown)
        assert world.fingerprint() == before


class TestOwnTwin:
    """The same requests find what is there: otherwise a route that finds nothing at all would be perfectly isolated."""

    @pytest.mark.parametrize("line", [line for line in WITH_ID if line.startswith("GET ")])
    def test_own_id_is_found(self, world, api_client, line):
        route = routes()[line]
        client = api_client.as_(world.zoe, names=False) if route.is_api else Door().sign_in(world.zoe)
        own = world.zoe_notification.pk if model_of(route) is Notification else ids_of(route, world)[0]

        wanted = NOT_A_DRAFT.get(line) or int(ROUTES[line]["admin"].partition("!")[0])
        assert knock(route, client, own, None).status_code == wanted
