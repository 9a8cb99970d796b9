"""Every column nobody may write x every route with a body: sent along, it changes nothing.

`organization`, `status`, `number` and whatever else a serializer does not name. A field that is added to a model is
protected from that day, here too, until a serializer names it.
"""

import datetime
import uuid
from decimal import Decimal

import pytest
from django.db import models

from tenants.context import tenant
from tests.support.payloads import body, key_of, knock, model_of, named
from tests.support.registry import routes, shape_of, shaped_routes

ENOUGH = 25
HOSTILE = {
    models.CharField: "hostile",
    models.TextField: "hostile",
    models.UUIDField: str(uuid.UUID("01900000-0000-7000-8000-00000000dead")),
    models.DateTimeField: "2001-02-03T04:05:06Z",
    models.DecimalField: "77.77",
    models.IntegerField: 77,
    models.PositiveIntegerField: 77,
    models.PositiveSmallIntegerField: 77,
    models.JSONField: {"hostile": True},
}
AS_READ = {
    "2001-02-03T04:05:06Z": datetime.datetime(2001, 2, 3, 4, 5, 6, tzinfo=datetime.UTC),
    "77.77": Decimal("77.77"),
}
ABOUT = {"work-orders/": "work-orders/{pk}/"}  # where a route that makes a thing shows it
LINES = [
    line for line, _ in shaped_routes() if routes()[line].has_id or not key_of(routes()[line]).count("dispatch/run")
]


def about(route):
    """The model a route writes; a route that creates has no id, but the same noun."""
    key = key_of(route)
    return model_of(route) if route.has_id else model_of(routes()[f"GET /api/v1/{key}{{pk}}/"])


def hostile(route, south):
    """{column: a value no honest request would leave there} of every column the body may not name."""
    written = {field.source.removesuffix("_id") for field in shape_of(route)().fields.values()} | {"seen"}
    found = {}
    for field in about(route)._meta.concrete_fields:
        if field.name in written or isinstance(field, models.BooleanField):
            continue
        related = field.is_relation and field.related_model._meta.label == "tenants.Organization"
        value = str(south.pk) if related else HOSTILE[models.UUIDField if field.is_relation else type(field)]
        found |= {field.name: value, field.attname: value}
    found.pop("version", None)  # a body may say which version it saw; that it sets none is the next class' matter
    return found


def row_of(route, answer, pk, organization):
    with tenant(organization):
        return about(route).objects.get(pk=pk or answer.body["id"])


class TestProtectedFields:
    def test_there_are_enough_of_them(self):
        assert len(LINES) > ENOUGH

    @pytest.mark.parametrize("line", LINES)
    def test_what_a_body_may_not_name_is_not_written(self, world, api_client, line):
        """Mass assignment: a serializer that takes `fields = "__all__"` would be seen here."""
        route = routes()[line]
        pk, sent = named(route, world, world.ada), body(route, world)
        extra = hostile(route, world.south)

        answer = knock(route, api_client.as_(world.ada), pk, {**extra, **sent})

        assert answer.status_code in (200, 201), answer.text
        row = row_of(route, answer, pk, world.north)
        written = {name for name, value in extra.items() if getattr(row, name) in (value, AS_READ.get(value, value))}
        assert written == set()
        assert row.organization_id == world.north.pk


class TestVersion:
    """A version in a body says what was seen; nobody sets one."""

    @pytest.mark.parametrize("line", [line for line in LINES if routes()[line].has_id])
    def test_version_that_was_not_seen_is_stale_and_writes_nothing(self, world, api_client, line):
        route = routes()[line]
        pk, sent = named(route, world, world.ada), body(route, world)
        before = world.fingerprint()

        answer = knock(route, api_client.as_(world.ada), pk, {**sent, "version": 4711})

        assert (answer.status_code, answer.code) == (409, "stale")
        assert world.fingerprint() == before
