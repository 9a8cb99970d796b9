"""What the hot lists cost, beside what they could cost at best and what plain REST framework costs.

`make bench-lists` prints the table, writes build/bench/lists.json, and ends with 1 when a reach is missed. A quick look:
`make bench-lists ROWS=1000 ROUNDS=1`. All targets are asked in turns, so that a noisy minute is everybody's.
"""

import base64
import json
import os
import statistics
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import orjson

from tests.support import databases, provision

ROWS = int(os.environ.get("ROWS") or 100_000)
ROUNDS = int(os.environ.get("ROUNDS") or 5)
FEW = 1000
SECONDS = 1.5
MOST_CREATED = 120  # a slot of creates ends here: they make the tables grow
SECRET = "only-for-a-benchmark-0123456789-abcdefghijklmnopqrstuvwxyz"


def main() -> int:
    home = provision.temporary("workfloor-bench-")
    cluster = databases.Cluster(provision.postgres()).prepare()
    os.environ |= {"WORKFLOOR_HOME": str(home), "SECRET_KEY": SECRET, "DATABASE_URL": cluster.template_urls.app}
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
