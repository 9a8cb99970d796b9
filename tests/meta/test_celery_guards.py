"""Celery is a doorbell, rung in one place: whatever else it offers would have to be remembered by the broker."""

import ast

import pytest

from tests.support.source import app_files, called, places

BELL = {"tenants/doorbell.py": "the one place that rings"}
SENDS = {"apply_async", "send_task", "delay", "signature", "apply"}
REMEMBERED = {"eta", "countdown", "retry_policy", "link", "link_error", "chord"}
WOVEN = {"chain", "group", "chord", "chunks", "starmap"}


def sends(node):
    """A message to the broker, by whatever name."""
    is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    return is_call and node.func.attr in SENDS


def delays(node):
    """Something the broker would have to keep until later."""
    if isinstance(node, ast.keyword):
        return node.arg in REMEMBERED
    return called(node) == "retry" and isinstance(node.func, ast.Attribute)


def weaves(node):
    """Work whose order only the broker would know."""
    if isinstance(node, ast.ImportFrom):
        return (node.module or "").startswith("celery") and bool(WOVEN & {name.name for name in node.names})
    return isinstance(node, ast.Attribute) and node.attr in WOVEN and getattr(node.value, "id", "") == "celery"


GUARDS = {"sends": sends, "delays": delays, "weaves": weaves}
BAD = {
    "sends": [
        "job.delay(1)",
        "job.apply_async(args=[1])",
        "current_app.send_task('x')",
        "job.s().apply()",
        "app.signature('x')",
    ],
    "delays": ["f(eta=later)", "f(countdown=5)", "self.retry(exc=error)", "f(link=other)", "raise job.retry()"],
    "weaves": ["from celery import chain", "from celery import group, shared_task", "celery.chord([a])(b)"],
}
GOOD = {
    "sends": ["doorbell.ring_worker('x', 1, 2)", "apply(rows)", "delay = 3"],
    "delays": ["row.run_after = later", "f(due_at=later)", "retry(row)"],
    "weaves": ["from itertools import chain", "from celery import shared_task", "chain(a, b)", "rows.group"],
}


class TestDoorbellOnly:
    def test_messages_are_sent_in_one_place(self):
        """Elsewhere it would be sent before the commit, wait for a broker that is away, or fail after the commit."""
        senders = places(app_files(), sends)

        assert senders - BELL.keys() == set(), "Make a row that is due, and call tenants.doorbell.ring."
        assert BELL.keys() - senders == set(), "Stale exception: delete it."

    @pytest.mark.parametrize("guard", ["delays", "weaves"])
    def test_nothing_is_left_to_the_memory_of_the_broker(self, guard):
        assert places(app_files(), GUARDS[guard]) == set(), "Delays and steps are rows: `run_after`, and a next row."

    @pytest.mark.parametrize("guard", GUARDS)
    def test_the_guard_sees_what_it_stops_and_nothing_else(self, guard):
        seen = [line for line in BAD[guard] if any(map(GUARDS[guard], ast.walk(ast.parse(line))))]
        accused = [line for line in GOOD[guard] if any(map(GUARDS[guard], ast.walk(ast.parse(line))))]

        assert (seen, accused) == (BAD[guard], [])
