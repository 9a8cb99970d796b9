"""A passing test that executed no assertion has shown nothing, and fails.

No static check sees the loop over an empty list. pytest's own hook does: it is called for every `assert` that held.
`pytest.raises` counts as one, since leaving its block is the assertion.
"""

import functools

import pytest

COUNT = pytest.StashKey()
VERDICT = "This test passed without executing a single assertion: it would pass whatever the code did."

_running = []


def begin(item):
    item.stash[COUNT] = 0
    _running[:] = [item]


def saw(item):
    item.stash[COUNT] = item.stash.get(COUNT, 0) + 1


def judge(item, report):
    """Turn a pass without assertions into a failure."""
    if report.when == "call" and report.passed and not item.stash.get(COUNT, 0):
        report.outcome, report.longrepr = "failed", VERDICT


def count_raises():
    """Let `pytest.raises` count when its block ends as it says."""
    leave = pytest.RaisesExc.__exit__

    @functools.wraps(leave)
    def counted(self, *args):
        held = leave(self, *args)
        if held and _running:
            saw(_running[0])
        return held

    pytest.RaisesExc.__exit__ = counted
