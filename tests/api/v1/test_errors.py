"""Every refusal has one shape, says what and why, and leaves nothing behind."""

import json
import uuid
from unittest import mock

import pytest
from django.db import IntegrityError, OperationalError, transaction
from django.db.models import QuerySet

from tenants import events
from tests.support.clients import Door

pytestmark = pytest.mark.django_db


class TestErrorsWithCode:
    """`detail` is for people, `code` for programs, `fields` stand beside inputs."""

    def test_a_missing_field_is_named_with_its_code(self, world, pia):
        """A form can put each message where it belongs."""
        answer = pia.post("work-orders/", {"title": "Flyers"})

        assert answer.status_code == 400
        assert answer.body == {
            "detail": "Some fields are not valid.",
            "code": "invalid",
            "fields": {"customer": [{"message": "This field is required.", "code": "required"}]},
        }

    def test_a_mistake_in_a_row_is_named_by_its_path(self, world, pia):
        """The third of ten lines is wrong, not "the lines"."""
        good = {"product": str(world.product.pk), "quantity": "1"}
        body = {"customer": world.customer.pk, "title": "X", "products": [good, good | {"quantity": "many"}]}

        answer = pia.post("work-orders/", body)

        assert (answer.status_code, list(answer.body["fields"])) == (400, ["products.1.quantity"])

    def test_a_refused_verb_lists_its_problems_and_their_fields(self, world, pia):
        """The same reasons the page shows: one source for both."""
        body = {"customer": world.customer.pk, "title": "Nothing to do yet"}
        order = pia.post("work-orders/", body).body

        answer = pia.post(f"work-orders/{order['id']}/submit/")

        assert (answer.status_code, answer.code) == (409, "not_allowed")
        assert answer.codes == ["nothing_to_do", "due_date_missing"]
        assert answer.body["fields"]["due_at"][0]["code"] == "due_date_missing"

    def test_a_strangers_id_and_an_unknown_one_are_the_same_404(self, world, pia):
        """Whether south has an order is south's business."""

        foreign = pia.get(f"work-orders/{world.south_order.pk}/")
        unknown = pia.get(f"work-orders/{uuid.uuid4()}/")
        nonsense = pia.get("work-orders/not-an-id/")

        assert (foreign.status_code, unknown.status_code, nonsense.status_code) == (404, 404, 404)
        assert foreign.content == unknown.content == nonsense.content

    def test_a_strangers_relation_is_refused_like_an_unknown_one(self, world, pia):
        """A foreign key is a way to read, too."""
        south = world.one(type(world.customer))

        foreign = pia.post("work-orders/", {"customer": south.pk, "title": "X"})
        unknown = pia.post("work-orders/", {"customer": uuid.uuid4(), "title": "X"})

        assert (foreign.status_code, foreign.codes) == (400, ["does_not_exist"])
        assert unknown.codes == foreign.codes

    def test_a_role_is_refused_before_the_state_is_looked_at(self, world, api_client):
        """Whoever may not close an order does not learn whether it could be closed."""
        answer = api_client.as_(world.omar).post(f"work-orders/{world.orders['draft'].pk}/close/")

        assert (answer.status_code, answer.code) == (403, "permission_denied")

    def test_orders_are_never_deleted(self, world, api_client):
        """A number that was given stays given: cancel instead."""
        answer = api_client.as_(world.ada).delete(f"work-orders/{world.orders['draft'].pk}/")

        assert (answer.status_code, answer.code) == (405, "method_not_allowed")

    def test_a_busy_database_is_503_with_a_time_to_come_back(self, world, pia):
        """Programs retry a 503; a 500 wakes somebody up."""
        with mock.patch.object(QuerySet, "select_for_update", side_effect=OperationalError("database is locked")):
            answer = pia.post(f"work-orders/{world.orders['draft'].pk}/submit/")

        assert (answer.status_code, answer.code, answer.headers["Retry-After"]) == (503, "busy", "1")

    @pytest.mark.parametrize(
        ("address", "media"),
        [
            ("/api/v1/customers/", "application/json"),
            ("/api/v2/work-orders/", "application/problem+json"),
            ("/work-orders/new/", "text/html; charset=utf-8"),
        ],
        ids=["v1", "v2", "page"],
    )
    def test_a_database_that_cannot_even_begin_is_503_everywhere(self, client_for, address, media):
        """The transaction is opened before any view runs: what fails there passes as well."""
        planner = client_for("planner")
        planner.raise_request_exception = False

        with mock.patch.object(transaction.Atomic, "__enter__", side_effect=OperationalError("database is locked")):
            answer = planner.post(address)

        assert (answer.status_code, answer.headers["Retry-After"], answer.headers["Content-Type"]) == (503, "1", media)

    def test_losing_a_race_for_a_unique_key_is_409(self, world, pia):
        """Checks see what was there; the constraint sees what comes at the same moment."""
        with mock.patch.object(events, "insert_all", side_effect=IntegrityError("UNIQUE constraint failed")):
            answer = pia.post(f"work-orders/{world.orders['draft'].pk}/submit/")

        assert (answer.status_code, answer.code) == (409, "conflict")

    def test_nobody_is_told_how_to_sign_in(self, api_client):
        """401 is only complete with the way in."""
        answer = api_client.get("work-orders/")

        assert (answer.status_code, answer.code) == (401, "not_authenticated")
        assert answer.headers["WWW-Authenticate"] == 'Bearer realm="workfloor"'


