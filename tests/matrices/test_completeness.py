"""No route is left out of a matrix because nobody thought of it: what is missing is said in a sentence."""

import pytest

from tests.golden.roles import API_V1, BETWEEN_HOUSES, PAGES, PUBLIC, ROUTES
from tests.matrices import test_list_x_growth as growth
from tests.matrices import test_protected_fields as protected
from tests.support.payloads import body, model_of
from tests.support.registry import filters, relations, routes, shape_of, shaped_routes
from tests.support.things import MODELS_BY_NOUN

WITH_ID = [line for line in ROUTES if "{pk}" in line]
# Routes with a body of which no row can be shown afterwards, so that nothing can be compared.
NOT_SHOWN = {
    "PATCH /api/v1/approval-policy/": "there is one in an organization, so it has no id",
    "PATCH /api/v1/dispatch/policy/": "the same",
    "PATCH /api/v1/preferences/": "one grid per member, see tests/api/v1/test_preferences.py",
    "PATCH /api/v1/default-preferences/": "one grid per organization, see there",
    "PATCH /api/v1/notification-schedule/": "one per member, see there",
    "POST /api/v1/assignments/swap/": "answers two, each of which has its own address",
    "POST /api/v1/dispatch/run/": "answers what it did, and makes no row of its own",
    "POST /api/v1/notifications/read-all/": "says nothing but that it was heard",
    "POST /api/v1/notifications/read/": "the same of several",
    "POST /api/v1/notifications/archive/": "the same",
    "POST /api/v1/dead-letters/replay/": "answers how many there were",
}


class TestEveryRoute:
    """A route in the table has a thing it is about and a body it accepts."""

    @pytest.mark.parametrize("line", WITH_ID)
    def test_route_with_an_id_has_a_thing_it_is_about(self, line):
        model = model_of(routes()[line])

        assert model in MODELS_BY_NOUN, f"{line}: add {model.__name__} to MODELS_BY_NOUN in tests/support/things.py."

    @pytest.mark.parametrize(("line", "shape"), shaped_routes(), ids=str)
    def test_body_says_all_that_is_required(self, world, line, shape):
        """A body that is refused for its shape would be refused to everybody, and prove nothing of roles."""
        required = {name for name, field in shape().fields.items() if field.required}
        sent = body(routes()[line], world) or {}
        missing = required - sent.keys() if not line.startswith("PATCH") else set()

        assert missing == set(), f"{line}: add a body with {sorted(missing)} to BODIES in tests/support/bodies.py."

    def test_every_post_of_the_api_says_what_body_it_reads(self):
        """Without a shape nobody sends it hostile fields, foreign relations or protected columns."""
        bodies = [line for line in API_V1 if line.startswith(("POST", "PUT", "PATCH"))]
        unread = [line for line in bodies if shape_of(routes()[line]) is None]

        assert unread == [], "Name the serializer in the viewset's `shapes`."


class TestEveryMatrix:
    """What a matrix leaves out stands here with its reason."""

    def test_protected_fields_leave_out_nothing_unsaid(self):
        left_out = {line for line, _ in shaped_routes()} - set(protected.LINES)

        assert left_out - NOT_SHOWN.keys() == set(), "Give it a detail address, or say why there is none."
        assert NOT_SHOWN.keys() - left_out == set(), "Stale exception: delete it."

    def test_every_list_of_the_api_grows_or_has_a_reason(self):
        lists = {line for line in API_V1 if routes()[line].is_list}

        assert lists - set(growth.LISTS) - growth.NO_LIST.keys() == set()

    def test_pages_and_api_are_all_there(self):
        """Numbers that fall are noticed: a pattern the registry no longer understands would empty every matrix."""
        assert len(API_V1) > 100
        assert len(PAGES) > 80
        assert len(relations()) > 35
        assert len(filters()) > 35
        assert len(PUBLIC) + len(BETWEEN_HOUSES) > 10
