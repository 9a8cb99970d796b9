"""Counts queries and, when there are too many, says first which statement was repeated."""

import json
import os
import re
from collections import Counter
from contextlib import contextmanager

from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.support.settings import ROOT

LITERAL = re.compile(r"'[^']*'|\b\d+\b|\b[0-9a-f]{32}\b")
FRAME = re.compile(r"^(SAVEPOINT|RELEASE|BEGIN|COMMIT|ROLLBACK)|set_config\(")
SHOWN = 5
COUNTS = ROOT / "tests" / "golden" / "query_counts.json"


@contextmanager
def query_counter(*, exact=None, max=None):
    """`with query_counter(exact=7):` or `(max=10)`; without a bound it only counts, as `len(counted)`."""
    with CaptureQueriesContext(connection) as counted:
        yield counted
    found = len(counted)
    assert exact is None or found == exact, f"{found} queries, not {exact}\n{told(counted)}"
    assert max is None or found <= max, f"{found} queries, more than {max}\n{told(counted)}"


def constant_over(make_rows, call, *, sizes=(2, 12, 40)):
    """The same number of queries at every size: `make_rows(n)` adds rows until there are n, `call()` reads them.

    A fixed cap says nothing about slope. `call` must answer how many rows it found, so that growth is seen.
    """
    counts, found = {}, {}
    for size in sizes:
        make_rows(size)
        call()  # warm caches: what is fetched once per process is no slope
        with CaptureQueriesContext(connection) as counted:
            found[size] = call()
        counts[size] = statements(counted)
        last = counted
    assert len(set(found.values())) == len(sizes), f"the answer did not grow: {found}"
    assert len(set(counts.values())) == 1, f"queries grow with rows: {counts}\n{told(last)}"
    return counts[sizes[0]]


query_counter.constant_over = constant_over


def statements(counted):
    """How many statements asked for data. Opening and closing transactions and naming the organization to PostgreSQL
    are the edition's, so both editions are held to one number."""
    return sum(not FRAME.search(query["sql"]) for query in counted.captured_queries)


def told(counted):
    """The repeated statements first, literals blanked, then how often."""
    shapes = Counter(LITERAL.sub("?", query["sql"]) for query in counted.captured_queries)
    return "\n".join(f"{times:>4} x {shape[:300]}" for shape, times in shapes.most_common(SHOWN))


def baseline(name, count):
    """The count that was written down for `name`; UPDATE_BASELINES=1 (without xdist) writes this one down instead."""
    known = json.loads(COUNTS.read_text()) if COUNTS.exists() else {}
    if os.environ.get("UPDATE_BASELINES") == "1":
        known[name] = count
        COUNTS.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n")
    return known.get(name)
