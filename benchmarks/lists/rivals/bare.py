"""(a) The least that answers the list: a WSGI function, prepared statements, orjson. Nobody signed in."""

import os
from urllib.parse import parse_qs

import psycopg

from benchmarks.lists.rivals.fields import LIST, PAGE, encoded

STATEMENT = (
    f"SELECT {', '.join(LIST.values())} FROM workorder_workorder "  # noqa: S608 - our own names
    f"WHERE organization_id = %s AND number < %s ORDER BY number DESC LIMIT {PAGE}"
)
TAGS = (
    "SELECT work_order_id, tag.name FROM workorder_workordertag JOIN workorder_tag tag ON tag.id = tag_id "
    "WHERE work_order_id = ANY(%s) ORDER BY tag.name"
)
ORGANIZATION = os.environ["BENCH_ORGANIZATION"]
line = None


def application(environ, start_response):
    global line
    if line is None:  # in the worker: a connection does not survive a fork
        line = psycopg.connect(os.environ["BENCH_DATABASE_URL"], autocommit=True)
    before = parse_qs(environ["QUERY_STRING"])["before"][0]
    rows = line.execute(STATEMENT, [ORGANIZATION, before], prepare=True, binary=True).fetchall()
    tags = line.execute(TAGS, [[row[0] for row in rows]], prepare=True, binary=True).fetchall()
    body = encoded(rows, tags)
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]
