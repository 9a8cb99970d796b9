"""SQL statements of one request beyond signing in: what `tests/api/test_statements.py` asserts, on PostgreSQL."""

from unittest import mock

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from benchmarks.lists.targets import cursor, new_order
from tenants import middleware
from tests.support.queries import FRAME


def counted(house) -> dict[str, int]:
    """Name -> statements; opening and ending the transaction, which every request does, left out."""
    client = Client(headers={"authorization": f"Token {house.token}", "host": "127.0.0.1"})
    v1, v2 = "/api/v1/work-orders/", "/api/v2/work-orders/"
    asked = {
        "list": lambda: client.get(v1),
        "list of 100": lambda: client.get(v1, {"page_size": 100}),
        "deep page": lambda: client.get(v1, {"page": house.last // 50 - 3}),
        "filtered list": lambda: client.get(v1, {"status": "in_progress", "priority": "high"}),
        "detail": lambda: client.get(f"{v1}{house.order}/"),
        "create": lambda: client.post(v1, new_order(house), content_type="application/json"),
        "v2 list": lambda: client.get(v2),
        "v2 deep page": lambda: client.get(v2, {"cursor": cursor(150)}),
    }
    return {name: _beyond_signing_in(ask) for name, ask in asked.items()}


def _beyond_signing_in(ask) -> int:
    ask()  # what is fetched once per process is no part of a request
    with CaptureQueriesContext(connection) as queries:
        inside = []

        def at_the_door(**shown):
            caller = answer_door(**shown)
            inside.append(len(queries))
            return caller

        answer_door = middleware.answer_door
        with mock.patch.object(middleware, "answer_door", at_the_door):
            answer = ask()
    if answer.status_code not in (200, 201):
        raise SystemExit(f"{answer.status_code}: {answer.content[:500]}")
    return sum(not FRAME.search(query["sql"]) for query in queries.captured_queries[inside[0] :])
