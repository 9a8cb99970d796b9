"""One socket's place in the hub."""

import asyncio
import types
import uuid
from collections import deque
from collections.abc import Callable, Coroutine, Generator, Iterable
from typing import Any, NamedTuple

from notifications.hub.frames import Changed, Frame, Resync

WAITING_AT_MOST = 100  # frames of one socket

Send = Callable[[str], Coroutine[Any, Any, None]]


class Mark(NamedTuple):
    """Which version of what an encoded `changed` frame is about, for those who pass it on without reading it."""

    subject_id: str
    version: int
    position: int

    @classmethod
    def of(cls, frame: Changed) -> "Mark":
        return cls(str(frame.id), frame.version, frame.position)


class Encoded(NamedTuple):
    """A frame as it is sent, encoded once for all who get it."""

    text: str
    mark: Mark | None = None


def encoded(frame: Frame) -> Encoded:
    return Encoded(frame.text(), Mark.of(frame) if isinstance(frame, Changed) else None)


class Seat:
    """Takes frames for one socket, without ever waiting for it. Lives on the loop it was made on.

    A frame is written at once, in the caller's step: a task per frame and socket would cost more than the writing.
    Only when the socket does not take it (its buffers are full) do frames wait here, and a task sends them.
    """

    def __init__(self, organization_id: uuid.UUID, member_id: uuid.UUID, send: Send) -> None:
        self.organization_id, self.member_id = organization_id, member_id
        self.loop = asyncio.get_running_loop()
        self._send = send
        self._waiting: deque[str] = deque()
        self._pump: asyncio.Task[None] | None = None
        self._held: list[tuple[str, Mark | None]] | None = None
        self._held_too_much = False
        self._is_behind = False  # a `resync` waits: it makes good what comes before it is sent
        self._has_left = False

    def offer(self, text: str, mark: Mark | None = None) -> None:
        """Send a frame. A full queue is worth no more than one hint to read everything again."""
        if self._has_left:
            return
        if self._held is not None:
            self._hold_back(text, mark)
        elif self._pump is not None:
            self._queue(text)
        else:
            self._write(text)

    def hold(self) -> None:
        """Keep what comes until `release`."""
        self._held, self._held_too_much = [], False

    def release(self, first: Iterable[Encoded] | None) -> None:
        """Send `first`, then what was held other than what that makes old; None: nobody knows what was missed."""
        held, self._held = self._held or [], None
        if first is None or self._held_too_much:
            self.offer(Resync().text())
            first, held = (), held if first is None else []
        newest: dict[str, int] = {}
        for text, mark in first:
            if mark is not None:
                newest[mark.subject_id] = mark.version
            self.offer(text, mark)
        for text, mark in held:
            if mark is None or newest.get(mark.subject_id, 0) < mark.version:
                self.offer(text, mark)

    def leave(self) -> None:
        """Send nothing more: a frame after the close would be an error of the protocol."""
        self._has_left = True
        self._waiting.clear()
        if self._pump is not None:
            self._pump.cancel()

    def _hold_back(self, text: str, mark: Mark | None) -> None:
        if self._held is None or len(self._held) >= WAITING_AT_MOST:
            self._held_too_much = True
        else:
            self._held.append((text, mark))

    def _queue(self, text: str) -> None:
        if self._is_behind:
            return
        if len(self._waiting) >= WAITING_AT_MOST:
            self._waiting.clear()
            self._is_behind = True
            text = Resync().text()
        self._waiting.append(text)

    def _write(self, text: str) -> None:
        sending = self._send(text)
        try:
            waits_for = sending.send(None)
        except StopIteration:
            return
        except (OSError, RuntimeError):  # the other end left; its disconnect comes next
            self._has_left = True
            return
        self._pump = self.loop.create_task(self._go_on(_rest(sending, waits_for)))

    async def _go_on(self, sending: Any) -> None:
        """Send what a socket did not take at once, and what came meanwhile."""
        try:
            await sending
            while self._waiting:
                self._is_behind = False
                await self._send(self._waiting.popleft())
        except (OSError, RuntimeError):
            self._has_left = True
        finally:
            self._pump = None


@types.coroutine
def _rest(sending: Coroutine[Any, Any, None], waits_for: Any) -> Generator[Any, Any, None]:
    """What is left of a coroutine that was begun outside a task and waits for something."""
    try:
        yield waits_for
        yield from sending
    finally:
        sending.close()
