"""Waits for a condition, never for a time."""

import asyncio
import time


def until(condition, *, within=10.0, every=0.02, why=""):
    """Answer the first true value of `condition()`, or fail after `within` seconds saying what it was last.

    `why` is a text, or makes one: what services wrote is worth reading when it failed, not when the waiting began.
    """
    deadline = time.monotonic() + within
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"After {within:g} s still not so: {_told(why) or condition}. Last answer: {value!r}")
        time.sleep(every)
    return value


async def soon(condition, *, within=10.0, every=0.01, why=""):
    """The same inside an event loop, which goes on meanwhile."""
    deadline = time.monotonic() + within
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"After {within:g} s still not so: {_told(why) or condition}. Last answer: {value!r}")
        await asyncio.sleep(every)
    return value


async def before_trying_again(seconds=0.1):
    """What a client waits whose server is away: it is part of the play, and nothing is expected of it."""
    await asyncio.sleep(seconds)


def pause(seconds):
    """Let a fault last: nothing is waited for, so there is no condition. No test may need what happens meanwhile."""
    time.sleep(seconds)


def _told(why):
    return why() if callable(why) else why
