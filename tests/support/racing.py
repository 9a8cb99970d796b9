"""Races: several people at once, each with a connection of their own, all at the same line before they run."""

import contextlib
import threading
from concurrent.futures import ThreadPoolExecutor
from unittest import mock

import psycopg
from django.db import connection

from tenants import transitions
from tenants.context import tenant
from tenants.models import TenantQuerySet

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


def rounds(players, count):
    """Let every player play each of `count` rounds, all at the same line before each; answers their answers by round.

    A player is a function of the round's number. Each keeps its thread and its connection, as a busy worker does.
    """
    line = threading.Barrier(len(players))

    def play(player):
        found = []
        try:
            for number in range(count):
                line.wait(PATIENCE_SECONDS)
                try:
                    found.append(player(number))
                except Exception as error:
                    found.append(error)
            return found
        finally:
            connection.close()

    with ThreadPoolExecutor(len(players)) as runners:
        return list(zip(*runners.map(play, players), strict=True))


class Meeting:
    """A place in the code where racers wait for each other, so that the unlucky moment comes every time.

    Where a lock keeps one of them away the other waits in vain, and goes on after `patience` seconds.
    """

    def __init__(self, parties, *, patience=0.7):
        self._barrier = threading.Barrier(parties)
        self._patience = patience

    def before(self, function):
        """The wait, followed by `function`."""

        def met(*args, **kwargs):
            self._wait()
            return function(*args, **kwargs)

        return met

    def after(self, function):
        """`function`, followed by the wait."""

        def met(*args, **kwargs):
            found = function(*args, **kwargs)
            self._wait()
            return found

        return met

    def _wait(self):
        with contextlib.suppress(threading.BrokenBarrierError):
            self._barrier.wait(self._patience)


# --- the guards, and how to take each of them out ------------------------------------------------------------------
def no_lock():
    """Rows are read, but not held."""
    return mock.patch.object(TenantQuerySet, "lock", lambda rows, obj, seen=None: rows.get(pk=getattr(obj, "pk", obj)))


def no_version():
    """The row is written whatever version it has by now."""

    def set_without_comparing(obj, *, only, changes):
        type(obj).objects.filter(pk=obj.pk).update(**changes)
        vars(obj).update(changes)

    # The ledger would notice a version used twice: it is the next guard, and goes with this one.
    return mock.patch.multiple(transitions, _compare_and_set=set_without_comparing, events=mock.Mock())


@contextlib.contextmanager
def no_constraint(owner_url, table, name):
    """What a unique index of a table forbids is no longer the database's concern."""
    with psycopg.connect(owner_url, autocommit=True) as line:
        made = line.execute(
            "SELECT 'CREATE', indexdef FROM pg_indexes WHERE indexname = %(name)s"
            " AND NOT EXISTS (SELECT FROM pg_constraint WHERE conname = %(name)s) UNION ALL"
            " SELECT 'ADD', pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %(name)s",
            {"name": name},
        ).fetchone()
        is_constraint = made[0] == "ADD"
        line.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"' if is_constraint else f'DROP INDEX "{name}"')
        try:
            yield
        finally:
            line.execute(f"TRUNCATE {table} CASCADE")
            line.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {made[1]}' if is_constraint else made[1])


def apart(organization, function):
    """Run `function` in a transaction of its own, which is kept whatever becomes of the one around it."""

    def alone():
        try:
            with tenant(organization):
                return function()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as other:
        return other.submit(alone).result()
