"""Every body, field and id that cannot be meant x every route: the 4xx that says so, no 500, and nothing written."""

import datetime

import pytest
import time_machine

from tenants.actions import tokens
from tests.golden.roles import PUBLIC, ROUTES
from tests.support.hostile import BODIES, IDS, NUL, TOO_LONG, values_for
from tests.support.payloads import body, knock, named, scene_of, some, speaker_of
from tests.support.registry import METHODS, routes, shape_of, shaped_routes, takes_file

ENOUGH = 60
API = [line for line, route in routes().items() if route.is_api and line in ROUTES]
READ = [
    line for line in API if routes()[line].method in ("POST", "PUT", "PATCH") and not takes_file(routes()[line])
]  # a DELETE has no body to read
WITH_ID = [line for line in ROUTES if line in routes() and "{pk}" in routes()[line].path]
SHAPED = {line: shape for line, shape in shaped_routes() if line in ROUTES}
FIELDS = [(line, name) for line, shape in SHAPED.items() for name in shape().fields]
PATHS = sorted({route.path for line, route in routes().items() if route.is_api and line not in PUBLIC})
REFUSED_METHODS = [(method, path) for path in PATHS for method in METHODS if f"{method} {path}" not in routes()]
LISTS = [line for line in API if getattr(routes()[line].view, "actions", {}).get("get") == "list"]
BUTTONS = (  # no form, or one with a file alone: see tests/integration/htmx/test_imports.py
    "POST /work-orders/import/",
    "POST /work-orders/{pk}/attachments/",
    "POST /tasks/{pk}/attachments/",
    "POST /tickets/{pk}/attachments/",
    "POST /organizations/{slug}/",
    "POST /notifications/read-all/",
    "POST /notifications/chosen/",
    "POST /notifications/{pk}/read/",
    "POST /notifications/{pk}/archive/",
    "POST /notifications/{pk}/unarchive/",
    "POST /work-orders/{pk}/follow/",  # three buttons: see tests/integration/htmx/test_follows.py
    "POST /tasks/{pk}/follow/",
    "POST /tickets/{pk}/follow/",
    "POST /settings/departments/{pk}/remove/",
    "POST /settings/deputies/{pk}/end/",
    "POST /dispatch/run/",
    "POST /dispatch/rules/{pk}/remove/",
    "POST /dispatch/rules/{pk}/up/",
    "POST /dispatch/rules/{pk}/down/",
    "POST /settings/skills/{pk}/remove/",
    "POST /settings/member-skills/{pk}/remove/",
    "POST /settings/shifts/{pk}/remove/",
    "POST /settings/member-shifts/{pk}/end/",
    "POST /settings/tokens/{pk}/revoke/",
    "POST /settings/dead-letters/replay/",
    "POST /settings/dead-letters/{pk}/replay/",
    "POST /time-clock/badges/{pk}/revoke/",
)
PAGES = [line for line in ROUTES if line.startswith("POST /") and not line.startswith("POST /api/")]
FORMS = [line for line in PAGES if line not in BUTTONS]
MOST_BYTES = 1_048_576
EMPTY_IS_FINE = "empty"  # a verb without words may come without a body


def needs_words(line):
    """Whether a body has to say something: a change may say nothing, and so may a verb without words."""
    return line.startswith("POST") and any(field.required for field in SHAPED[line]().fields.values())


class TestFields:
    """One field wrong, the rest as it should be: the answer names the field."""

    @staticmethod
    def scene(line, name):
        return scene_of(routes()[line])

    def test_there_are_enough_of_them(self):
        assert len(FIELDS) > ENOUGH

    @pytest.mark.parametrize(("line", "name"), FIELDS, ids=str)
    def test_value_that_cannot_be_meant_is_refused_by_name(self, world, api_client, line, name):
        route, speaker = routes()[line], speaker_of(line, world)
        client, pk, sent = api_client.as_(speaker), named(route, world, speaker), body(route, world)
        before = world.fingerprint()

        answers = {}
        for value in values_for(shape_of(route)().fields[name]):
            if takes_file(route) and value in (None, []) and name != "file":
                continue  # a form has no other way to say nothing
            answer = knock(route, client, pk, {**sent, name: value})
            answers[str(value)[:40]] = (answer.status_code, name in _named(answer))

        assert answers == dict.fromkeys(answers, (400, True))
        assert world.fingerprint() == before


def _named(answer):
    """The top-level fields a refusal speaks of."""
    return {path.partition(".")[0] for path in (answer.body or {}).get("fields", {})}


