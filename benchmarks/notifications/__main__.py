"""`make bench-notifications`: what telling people costs on PostgreSQL, each figure beside its limit in the same run.

Prints tables and writes build/bench/notifications.json; ends with 1 if a reach is missed. ONLY=fan_out,relay,latency,
sockets chooses; MEMBERS, EVENTS, ROUNDS, PER_SECOND and SECONDS change the sizes. The database is found as for tests.
"""

import functools
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

import django
import psycopg
from django.db import connections

RESULT = Path("build/bench/notifications.json")
ALL = "fan_out,relay,latency,sockets"


def main() -> int:
    os.environ |= {"DJANGO_SETTINGS_MODULE": "tests.support.settings", "LOG_LEVEL": "ERROR"}
    django.setup()
    from benchmarks.notifications import fan_out, latency, relaying  # noqa: PLC0415 - models only after setup
    from tests.support import databases, provision  # noqa: PLC0415

    wanted = (os.environ.get("ONLY") or ALL).split(",")
    found = json.loads(RESULT.read_text()) if RESULT.exists() else {}
    cluster, missed = databases.Cluster(provision.postgres()).prepare(), []
    try:
        for name, part in {"fan_out": fan_out, "relay": relaying, "latency": latency}.items():
            if name in wanted:
                with cluster.database() as urls:
                    databases.connect(connections, urls.app)
                    found[name] = part.measured(urls, functools.partial(settle, urls.owner))
                    missed += [] if show(name, found[name]) else [name]
                    connections.close_all()
    finally:
        cluster.close()
    if "sockets" in wanted:
        missed += (
            ["sockets"] if subprocess.run([sys.executable, "-m", "benchmarks.sockets"], check=False).returncode else []
        )
        found["sockets"] = json.loads(Path("build/bench/sockets.json").read_text())
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    RESULT.write_text(json.dumps(found, indent=1))
    print(f"missed: {', '.join(missed) or 'nothing'}; CPU load now: {os.getloadavg()[0]:.1f}")
    return 1 if missed else 0


def settle(owner_url):
    with psycopg.connect(owner_url, autocommit=True) as line:
        line.execute("VACUUM ANALYZE")


def show(name, found):
    """Print what was measured; whether it reaches what it should."""
    if "rates" in found:
        for at in found["rates"]:
            asked, got = at["per_second"], at["told_per_second"]
            print(f"\n{name}: {at['events']:,} events, {asked} a second, told {got} a second")
            for step, percentiles in at["milliseconds"].items():
                print(f"  {step:<12}" + "  ".join(f"{share} {value:,.0f} ms" for share, value in percentiles.items()))
        return True
    best = statistics.median(found["seconds"]["bare"])
    print(f"\n{name}: {found['rows']:,} rows")
    for way, seconds in found["seconds"].items():
        middle = statistics.median(seconds)
        print(f"  {way:<12}{middle:>8.3f} s{found['rows'] / middle:>12,.0f} rows/s{best / middle:>8.2f} x bare")
    return best / statistics.median(found["seconds"]["product"]) >= found["wanted"]


if __name__ == "__main__":
    sys.exit(main())
