"""`make test-crash`: 20,000 transitions while everything is killed, PostgreSQL and Redis ten times each.

TRANSITIONS and SEED may be given. Prints what was done and found, writes build/crash.json and keeps the history in
build/crash.jsonl; ends with 1 if a promise was broken.
"""

import json
import os
import secrets
import sys
from pathlib import Path

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.support.settings"  # which take DATABASE_URL away: this has its own
django.setup()

from tests.support import databases  # noqa: E402 - the product can be imported only after setup
from tests.support.faults.checker import Look  # noqa: E402
from tests.support.faults.history import History  # noqa: E402
from tests.support.faults.receiving import Receiver  # noqa: E402
from tests.support.faults.servers import Postgres, Redis  # noqa: E402
from tests.support.faults.shaking import Run  # noqa: E402
from tests.support.sinks import MailSink  # noqa: E402

TRANSITIONS = int(os.environ.get("TRANSITIONS") or 20_000)
RESULT, HISTORY = Path("build/crash.json"), Path("build/crash.jsonl")
STORES = 10  # kills of each
BREAKS_OFF_EVERY = 50  # calls
PLAN = {
    "kill worker": 6,
    "kill a child of worker": 10,
    "freeze worker": 3,
    "kill relay": 8,
    "freeze relay": 3,
    "kill beat": 3,
    "kill web": 5,
    "kill a child of web": 5,
    "freeze web": 2,
    "kill ws": 6,
    "freeze ws": 2,
    "break a line": 10,
    "kill redis": STORES,
    "flush redis": 5,
    "freeze redis": 3,
    "take redis away": 3,
    "kill postgres": STORES,
    "kill a backend": 10,
}


def say(line):
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> int:
    seed = os.environ.get("SEED") or secrets.token_hex(4)
    say(f"seed {seed}")
    RESULT.parent.mkdir(exist_ok=True)
    HISTORY.unlink(missing_ok=True)
    postgres, redis, history = Postgres(), Redis(), History(HISTORY)
    try:
        urls = databases.Cluster(postgres).prepare().clone()
        look = Look(f"{postgres.url.rpartition('/')[0]}/{urls.name}")
        with MailSink() as mail, Receiver(breaks_off_every=BREAKS_OFF_EVERY) as receiver:
            run = Run(
                urls,
                look,
                redis,
                mail,
                receiver,
                history,
                seed=seed,
                target=TRANSITIONS,
                plan=PLAN,
                postgres=postgres,
            )
            run.go(services=("web", "ws", "relay", "worker", "beat"))
            figures = run.figures()
    finally:
        history.close()
        redis.let_go()
        postgres.let_go()
    return report(figures)


def report(figures):
    for name, value in figures.items():
        if name not in ("found", "faults"):
            say(f"  {name:<30}{value}")
    for name, times in sorted(figures["faults"].items()):
        say(f"  {times:>4} x {name}")
    for line in figures["found"][:50]:
        say(f"BROKEN  {line}")
    RESULT.write_text(json.dumps(figures, indent=1))
    return 1 if figures["found"] else 0


if __name__ == "__main__":
    sys.exit(main())
