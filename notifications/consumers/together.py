"""What many sockets ask at the same moment is asked once: after a restart all of them come back together."""

import asyncio
import datetime
import uuid
from collections.abc import Callable
from typing import Any, NamedTuple

from channels.db import database_sync_to_async

from notifications.hub import Encoded, encoded, hub
from notifications.queries import live, unread_counts
from tenants.context import tenant

Ask = Callable[[uuid.UUID, set[uuid.UUID]], Any]


class Round(NamedTuple):
    members: set[uuid.UUID]
    answer: asyncio.Task[Any]


class Together:
    """Who asks while the last answer is still being looked up shares the next one, which begins after they asked."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._next: dict[uuid.UUID, Round] = {}
        self._last: dict[uuid.UUID, asyncio.Task[Any]] = {}

    async def ask(self, organization_id: uuid.UUID, member_id: uuid.UUID) -> Any:
        """What `ask` answers for an organization and those of its members who asked with this one."""
        loop, coming = asyncio.get_running_loop(), self._next.get(organization_id)
        if coming is None or coming.answer.get_loop() is not loop:
            before = self._last.get(organization_id)
            if before is not None and before.get_loop() is not loop:
                before = None
            coming = Round(set(), loop.create_task(self._round(organization_id, before)))
            self._next[organization_id] = coming
        coming.members.add(member_id)
        return await asyncio.shield(coming.answer)

    async def _round(self, organization_id: uuid.UUID, before: asyncio.Task[Any] | None) -> Any:
        if before is not None:
            await asyncio.wait([before])
        coming = self._next.pop(organization_id)
        self._last[organization_id] = coming.answer
        try:
            return await database_sync_to_async(self._ask)(organization_id, coming.members)
        finally:
            if self._last.get(organization_id) is coming.answer:
                del self._last[organization_id]


def first_words(organization_id: uuid.UUID, members: set[uuid.UUID]) -> tuple[int, dict[uuid.UUID, int]]:
    """The position a socket that listens already may later resume from, and how much each member has not read."""
    with tenant(organization_id, atomic=False):
        return live.settled(), unread_counts(members)


class Recent:
    """What happened last. Who comes back after a restart asks from the same few positions: each is answered once."""

    def __init__(self, organization_id: uuid.UUID, settled: int, rows: list[live.Row]) -> None:
        self._organization_id, self.settled, self._rows = organization_id, settled, rows
        self._said: dict[int, list[Encoded] | None] = {}

    def after(self, position: int) -> list[Encoded] | None:
        """The frames to catch up with, encoded; None if nobody knows them all.

        What of them nobody here was told is told to everybody: else an older version could follow a newer one.
        """
        if position not in self._said:
            frames = live.missed_since(position, self._rows)
            self._said[position] = None if frames is None else [encoded(frame) for frame in frames]
            hub.catch_up(self._organization_id, self._said[position] or ())
        return self._said[position]


def recently(organization_id: uuid.UUID, members: set[uuid.UUID]) -> Recent:
    """That position again, and what happened last."""
    with tenant(organization_id, atomic=False):
        return Recent(organization_id, live.settled(), live.recent())


async def since(organization_id: uuid.UUID, moment: datetime.datetime) -> tuple[list[Encoded] | None, int]:
    """What was relayed since a page began to be read, encoded, and the position to resume from."""
    frames, settled = await database_sync_to_async(_since)(organization_id, moment)
    said = None if frames is None else [encoded(frame) for frame in frames]
    hub.catch_up(organization_id, said or ())
    return said, settled


def _since(organization_id: uuid.UUID, moment: datetime.datetime) -> tuple[list[Any] | None, int]:
    with tenant(organization_id, atomic=False):
        return live.relayed_since(moment), live.settled()


greetings, ledger = Together(first_words), Together(recently)
