"""What goes wrong, one thing after the other, in an order that its seed decides."""

import random
import threading
import time

from tests.support import wait

FROZEN_SECONDS = (1.0, 3.0)


class Nemesis(threading.Thread):
    """Deals out `faults`, {name: what does it}, each as often as the plan says, and writes a line for each."""

    def __init__(self, faults, plan, history, *, seed, pause=(0.3, 1.5)):
        super().__init__(name="nemesis", daemon=True)
        self.faults, self.history, self.pause = faults, history, pause
        self.random = random.Random(seed)  # noqa: S311 - to be repeated, not to be secret
        self.plan = [name for name, times in plan.items() for _ in range(times)]
        self.random.shuffle(self.plan)
        self.stopped, self.problem = threading.Event(), None

    def run(self):
        try:
            for name in self.plan:
                if self.stopped.wait(self.random.uniform(*self.pause)):
                    return
                begun = time.time()
                if self.faults[name]() is not False:
                    self.history.add("fault", fault=name, seconds=round(time.time() - begun, 3))
        except Exception as error:  # a thread's error is the test's
            self.problem = error


def of_processes(edition, rng):
    """Faults of everything that is ours to start again."""
    faults = {f"kill {name}": lambda name=name: edition.revive(name) for name in edition.processes}
    faults |= {
        f"freeze {name}": lambda name=name: edition.freeze(name, rng.uniform(*FROZEN_SECONDS))
        for name in edition.processes
    }
    return faults | {
        f"kill a child of {name}": lambda name=name: edition.kill_child(name) for name in ("worker", "web")
    }


def of_lines(watchers, rng):
    return {"break a line": lambda: watchers.break_one(rng)}


def of_redis(server, rng):
    def freeze():
        server.freeze()
        wait.pause(rng.uniform(*FROZEN_SECONDS))
        server.thaw()

    def take_away():
        server.kill()
        wait.pause(rng.uniform(*FROZEN_SECONDS))
        server.start()

    return {
        "kill redis": server.restart,
        "flush redis": server.flush,
        "freeze redis": freeze,
        "take redis away": take_away,
    }


def of_postgres(server, look):
    """`look` is a connection that may end others'."""
    return {"kill postgres": server.restart, "kill a backend": look.end_a_backend}
