"""One shaken run: clients at work, everything going wrong, and what had to be said about it afterwards."""

import random
import time
from contextlib import suppress

from tests.support import wait
from tests.support.faults import nemesis
from tests.support.faults.calls import Calls
from tests.support.faults.checker import Checker
from tests.support.faults.clients import crowd
from tests.support.faults.frames import Frames
from tests.support.faults.history import percentile
from tests.support.faults.running import SERVICES, Shaken
from tests.support.faults.watching import Watchers

CLIENTS = 8
UP_SECONDS = 30
RIGHT_SECONDS = 15  # for a page after everything is said: two looks of the socket server, where a line had just broken
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

    def __init__(self, urls, look, redis, mail, receiver, history, *, seed, target, plan, postgres=None):
        self.look, self.mail, self.receiver, self.history, self.seed = look, mail, receiver, history, seed
        self.redis, self.postgres, self.target, self.plan = redis, postgres, target, plan
        self.edition = Shaken(urls, redis.url, mail.address[1])
        self.worked = self.quiet = self.right = 0.0
        self.watchers = None

    def go(self, services=(*SERVICES, "ws")):
        try:
            floors = self.edition.open("north", "south", services=services, receiver=self.receiver.url)
            for house, floor in floors.items():
                self.receiver.expect(house, floor["webhook"])
            self.watchers = self._watched(floors)
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
            self.right = self._seconds_until_right()
        finally:
            if self.watchers:
                self.watchers.leave()
            self.edition.stop()

    def _watched(self, floors):
        watchers = Watchers(self.edition.live_port, self.look, floors)
        watchers.start()
        wait.until(watchers.are_there, within=UP_SECONDS, every=0.1, why=self.edition.told)
        return watchers

    def _seconds_until_right(self):
        """Whoever is not right after that is found by the checker, who says what is wrong."""
        begun = time.monotonic()
        with suppress(AssertionError):
            wait.until(lambda: self.edition.supervise() and self.watchers.are_right(), within=RIGHT_SECONDS, every=0.1)
        return time.monotonic() - begun

    def _faults(self):
        rng = random.Random(self.seed)  # noqa: S311 - to be repeated, not to be secret
        more = nemesis.of_postgres(self.postgres, self.look) if self.postgres else {}
        faults = nemesis.of_processes(self.edition, rng) | nemesis.of_redis(self.redis, rng) | more
        return faults | nemesis.of_lines(self.watchers, rng)

    def figures(self):
        """What was done, what broke, what it came to. `found` are the broken promises, each in a line."""
        kills = sum(SENDING.get(name, 0) * times for name, times in self.history.faults().items())
        outside = [Calls(self.look, self.receiver, kills=kills), Frames(self.look, self.watchers.everybody)]
        checker = Checker(self.look, self.history, mail=self.mail, sending_kills=kills, outside=outside)
        waits = self.history.milliseconds()
        return checker.figures() | {
            "sending when killed, at most": kills,
            "ended by themselves": dict(self.edition.died),
            "seed": self.seed,
            "work_seconds": round(self.worked, 1),
            "caught_up_seconds": round(self.quiet, 1),
            "pages_right_seconds": round(self.right, 1),
            "request_ms": {name: percentile(waits, part) for name, part in (("p50", 0.5), ("p99", 0.99), ("max", 1.0))},
        }


def line_of(figures):
    """The figures in one line, for a report."""
    words = [f"{name} {value}" for name, value in figures.items() if not isinstance(value, dict | list)]
    waits = " ".join(f"{name} {value:.0f} ms" for name, value in figures["request_ms"].items())
    kills = ", ".join(f"{times} x {name}" for name, times in sorted(figures["faults"].items()))
    return f"faults: {' | '.join(words)} | requests {waits} | {kills}"