class TestBodies:
    """JSON objects of a sane size, and nothing else: never a 500, never a row."""

    @pytest.mark.parametrize(
        "raw",
        [
            "{",
            "[]",
            '"order"',
            "17",
            "null",
            '{"title": NaN}',
            '{"title": "\\ud800"}',
            "[" * 5000,
            '{"a":' * 20 + "1" + "}" * 20,
        ],
        ids=["cut", "list", "string", "number", "null", "nan", "surrogate", "deep list", "deep object"],
    )
    def test_what_is_no_object_of_json_is_400(self, world, pia, raw):
        """Parsers are the first thing strangers try."""
        before = world.fingerprint()

        answer = pia.post("work-orders/", raw)

        assert (answer.status_code, world.fingerprint() == before) == (400, True)

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("title", "a\x00b"),
            ("title", "x" * 201),
            ("title", "   "),
            ("title", {"a": 1}),
            ("priority", "asap"),
            ("due_at", "soon"),
            ("due_at", "9999-12-31T23:59:59-14:00"),
            ("due_at", "0001-01-01T00:00:00+14:00"),
            ("budget", "NaN"),
            ("budget", "Infinity"),
            ("budget", "1e400"),
            ("budget", -1),
            ("budget", True),
            ("customer", 7),
            ("customer", ["x"]),
            ("products", {"product": "x"}),
            ("products", [17]),
            ("version", 10**30),
        ],
        ids=str,
    )
    def test_a_value_that_cannot_be_meant_is_400_by_name(self, world, pia, field, value):
        """Nothing is guessed, cut or rounded on the way to the floor."""
        body = {"customer": world.customer.pk, "title": "Flyers"} | {field: value}
        before = world.fingerprint()

        answer = pia.post("work-orders/", body)

        named = {name.split(".")[0] for name in answer.body.get("fields", {})}
        assert (answer.status_code, named, world.fingerprint() == before) == (400, {field}, True)

    @pytest.mark.parametrize("quantity", ["1e400", "NaN", -1, 0, "0.0001", 10**13, None, [], "", True], ids=str)
    def test_a_quantity_that_cannot_be_made_is_400(self, world, pia, quantity):
        """The database would round or overflow, each in its own way."""
        line = {"product": world.product.pk, "quantity": quantity}
        before = world.fingerprint()

        answer = pia.post("work-orders/", {"customer": world.customer.pk, "title": "Flyers", "products": [line]})

        assert (answer.status_code, world.fingerprint() == before) == (400, True)

    def test_a_number_beyond_every_float_is_400(self, world, pia):
        """JSON has no infinity, yet 1e400 becomes one in careless parsers."""
        raw = json.dumps({"customer": world.customer.pk, "title": "X"}, default=str)[:-1] + ', "budget": 1e400}'

        assert pia.post("work-orders/", raw).status_code == 400

    def test_a_body_over_the_limit_is_413(self, world, pia, settings):
        """A limit that is only written down is none."""
        settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000

        answer = pia.post("work-orders/", {"notes": "x" * 1001})

        assert (answer.status_code, answer.code) == (413, "too_large")

    def test_anything_but_json_is_415(self, client_for):
        """Forms can be sent by any site; JSON cannot."""
        planner = client_for("planner")

        answer = planner.post("/api/v1/customers/", {"code": "A", "name": "B"})

        assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")

    def test_protected_fields_change_nothing(self, world, pia):
        """They are the product's to write; a body that names them is not wrong, only overruled."""
        body = {
            "customer": str(world.customer.pk),
            "title": "Flyers",
            "organization": str(world.south.pk),
            "status": "completed",
            "number": "WO-1999-000001",
            "actor": str(world.ada.pk),
            "progress": "100",
        }

        answer = pia.post("work-orders/", body)

        assert (answer.status_code, answer.body["status"], answer.body["progress"]) == (201, "draft", "0.00")
        assert answer.body["number"] == "WO-2026-000011"
        event = pia.get("events/", {"subject": answer.body["id"]}).body["results"][0]
        assert event["actor"] == str(world.pia.pk)


class TestSession:
    """Pages may use the API with their session, and prove with a CSRF token that it is them."""

    def test_writing_without_a_csrf_token_is_refused(self, world):
        """A cookie is sent by any site the person visits."""
        door = Door(host="north.localhost").sign_in(world.pia)
        del door.defaults["HTTP_X_CSRFTOKEN"]
        before = world.fingerprint()

        answer = door.post("/api/v1/customers/", {"code": "A", "name": "B"}, content_type="application/json")

        assert (answer.status_code, world.fingerprint() == before) == (403, True)

    def test_writing_with_a_csrf_token_works(self, client_for):
        answer = client_for("planner").post(
            "/api/v1/customers/", {"code": "A", "name": "B"}, content_type="application/json"
        )

        assert (answer.status_code, answer.json()["code"]) == (201, "A")
