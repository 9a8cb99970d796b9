"""Keeps the cast on stage: built once, in a transaction nobody commits, and every test is rolled back to it.

A test that needs an empty database, or commits, has the stage struck first; the next one that asks for the cast has
it built anew. So the order of tests changes what the suite costs, never what a test sees.
"""

import pickle

from django.db import connection, transaction

from tests.support.fingerprints import WATCH
from tests.support.world import build


class Stage:
    """Follows one wish at a time: should the cast stand there for the next test, or nobody?"""

    def __init__(self):
        self._kept = b""
        self._atomic = None
        self._wanted = False
        self._blocker = None

    def wants(self, cast):
        """Said before each test; followed at once as soon as there is a database."""
        self._wanted = cast
        self._follow()

    def open(self, blocker):
        self._blocker = blocker
        self._follow()

    def world(self):
        """A copy of the cast for one test to change, made in a millisecond."""
        return pickle.loads(self._kept)  # noqa: S301 - our own, a moment ago

    def close(self):
        self.wants(False)
        self._blocker = None

    def _follow(self):
        if self._blocker is None or self._wanted == (self._atomic is not None):
            return
        with self._blocker.unblock():
            self._set() if self._wanted else self._strike()

    def _set(self):
        self._atomic = transaction.atomic()
        self._atomic._from_testcase = True
        self._atomic.__enter__()
        try:
            self._kept = pickle.dumps(build())
        except BaseException:
            self._strike()
            raise
        # What building it would ring for is over: a doorbell rung by a test must not be taken for one rung before.
        connection.run_on_commit.clear()
        WATCH.begin()

    def _strike(self):
        WATCH.end()
        transaction.set_rollback(True)
        self._atomic.__exit__(None, None, None)
        self._atomic = None
