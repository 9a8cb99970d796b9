"""A clock the test moves. Never around a worker or a server: those would go on by the real one."""

import datetime

import time_machine

START = datetime.datetime(2026, 3, 16, 9, 0, tzinfo=datetime.UTC)  # a Monday morning, two weeks before summer time


class FrozenClock:
    """Stands still at `START` until it is told otherwise."""

    def __init__(self, traveller):
        self._traveller = traveller

    @property
    def now(self):
        return datetime.datetime.now(datetime.UTC)

    def shift(self, **by):
        """`shift(hours=2)`; clients sign in anew where their token would have run out."""
        self._traveller.shift(datetime.timedelta(**by))
        return self.now

    def move_to(self, moment):
        self._traveller.move_to(moment)
        return self.now


def frozen(at=START):
    return time_machine.travel(at, tick=False)
