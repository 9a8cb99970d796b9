"""Waits for a condition, never for a time."""

import time


def until(condition, *, within=10.0, every=0.02, why=""):
    """Answer the first true value of `condition()`, or fail after `within` seconds saying what it was last."""
    deadline = time.monotonic() + within
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"After {within:g} s still not so: {why or condition}. Last answer: {value!r}")
        time.sleep(every)
    return value
