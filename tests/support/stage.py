"""Keeps the cast on stage: built once, in a transaction nobody commits, and every test is rolled back to it.

A matrix asks for the same thing in hundreds of cells. Its class may have a `scene(**parameters)` that answers a key and
how the thing is made: cells with one key follow each other, and the thing is made once for all of them. Where all tests
of a class want the same, `scene` is the key and the way it is made.

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
        self._kept, self._kept_with_scene = b"", b""
        self._atomic, self._scene_atomic = None, None
        self._wanted, self._scene, self._scene_set = False, None, None
        self._blocker = None

    def wants(self, cast, scene=None):
        """Said before each test; followed at once as soon as there is a database."""
        self._wanted, self._scene = cast, scene
        self._follow()

    def open(self, blocker):
        self._blocker = blocker
        self._follow()

    def world(self):
        """A copy of the cast for one test to change, made in a millisecond."""
        return pickle.loads(self._kept_with_scene or self._kept)  # noqa: S301 - our own, a moment ago

    def close(self):
        self.wants(False)
        self._blocker = None

    def _follow(self):
        if self._blocker is None:
            return
        with self._blocker.unblock():
            key = self._scene[0] if self._scene and self._wanted else None
            if key != self._scene_set:
                self._strike_scene()
            if self._wanted != (self._atomic is not None):
                self._set() if self._wanted else self._strike()
            if key != self._scene_set:
                self._set_scene(*self._scene)

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

    def _set_scene(self, key, make):
        """Everything so far stays as it is; what is made now goes with the next scene."""
        self._scene_set, self._scene_atomic = key, transaction.atomic()
        self._scene_atomic._from_testcase = True
        self._scene_atomic.__enter__()
        try:
            world = pickle.loads(self._kept)  # noqa: S301 - our own, a moment ago
            world.scene = key, make(world)
            self._kept_with_scene = pickle.dumps(world)
        except BaseException:
            self._strike_scene()
            raise
        connection.run_on_commit.clear()

    def _strike_scene(self):
        if self._scene_atomic is not None:
            transaction.set_rollback(True)
            self._scene_atomic.__exit__(None, None, None)
        self._scene_set, self._scene_atomic, self._kept_with_scene = None, None, b""

    def _strike(self):
        WATCH.end()
        transaction.set_rollback(True)
        self._atomic.__exit__(None, None, None)
        self._atomic = None
