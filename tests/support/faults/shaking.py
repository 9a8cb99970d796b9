"""One shaken run: clients at work, everything going wrong, and what had to be said about it afterwards."""

import random
import time

from tests.support.faults import nemesis
from tests.support.faults.checker import Checker
from tests.support.faults.clients import crowd
from tests.support.faults.history import percentile
from tests.support.faults.running import SERVICES, Shaken

CLIENTS = 8
QUIET_SECONDS = 300  # for what was left when the last fault was over; seconds, where nobody else wants the processor
CHILDREN = 2  # of a worker: each may be sending when it is killed
SENDING = {  # how many mails may be on their way when it happens, of which one more copy may arrive
    "kill worker": CHILDREN,
    "freeze worker": CHILDREN,
    "kill a child of worker": 1,
    "kill relay": 1,
    "freeze relay": 1,
    "kill postgres": CHILDREN + 1,
    "kill a backend": 1,
}


class Run:
    """`go` lets clients work until `target` transitions were acknowledged and the plan's faults were done; the rest
    asks what became of it."""

    def __init__(self, urls, look, redis, mail, history, *, seed, target, plan, postgres=None):
        self.look, self.mail, self.history, self.seed = look, mail, history, seed
        self.redis, self.postgres, self.target, self.plan = redis, postgres, target, plan
        self.edition = Shaken(urls, redis.url, mail.address[1])
        self.worked = self.quiet = 0.0

    def go(self, services=SERVICES):
        try:
            floors = self.edition.open("north", "south", services=services)
            people = crowd(self.edition.base, floors, self.history, count=CLIENTS, seed=self.seed, target=self.target)
            bad_luck = nemesis.Nemesis(self._faults(), self.plan, self.history, seed=self.seed)
            begun = time.monotonic()
            for one in (*people, bad_luck):
                one.start()
            for one in (*people, bad_luck):
                one.join()
            self.worked = time.monotonic() - begun
            for one in (*people, bad_luck):
                if one.problem:
                    raise one.problem
            self.quiet = self.edition.wait_until_quiet(self.look.waiting, QUIET_SECONDS)
        finally:
            self.edition.stop()

    def _faults(self):
        rng = random.Random(self.seed)  # noqa: S311 - to be repeated, not to be secret
        more = nemesis.of_postgres(self.postgres, self.look) if self.postgres else {}
        return nemesis.of_processes(self.edition, rng) | nemesis.of_redis(self.redis, rng) | more

    def figures(self):
        """What was done, what broke, what it came to. `found` are the broken promises, each in a line."""
        kills = sum(SENDING.get(name, 0) * times for name, times in self.history.faults().items())
        checker, waits = (
            Checker(self.look, self.history, mail=self.mail, sending_kills=kills),
            self.history.milliseconds(),
        )
        return checker.figures() | {
            "sending when killed, at most": kills,
            "ended by themselves": dict(self.edition.died),
            "seed": self.seed,
            "work_seconds": round(self.worked, 1),
            "caught_up_seconds": round(self.quiet, 1),
            "request_ms": {name: percentile(waits, part) for name, part in (("p50", 0.5), ("p99", 0.99), ("max", 1.0))},
        }


def line_of(figures):
    """The figures in one line, for a report."""
    words = [f"{name} {value}" for name, value in figures.items() if not isinstance(value, dict | list)]
    waits = " ".join(f"{name} {value:.0f} ms" for name, value in figures["request_ms"].items())
    kills = ", ".join(f"{times} x {name}" for name, times in sorted(figures["faults"].items()))
    return f"faults: {' | '.join(words)} | requests {waits} | {kills}"
