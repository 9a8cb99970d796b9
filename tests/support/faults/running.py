"""The full edition, with everything in it that a supervisor would restart."""

import json
import os
import signal
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

import requests

from tests.support import wait
from tests.support.databases import ran_on
from tests.support.editions import Full, command_of
from tests.support.provision import free_port

SERVICES = ("web", "relay", "worker")
UP_AGAIN_SECONDS = 0.3  # what a supervisor takes to notice


class Shaken(Full):
    """The same processes on a database without the demo, with a Redis and, if asked for, a PostgreSQL of their own."""

    def __init__(self, *args):
        super().__init__(*args)
        self.died = Counter()

    def open(self, *houses, services=SERVICES, receiver=""):
        """Make the organizations and start the services; answers who works in them. Each has an endpoint at a
        `receiver`, if one is given."""
        self.given |= {"LOG_LEVEL": "ERROR", "DJANGO_SETTINGS_MODULE": "tests.support.faults.traced"}
        self.given |= {"OUTBOUND_ALLOW": "127.0.0.1"} if receiver else {}
        floors = json.loads(
            ran_on(
                self.urls.app,
                "-m",
                "tests.support.faults.floor",
                *houses,
                *(["--receiver", receiver] if receiver else []),
                WORKFLOOR_HOME=self.home,
                DJANGO_SETTINGS_MODULE=self.given["DJANGO_SETTINGS_MODULE"],
                OUTBOUND_ALLOW=self.given.get("OUTBOUND_ALLOW", ""),
            )
        )
        for name in services:
            self.service(name)
        self.wait_until_ready()
        return floors

    def _placed(self, name, word):
        """Beat keeps its place in our folder."""
        return str(self.home / "beat") if word == "/tmp/celerybeat-schedule" else super()._placed(name, word)  # noqa: S108

    def another_web(self, name, **given):
        """A second gunicorn on the same database, with other settings; answers where."""
        port = free_port()
        given |= {"GUNICORN_CMD_ARGS": f"--bind 127.0.0.1:{port}", "DATABASE_URL": self.urls.app}
        self.begin(name, command_of("web"), **given)
        base = f"http://127.0.0.1:{port}"
        wait.until(lambda: _answers(base), within=60, every=0.1, why=lambda: f"{name} answers\n{self.told()}")
        return base

    def revive(self, name):
        """kill -9 of a service and all its children, and up again as a supervisor does it."""
        if self.processes[name].is_running:
            with suppress(ProcessLookupError):  # it was faster
                self.kill(name)
        else:
            self.died[name] += 1  # by itself; a supervisor starts it again all the same
        wait.pause(UP_AGAIN_SECONDS)
        self.service(name)

    def supervise(self):
        """Start again what ended by itself, as `restart: always` does. Never said to be false: it may be in a wait."""
        for name in [name for name, process in self.processes.items() if not process.is_running]:
            self.revive(name)
        return True

    def kill_child(self, name):
        """kill -9 of one child, which its parent has to notice by itself; False if it has none just now."""
        self.supervise()
        children = children_of(self.processes[name].pid)
        for pid in children[:1]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return bool(children)

    def freeze(self, name, seconds):
        """SIGSTOP of the whole service for a while: thought dead, it comes back in the middle of what it did."""
        self.supervise()
        self.processes[name].send(signal.SIGSTOP)
        wait.pause(seconds)
        self.processes[name].send(signal.SIGCONT)

    def wait_until_quiet(self, look, within):
        """Until nobody has anything left to do; answers how many seconds that took."""
        begun = time.monotonic()
        wait.until(
            lambda: self.supervise() and not any(look().values()),
            within=within,
            every=0.1,
            why=lambda: f"quiet: {look()}\n{self.told()}",
        )
        return time.monotonic() - begun


def _answers(base):
    try:
        return requests.get(f"{base}/healthz", timeout=5).ok
    except requests.RequestException:
        return False


def children_of(pid):
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
