"""Real servers on ports of their own, and what they have cost so far, read from /proc."""

import os
import signal
import sys
from pathlib import Path

import psycopg

from benchmarks.lists import knock
from tests.support import wait
from tests.support.databases import environment
from tests.support.provision import Leashed, free_port
from tests.support.settings import ROOT

WORKERS = 2
TICKS = os.sysconf("SC_CLK_TCK")
READY_SECONDS = 30


class Server:
    """gunicorn with two plain workers, which is the same for the product and its rivals."""

    def __init__(self, name: str, application: str, home: Path, **given):
        self.port = free_port()
        program = Path(sys.executable).with_name("gunicorn")
        command = [
            program,
            application,
            "--workers",
            WORKERS,
            "--bind",
            f"127.0.0.1:{self.port}",
            "--no-control-socket",
        ]
        env = environment(**given) | {"PYTHONWARNINGS": "ignore"}
        self._process = Leashed(command, log=home / f"{name}.log", cwd=ROOT, env=env)

    def wait_for(self, first: knock.Knock):
        wait.until(lambda: self._answers(first), within=READY_SECONDS, every=0.1, why=self._process.said())

    def _answers(self, first):
        try:
            return knock.answer(first) or True
        except (OSError, IndexError):
            return False

    def stop(self):
        self._process.send(signal.SIGTERM)
        self._process.let_go()

    def seconds(self) -> float:
        """CPU seconds of the master and its workers."""
        return _of_family(self._process.pid)


class Postgres:
    """The processes behind an address on this machine."""

    def __init__(self, url: str):
        with psycopg.connect(url) as line:
            try:
                self._postmaster = _stat(line.info.backend_pid)[1]
            except FileNotFoundError:
                sys.exit("The processes of PostgreSQL cannot be seen from here: name one on this machine, or none.")

    def seconds(self) -> float:
        return _of_family(self._postmaster)


def _of_family(pid: int) -> float:
    """Seconds of a process and its children, of those it has outlived too."""
    _, _, own, ended = _stat(pid)
    children = [stat for stat in map(_stat_or_none, _all_processes()) if stat and stat[1] == pid]
    return (own + ended + sum(child[2] for child in children)) / TICKS


def _all_processes() -> list[int]:
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def _stat(pid: int) -> tuple[int, int, int, int]:
    """(pid, parent, own ticks, ticks of ended children); the name in brackets may hold anything, so behind it."""
    words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return pid, int(words[1]), int(words[11]) + int(words[12]), int(words[13]) + int(words[14])


def _stat_or_none(pid: int) -> tuple[int, int, int, int] | None:
    try:
        return _stat(pid)
    except (FileNotFoundError, ProcessLookupError):
        return None