class TestBodies:
    """What is no JSON object is refused before anybody looks for fields in it."""

    @staticmethod
    def scene(line):
        return scene_of(routes()[line])

    @pytest.mark.parametrize("line", READ)
    def test_body_that_is_no_object_is_refused(self, world, api_client, line):
        route, speaker = routes()[line], speaker_of(line, world)
        client, pk = api_client.as_(speaker), named(route, world, speaker)
        sent = {name: given for name, given in BODIES.items() if name != EMPTY_IS_FINE or needs_words(line)}
        before = world.fingerprint()

        found = {name: knock(route, client, pk, given).status_code for name, given in sent.items()}

        assert found == dict.fromkeys(sent, 400)
        assert world.fingerprint() == before

    @pytest.mark.parametrize("line", READ)
    def test_oversized_body_is_413(self, world, api_client, line):
        route, speaker = routes()[line], speaker_of(line, world)
        client, pk = api_client.as_(speaker), named(route, world, speaker)
        before = world.fingerprint()

        answer = knock(route, client, pk, b'{"note": "' + b"x" * MOST_BYTES + b'"}')

        assert (answer.status_code, answer.code) == (413, "too_large")
        assert world.fingerprint() == before


class TestIds:
    """What cannot be an id is an id that does not exist."""

    @pytest.mark.parametrize("line", WITH_ID)
    def test_malformed_id_is_404(self, world, api_client, client_for, line):
        route = routes()[line]
        client = api_client.as_(world.ada) if route.is_api else client_for("admin")
        sent = body(route, world)
        before = world.fingerprint()

        found = {pk: knock(route, client, pk, sent).status_code for pk in IDS}

        assert found == dict.fromkeys(IDS, 404)
        assert world.fingerprint() == before


class TestMethods:
    """What an address does not offer is 405 and says what it does."""

    @pytest.mark.parametrize(("method", "path"), REFUSED_METHODS, ids=str)
    def test_other_methods_are_405(self, world, api_client, method, path):
        offered = {route.method for route in routes().values() if route.path == path}
        some_route = next(route for route in routes().values() if route.path == path)
        client, pk = api_client.as_(world.ada), some(some_route, world)
        before = world.fingerprint()

        answer = client.send(method, some_route.at(pk), {})

        assert answer.status_code == 405
        assert offered <= set(answer["Allow"].split(", "))
        assert world.fingerprint() == before


class TestAddresses:
    """Parameters of lists are refused by name, not guessed."""

    @pytest.mark.parametrize("line", LISTS)
    def test_parameter_that_cannot_be_meant_is_400(self, world, api_client, line):
        client, route = api_client.as_(speaker_of(line, world)), routes()[line]
        backends = {backend.__name__ for backend in route.view.cls.filter_backends}
        asked = [("page_size", "x"), ("page_size", "0"), ("page_size", "9" * 30)]
        asked += [("ordering", "organization"), ("ordering", "status); --")] if "Ordering" in backends else []
        asked += [("search", "x" * 101), ("search", "a\x00b")] if "Search" in backends else []

        found = {(name, value): client.get(route.path, {name: value}).status_code for name, value in asked}

        assert found == dict.fromkeys(found, 400)


class TestForms:
    """A page's form with one field that cannot be meant comes back as 422, and nothing is written."""

    @pytest.mark.parametrize("line", FORMS)
    def test_field_that_cannot_be_meant_is_422(self, world, client_for, line):
        route, speaker = routes()[line], speaker_of(line, world)
        browser, pk = client_for(speaker), named(route, world, speaker)
        sent = {"version": "1", **body(route, world)}
        before = world.fingerprint()

        found = {}
        for name in sent:
            for value in (TOO_LONG, NUL):
                answer = knock(route, browser, pk, {**sent, name: value})
                found[name, value[:3]] = answer.status_code

        assert found == dict.fromkeys(found, 422)
        assert world.fingerprint() == before


class TestExpired:
    """A token that ran out opens nothing, wherever it is shown."""

    @pytest.mark.parametrize("line", API)
    def test_expired_token_is_401(self, world, api_client, line):
        route = routes()[line]
        yesterday = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1)
        with time_machine.travel(yesterday, tick=False):
            stale = tokens.pair_for(world.ada.user)["access"]
        pk, sent = some(route, world), body(route, world)
        before = world.fingerprint()

        answer = knock(route, api_client.with_token(stale, scheme="Bearer"), pk, sent)

        assert (answer.status_code, answer.code) == (401, "bad_token")
        assert world.fingerprint() == before
