"""Every column nobody may write x every route with a body: sent along, it changes nothing.

`organization`, `status`, `number` and whatever else a serializer does not name. A field that is added to a model is
protected from that day, here too, until a serializer names it.
"""

import uuid

import pytest
from django.db import models

from tenants.context import tenant
from tests.support.payloads import body, knock, model_of, named, speaker_of
from tests.support.registry import routes, shape_of, shaped_routes
from workorder.models import WorkOrder

ENOUGH = 25
HOSTILE = {
    models.CharField: "hostile",
    models.TextField: "hostile",
    models.URLField: "https://hostile.example.com/",
    models.UUIDField: str(uuid.UUID("01900000-0000-7000-8000-00000000dead")),
    models.DateTimeField: "2001-02-03T04:05:06Z",
    models.DecimalField: "77.77",
    models.IntegerField: 77,
    models.PositiveIntegerField: 77,
    models.PositiveSmallIntegerField: 77,
    models.FloatField: 77.5,
    models.JSONField: {"hostile": True},
}


def shown_at(route):
    """The line of the route that shows what this one writes."""
    return f"GET {route.path}" if route.has_id else f"GET {route.path}{{pk}}/"


def model_written(route):
    return model_of(route if route.has_id else routes()[shown_at(route)])


LINES = [line for line, _ in shaped_routes() if routes()[line].has_id or shown_at(routes()[line]) in routes()]
VERSIONED = [line for line in LINES if routes()[line].has_id and "version" in shape_of(routes()[line])().fields]


def protected(route):
    """Columns the body of a route may not name; `version` is another matter, see below."""
    named = {field.source for field in shape_of(route)().fields.values()} | {"version"}
    columns = model_written(route)._meta.concrete_fields
    return [f for f in columns if named.isdisjoint({f.name, f.attname}) and not isinstance(f, models.BooleanField)]


def hostile(field, south):
    """A value that no honest request would leave in the column."""
    if field.name == "organization":
        return str(south.pk)
    return HOSTILE[models.UUIDField if field.is_relation else type(field)]


def read(field, value):
    """The value as the column would hold it."""
    return (field.target_field if field.is_relation else field).to_python(value)


def written(row, columns):
    """Names of the columns that now hold what was sent."""
    return [field.name for field, value in columns.items() if getattr(row, field.attname) == read(field, value)]


class TestProtectedFields:
    def test_there_are_enough_of_them(self):
        assert len(LINES) > ENOUGH

    @pytest.mark.parametrize("line", LINES)
    def test_what_a_body_may_not_name_is_not_written(self, world, api_client, line):
        """Mass assignment: a serializer that takes `fields = "__all__"` would be seen here."""
        route, speaker = routes()[line], speaker_of(line, world)
        pk, sent = named(route, world, speaker), body(route, world)
        columns = {field: hostile(field, world.south) for field in protected(route)}
        extra = {name: value for field, value in columns.items() for name in (field.name, field.attname)}

        answer = knock(route, api_client.as_(speaker), pk, {**extra, **sent})

        assert answer.status_code in ((200, 201) if route.has_id else (201,)), answer.text
        with tenant(world.north):
            row = model_written(route).objects.get(pk=pk or answer.body["id"])
            assert written(row, columns) == []

    def test_what_is_written_would_be_seen(self, world):
        """The control: a row that took every one of these values is found out in every column."""
        route = routes()["PATCH /api/v1/work-orders/{pk}/"]
        columns = {field: hostile(field, world.south) for field in protected(route)}
        row = WorkOrder(**{field.attname: read(field, value) for field, value in columns.items()})

        assert written(row, columns) == [field.name for field in columns]
        assert {"organization", "status", "number", "progress", "submitted_by"} <= {field.name for field in columns}


class TestVersion:
    """A version in a body says what was seen; nobody sets one."""

    @pytest.mark.parametrize("line", VERSIONED)
    def test_version_that_was_not_seen_is_stale_and_writes_nothing(self, world, api_client, line):
        route, speaker = routes()[line], speaker_of(line, world)
        client, pk, sent = api_client.as_(speaker), named(route, world, speaker), body(route, world)
        before = world.fingerprint()

        answer = knock(route, client, pk, {**sent, "version": 4711})

        assert (answer.status_code, answer.code) == (409, "stale")
        assert world.fingerprint() == before
