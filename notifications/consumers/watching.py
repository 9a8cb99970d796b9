"""Looks after the sockets of this process: may they still listen, and did they hear everything?

One look for all sockets of an organization, so that a thousand of them ask the database no more than one does.
"""

import asyncio
import logging
import time
import uuid
from collections.abc import Collection, Coroutine
from dataclasses import dataclass
from typing import Any, Protocol

from channels.db import database_sync_to_async
from django.db import DatabaseError

from notifications.hub import encoded, hub
from notifications.queries import live, unread_counts
from tenants.context import tenant
from tenants.queries import Hold, Pass, holds

log = logging.getLogger(__name__)

EVERY_SECONDS = 4.0  # whoever signs out is out within five
MISSES = 3  # looks in a row that failed: who cannot be checked may not listen


class Watched(Protocol):
    """A socket, as far as it is looked after."""

    passed: Pass

    def heed(self, hold: Hold) -> Coroutine[Any, Any, None] | None: ...
    def count(self, unread: int) -> None: ...
    async def give_up(self) -> None: ...


@dataclass(frozen=True)
class Look:
    """What the database says about the sockets of one organization."""

    holds: dict[Pass, Hold]
    unread: dict[uuid.UUID, int]
    news: live.News


def look(organization_id: uuid.UUID, passes: Collection[Pass], position: int) -> Look:
    """The same few statements however many sockets there are."""
    with tenant(organization_id, atomic=False):
        return Look(
            holds=holds(passes), unread=unread_counts({p.member_id for p in passes}), news=live.news_since(position)
        )


class Watch:
    """One task per process, for as long as there are sockets. Lives on the server's loop."""

    def __init__(self) -> None:
        self._sockets: dict[uuid.UUID, set[Watched]] = {}
        self._position: dict[uuid.UUID, int] = {}
        self._misses: dict[uuid.UUID, int] = {}
        self._task: asyncio.Task[None] | None = None
        self._ending: set[asyncio.Task[None]] = set()

    def add(self, socket: Watched, position: int) -> None:
        """Look after a socket that hears everything after `position`."""
        organization_id = socket.passed.organization_id
        self._sockets.setdefault(organization_id, set()).add(socket)
        self._position.setdefault(organization_id, position)
        task, loop = self._task, asyncio.get_running_loop()
        if task is None or task.done() or task.get_loop() is not loop:
            self._task = loop.create_task(self._run())

    def drop(self, socket: Watched) -> None:
        """Whose last socket has gone is forgotten."""
        organization_id = socket.passed.organization_id
        sockets = self._sockets.get(organization_id, set())
        sockets.discard(socket)
        if not sockets:
            for kept in (self._sockets, self._position, self._misses):
                kept.pop(organization_id, None)
        if not self._sockets and self._task is not None and self._task is not asyncio.current_task():
            self._task.cancel()
            self._task = None

    async def _run(self) -> None:
        due = time.monotonic()
        while self._sockets:
            due = max(due + EVERY_SECONDS, time.monotonic())
            await asyncio.sleep(due - time.monotonic())
            for organization_id in list(self._sockets):
                await self._look(organization_id)

    async def _look(self, organization_id: uuid.UUID) -> None:
        sockets = list(self._sockets.get(organization_id, ()))
        passes = {socket.passed for socket in sockets}
        try:
            seen = await database_sync_to_async(look)(organization_id, passes, self._position.get(organization_id, 0))
        except DatabaseError as error:
            log.warning("Sockets could not be checked: %s", error)
            self._misses[organization_id] = self._misses.get(organization_id, 0) + 1
            if self._misses[organization_id] >= MISSES:
                for socket in sockets:
                    self._at_its_own_pace(socket.give_up())
            return
        self._misses.pop(organization_id, None)
        for socket in sockets:
            if consequence := socket.heed(seen.holds[socket.passed]):
                self._at_its_own_pace(consequence)
            else:
                socket.count(seen.unread[socket.passed.member_id])
        if organization_id in self._sockets:
            self._position[organization_id] = seen.news.position
            self._catch_up(organization_id, seen.news)

    @staticmethod
    def _catch_up(organization_id: uuid.UUID, news: live.News) -> None:
        """What the ledger has and no frame told: Redis, or whoever should have published it, was away."""
        if news.frames is None:
            hub.resync(organization_id)
        else:
            hub.catch_up(organization_id, map(encoded, news.frames))

    def _at_its_own_pace(self, consequence: Coroutine[Any, Any, None]) -> None:
        """A close waits for a client that does not read; nobody else waits for it."""
        task = asyncio.get_running_loop().create_task(consequence)
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)


watch = Watch()
