"""`make bench-notifications`: what telling people costs on PostgreSQL, each figure beside its limit in the same run.

Prints a table and writes build/bench/notifications.json. ONLY=fan_out,relay,latency,sockets chooses; MEMBERS, EVENTS
and ROUNDS change the sizes. The database is found as for tests.
"""

import functools
import json
import os
import statistics
import sys
from pathlib import Path

import django
import psycopg
from django.db import connections

RESULT = Path("build/bench/notifications.json")


def main() -> int:
    os.environ |= {"DJANGO_SETTINGS_MODULE": "tests.support.settings", "LOG_LEVEL": "ERROR"}
    django.setup()
    from benchmarks.notifications import fan_out, relaying  # noqa: PLC0415 - models can be imported only after setup
    from tests.support import databases, provision  # noqa: PLC0415

    wanted = (os.environ.get("ONLY") or "fan_out,relay").split(",")
    cluster = databases.Cluster(provision.postgres()).prepare()
    found = json.loads(RESULT.read_text()) if RESULT.exists() else {}
    try:
        for name, measured in {"fan_out": fan_out.measured, "relay": relaying.measured}.items():
            if name in wanted:
                with cluster.database() as urls:
                    databases.connect(connections, urls.app)
                    found[name] = measured(functools.partial(settle, urls.owner))
                    show(name, found[name])
                    connections.close_all()
    finally:
        cluster.close()
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    RESULT.write_text(json.dumps(found, indent=1))
    return 0


def settle(owner_url):
    with psycopg.connect(owner_url, autocommit=True) as line:
        line.execute("VACUUM ANALYZE")


def show(name, found):
    best = statistics.median(found["seconds"]["bare"])
    print(f"\n{name}: {found['rows']:,} rows")
    for way, seconds in found["seconds"].items():
        middle = statistics.median(seconds)
        ratio = best / middle
        print(f"  {way:<12}{middle:>8.3f} s{found['rows'] / middle:>12,.0f} rows/s{ratio:>8.2f} x the bare statement")


if __name__ == "__main__":
    sys.exit(main())
