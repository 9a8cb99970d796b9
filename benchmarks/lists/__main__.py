"""What the hot lists cost, beside what they could cost at best and what plain REST framework costs.

`make bench-lists` prints the table, writes build/bench/lists.json, and ends with 1 when a reach is missed. A quick
look: `make bench-lists ROWS=1000 ROUNDS=1`. All targets are asked in turns, so that a noisy minute is everybody's.
"""

import os
import statistics
import sys
import time
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import django
from django.db import connections

from tests.support import databases, provision

ROWS = int(os.environ.get("ROWS") or 100_000)
ROUNDS = int(os.environ.get("ROUNDS") or 7)
ONLY = os.environ.get("ONLY", "")
FEW = 1000
SECONDS = 1.2


def main() -> int:
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.support.settings"
    django.setup()
    from benchmarks.lists import report, seed, statements, targets  # noqa: PLC0415 - models can be imported from here on

    start = time.monotonic()
    cluster = databases.Cluster(provision.postgres()).prepare()
    with cluster.database() as many, cluster.database() as few, ProcessPoolExecutor(1, get_context("spawn")) as client:
        house = seed.seed(targets.as_admin(cluster, many), ROWS)
        small = seed.seed(targets.as_admin(cluster, few), FEW)
        said(start, f"{ROWS:,} orders and their children are there")
        databases.connect(connections, many.app)
        stage = targets.Stage(cluster, many, few, house, small, seed.access_token())
        sql = statements.counted(house)
        connections.close_all()
        stage.wait()
        said(start, "the servers answer")
        measured = run(client, stage, [target for target in stage.targets if ONLY in target.name])
        stage.close()
    cluster.close()
    said(start, "done")
    return report.report(measured, sql, rows=ROWS, rounds=ROUNDS, few=FEW)


def run(client, stage, wanted):
    """Target -> (server ms, PostgreSQL ms, answers per second), each the median over the rounds."""
    found = defaultdict(list)
    for lap in range(ROUNDS + 1):
        for target in wanted:
            seconds = SECONDS if lap else 0.4
            server, postgres = target.server.seconds(), stage.postgres.seconds()
            done, took = client.submit(target.repeated, seconds=seconds, most=target.most).result()
            cost = target.server.seconds() - server, stage.postgres.seconds() - postgres
            if lap:  # the first lap warms up
                found[target.name].append((*(1000 * spent / done for spent in cost), done / took))
    return {name: tuple(map(statistics.median, zip(*laps, strict=True))) for name, laps in found.items()}


def said(start, what):
    print(f"{time.monotonic() - start:6.0f} s  {what}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
