"""Races: several people at once, each with a connection of their own, all at the same line before they run."""

import contextlib
import threading
from concurrent.futures import ThreadPoolExecutor

from django.db import connection

PATIENCE_SECONDS = 20


def race(*calls):
    """Run every call in its own thread, started together; answers what each returned or raised, in their order."""
    line = threading.Barrier(len(calls))

    def run(call):
        try:
            line.wait(PATIENCE_SECONDS)
            return call()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as runners:
        return list(runners.map(run, calls))


class Meeting:
    """A place in the code where racers wait for each other, so that the unlucky moment comes every time.

    Where a lock keeps one of them away the other waits in vain, and goes on after `patience` seconds.
    """

    def __init__(self, parties, *, patience=0.7):
        self._barrier = threading.Barrier(parties)
        self._patience = patience

    def after(self, function):
        """`function`, followed by the wait."""

        def met(*args, **kwargs):
            found = function(*args, **kwargs)
            with contextlib.suppress(threading.BrokenBarrierError):
                self._barrier.wait(self._patience)
            return found

        return met
