"""The sockets of this process, by organization and member, and the one ear it has on Redis."""

import asyncio
import itertools
import logging
import threading
import uuid
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterable
from typing import Any

import orjson
import redis
from django.conf import settings
from redis import asyncio as async_redis

from notifications.hub.frames import Resync
from notifications.hub.seats import Encoded, Mark, Seat, Send

log = logging.getLogger(__name__)

CHANNEL = "workfloor:live"
LIVE_DATABASE = 2  # beside queues (0) and cache (1)
PATIENCE_SECONDS = 2.0  # of silence before the listener asks whether Redis is still there
LOOK_AGAIN_SECONDS = (0.1, 0.25, 0.5)  # how soon a listener returns to a Redis that is away; the last one stays
REMEMBERED = 10_000  # subjects of an organization whose newest version is known


class Room:
    """The seats of one organization, and the newest version of each subject they were told of."""

    def __init__(self) -> None:
        self.seats: dict[uuid.UUID, set[Seat]] = {}
        self._newest: OrderedDict[str, int] = OrderedDict()

    def seats_of(self, member_id: uuid.UUID | None) -> list[Seat]:
        if member_id is not None:
            return list(self.seats.get(member_id, ()))
        return list(itertools.chain.from_iterable(self.seats.values()))

    def is_news(self, mark: Mark) -> bool:
        """Whether nobody here was told of this version or a later one: deliveries overtake each other."""
        known = self._newest.pop(mark.subject_id, 0)
        self._newest[mark.subject_id] = max(known, mark.version)
        if len(self._newest) > REMEMBERED:
            self._newest.popitem(last=False)
        return mark.version > known


class Hub:
    """Seats come and go on the server's loop; frames come from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rooms: dict[uuid.UUID, Room] = {}
        self._total = 0
        self._listener: asyncio.Task[None] | None = None
        self.is_subscribed = False

    def join(self, organization_id: uuid.UUID, member_id: uuid.UUID, send: Send) -> Seat:
        """Take a seat for a socket, and start listening to Redis with the first one."""
        seat = Seat(organization_id, member_id, send)
        with self._lock:
            self._rooms.setdefault(organization_id, Room()).seats.setdefault(member_id, set()).add(seat)
            self._total += 1
        if settings.REDIS_URL and not self._is_listening(seat.loop):
            self._listener = seat.loop.create_task(self._listen())
        return seat

    def leave(self, seat: Seat) -> None:
        """Give a seat back; twice is once."""
        seat.leave()
        with self._lock:
            room = self._rooms.get(seat.organization_id)
            seats = room.seats.get(seat.member_id, set()) if room else set()
            if room is None or seat not in seats:
                return
            seats.remove(seat)
            self._total -= 1
            if not seats:
                del room.seats[seat.member_id]
            if not room.seats:
                del self._rooms[seat.organization_id]

    def count(self, member_id: uuid.UUID | None = None) -> int:
        """How many sockets are open here, of everybody or of one member."""
        with self._lock:
            if member_id is None:
                return self._total
            return sum(len(room.seats.get(member_id, ())) for room in self._rooms.values())

    def organizations(self) -> list[uuid.UUID]:
        """Who has a socket open here."""
        with self._lock:
            return list(self._rooms)

    def fan_out(
        self, organization_id: uuid.UUID, member_id: uuid.UUID | None, text: str, mark: Mark | None = None
    ) -> None:
        """Give an encoded frame to the seats of an organization, or of one member in it, from any thread."""
        with self._lock:
            room = self._rooms.get(organization_id)
            if room is None or (mark and not room.is_news(mark)):
                return
            _hand_over(room.seats_of(member_id), text, mark)  # inside: two threads may not swap two versions

    def catch_up(self, organization_id: uuid.UUID, frames: Iterable[Encoded]) -> None:
        """Say what the ledger knows; what was said already is left out."""
        for text, mark in frames:
            self.fan_out(organization_id, None, text, mark)

    def resync(self, organization_id: uuid.UUID | None = None) -> None:
        """Tell every socket of an organization here, or of all, that frames were lost."""
        with self._lock:
            rooms = self._rooms if organization_id is None else {organization_id: self._rooms.get(organization_id)}
            seats = [seat for room in rooms.values() if room for seat in room.seats_of(None)]
        _hand_over(seats, Resync().text(), None)

    def _is_listening(self, loop: asyncio.AbstractEventLoop) -> bool:
        listener = self._listener
        return listener is not None and not listener.done() and listener.get_loop() is loop

    async def _listen(self) -> None:
        """Stay subscribed for as long as the process lives; what was missed while Redis was away is a resync."""
        failures = 0
        while True:
            try:
                async with _listening_client() as client, client.pubsub() as subscription:
                    await subscription.subscribe(CHANNEL)
                    async for message in _heard(subscription):
                        if message["type"] == "message":
                            self._received(message["data"])
                        elif message["type"] == "subscribe":
                            self.is_subscribed = True
                            if failures:
                                self.resync()
                            failures = 0
            except (OSError, redis.RedisError) as error:
                self.is_subscribed = False
                failures += 1
                log.log(logging.WARNING if failures == 1 else logging.DEBUG, "Live updates wait for Redis: %s", error)
                await asyncio.sleep(LOOK_AGAIN_SECONDS[min(failures, len(LOOK_AGAIN_SECONDS)) - 1])

    def _received(self, data: bytes) -> None:
        try:
            organization_id, member_id, text, mark = orjson.loads(data)
            self.fan_out(
                uuid.UUID(organization_id),
                uuid.UUID(member_id) if member_id else None,
                str(text),
                Mark(str(mark[0]), int(mark[1]), int(mark[2])) if mark else None,
            )
        except (ValueError, TypeError, AttributeError, LookupError):
            # anybody on that Redis may write; nobody may end the listener
            log.warning("A live frame that is none was left out.")


def _hand_over(seats: Iterable[Seat], text: str, mark: Mark | None) -> None:
    """Hop onto each loop once. A loop that has closed meanwhile has no sockets left to miss the frame."""
    by_loop: dict[asyncio.AbstractEventLoop, list[Seat]] = {}
    for seat in seats:
        by_loop.setdefault(seat.loop, []).append(seat)
    for loop, here in by_loop.items():
        try:
            loop.call_soon_threadsafe(_offer_all, here, text, mark)
        except RuntimeError:
            log.debug("A loop closed before its frame came.")


def _offer_all(seats: list[Seat], text: str, mark: Mark | None) -> None:
    for seat in seats:
        seat.offer(text, mark)


async def _heard(subscription: async_redis.client.PubSub) -> AsyncIterator[dict[str, Any]]:
    """What comes in. A server that twice leaves a question unanswered is away, whatever its socket pretends."""
    unanswered = 0
    while unanswered <= 2:
        message = await subscription.get_message(timeout=PATIENCE_SECONDS)
        if message is None:
            unanswered += 1
            await subscription.ping()
        else:
            unanswered = 0
            yield message
    raise redis.ConnectionError("It is silent.")


def _listening_client() -> async_redis.Redis:
    return async_redis.Redis.from_url(live_url(), socket_connect_timeout=1, socket_keepalive=True, retry=None)


def live_url() -> str:
    return f"{settings.REDIS_URL.rstrip('/')}/{LIVE_DATABASE}"


hub = Hub()
