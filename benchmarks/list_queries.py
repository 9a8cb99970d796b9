"""How many SQL statements the main lists cost at 10 and at 1,000 rows: the same, or somebody forgot a join.

`make bench-queries` prints the table and writes build/bench/list_queries.json. The rows are made by the product's own
verbs in a database of their own; a page is 100 rows, so at 1,000 rows every page is full.
"""

import json
import os
import sys
import tempfile
from pathlib import Path

import django

SIZES = (10, 1000)
LISTS = ("work-orders", "tasks", "notifications", "events", "assignments")
RESULT = Path("build/bench/list_queries.json")


def main() -> int:
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {"WORKFLOOR_HOME": home, "DJANGO_SETTINGS_MODULE": "config.settings", "LOG_LEVEL": "ERROR"}
        for name in ("DATABASE_URL", "REDIS_URL"):
            os.environ.pop(name, None)
        django.setup()
        from benchmarks.floor import Floor  # noqa: PLC0415 - models can be imported only from here on

        floor = Floor()
        counted = {}
        for size in SIZES:
            floor.grow_to(size)
            counted[size] = {name: floor.statements(f"/api/v1/{name}/?page_size=100") for name in LISTS}
    return report(counted)


def report(counted) -> int:
    few, many = SIZES
    print(f"{'list':<16}{f'{few} orders':>12}{f'{many:,} orders':>16}")
    for name in LISTS:
        print(f"{name:<16}{counted[few][name]:>12}{counted[many][name]:>16}")
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    RESULT.write_text(json.dumps(counted, indent=1))
    if counted[few] == counted[many]:
        return 0
    print("The number of statements grows with the rows.", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
