"""Live updates: one subscription a process, fanned out to the sockets in it.

A frame is a hint ("task so-and-so changed"), never content: the page reads again what it shows. So a frame may be
lost, doubled or late, and a socket that cannot keep up gets one `resync` for all that it missed.

Without Redis the sockets are in this process. With Redis a frame goes through one channel to every process, each of
which listens once: measured against channel-layer groups, a sixth of the latency and nine times the deliveries.
"""

import asyncio
import logging
import threading
import time
import uuid
from collections import deque
from collections.abc import AsyncIterator, Iterable
from typing import Any, Literal

import orjson
import redis
from django.conf import settings
from pydantic import BaseModel, ConfigDict
from redis import asyncio as async_redis

from tenants.doorbell import Breaker

log = logging.getLogger(__name__)

CHANNEL = "workfloor:live"
LIVE_DATABASE = 2  # beside queues (0) and cache (1)
WAITING_AT_MOST = 100  # frames of one socket
PATIENCE_SECONDS = 2.0  # of silence before the listener asks whether Redis is still there
CATCH_UP_SECONDS = 1.0
LOOK_AGAIN_SECONDS = (0.2, 0.5, 1.0, 2.0)  # how soon a listener returns to a Redis that is away; the last one stays


class Frame(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    def text(self) -> str:
        return self.model_dump_json()


class Changed(Frame):
    """Something has a new version: whoever shows it reads it again."""

    type: Literal["changed"] = "changed"
    subject: str
    id: uuid.UUID
    version: int


class Unread(Frame):
    type: Literal["unread"] = "unread"
    count: int


class Resync(Frame):
    """Frames were lost: whatever is shown may be old."""

    type: Literal["resync"] = "resync"


class Pong(Frame):
    type: Literal["pong"] = "pong"


class Error(Frame):
    type: Literal["error"] = "error"
    code: str
    message: str


class Ping(Frame):
    """The only frame a client sends."""

    type: Literal["ping"]


class Seat:
    """One socket's place in the hub. Lives on the loop it was made on; only `offer` and `next` touch what waits."""

    def __init__(self, organization_id: uuid.UUID, member_id: uuid.UUID) -> None:
        self.organization_id, self.member_id = organization_id, member_id
        self.loop = asyncio.get_running_loop()
        self._waiting: deque[str] = deque()
        self._something = asyncio.Event()

    def offer(self, text: str) -> None:
        """Queue a frame. A full queue is worth no more than one hint to read everything again."""
        if len(self._waiting) >= WAITING_AT_MOST:
            self._waiting.clear()
            text = Resync().text()
        self._waiting.append(text)
        self._something.set()

    async def next(self) -> str:
        """The next frame, as soon as there is one."""
        while not self._waiting:
            self._something.clear()
            await self._something.wait()
        return self._waiting.popleft()


class Hub:
    """The sockets of this process, by organization. Seats come and go on the server's loop; frames from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seats: dict[uuid.UUID, set[Seat]] = {}
        self._listener: asyncio.Task[None] | None = None
        self.is_subscribed = False

    def join(self, organization_id: uuid.UUID, member_id: uuid.UUID) -> Seat:
        """Take a seat for a socket, and start listening to Redis with the first one."""
        seat = Seat(organization_id, member_id)
        with self._lock:
            self._seats.setdefault(organization_id, set()).add(seat)
        if settings.REDIS_URL and not self._is_listening(seat.loop):
            self._listener = seat.loop.create_task(self._listen())
        return seat

    def leave(self, seat: Seat) -> None:
        with self._lock:
            seats = self._seats.get(seat.organization_id, set())
            seats.discard(seat)
            if not seats:
                self._seats.pop(seat.organization_id, None)

    def count(self, member_id: uuid.UUID | None = None) -> int:
        """How many sockets are open here, of everybody or of one member."""
        with self._lock:
            return sum(member_id in (None, seat.member_id) for seats in self._seats.values() for seat in seats)

    def fan_out(self, organization_id: uuid.UUID, member_id: uuid.UUID | None, text: str) -> None:
        """Give an encoded frame to the seats of an organization, or of one member in it, from any thread."""
        with self._lock:
            seats = [s for s in self._seats.get(organization_id, ()) if member_id in (None, s.member_id)]
        _hand_over(seats, text)

    def resync(self) -> None:
        """Tell every socket here that frames were lost."""
        with self._lock:
            seats = [seat for of_organization in self._seats.values() for seat in of_organization]
        _hand_over(seats, Resync().text())

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
            organization_id, member_id, text = orjson.loads(data)
            self.fan_out(uuid.UUID(organization_id), uuid.UUID(member_id) if member_id else None, text)
        except (ValueError, TypeError, AttributeError):  # anybody on that Redis may write; nobody may end the listener
            log.warning("A live frame that is none was left out.")


def _hand_over(seats: Iterable[Seat], text: str) -> None:
    """Hop onto each loop once. A loop that has closed meanwhile has no sockets left to miss the frame."""
    by_loop: dict[asyncio.AbstractEventLoop, list[Seat]] = {}
    for seat in seats:
        by_loop.setdefault(seat.loop, []).append(seat)
    for loop, here in by_loop.items():
        try:
            loop.call_soon_threadsafe(_offer_all, here, text)
        except RuntimeError:
            log.debug("A loop closed before its frame came.")


def _offer_all(seats: list[Seat], text: str) -> None:
    for seat in seats:
        seat.offer(text)


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


class Publisher:
    """Sends frames to every process through Redis, without ever waiting for it.

    What could not be sent is remembered as "this organization missed something", and made good by a `resync` as soon
    as Redis is back, so that a page is late and never wrong for good.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._breaker = Breaker()
        self._client: redis.Redis | None = None
        self._missed: set[uuid.UUID] = set()
        self._is_catching_up = False

    def publish(self, organization_id: uuid.UUID, member_id: uuid.UUID | None, text: str) -> bool:
        """Whether the frame went out."""
        if not self._breaker.is_open():
            try:
                self._send(organization_id, member_id, text)
            except (OSError, redis.RedisError) as error:
                self._breaker.failed()
                log.warning("Live updates cannot reach Redis: %s", error)
            else:
                return True
        self._remember(organization_id)
        return False

    def _send(self, organization_id: uuid.UUID, member_id: uuid.UUID | None, text: str) -> None:
        if self._client is None:  # made late: a client of the parent process would share its socket after a fork
            self._client = redis.Redis.from_url(_live_url(), **settings.FAIL_FAST, retry=None, health_check_interval=10)
        self._client.publish(CHANNEL, orjson.dumps([str(organization_id), member_id and str(member_id), text]))

    def _remember(self, organization_id: uuid.UUID) -> None:
        with self._lock:
            self._missed.add(organization_id)
            starts, self._is_catching_up = not self._is_catching_up, True
        if starts:
            threading.Thread(target=self._catch_up, name="live-catch-up", daemon=True).start()

    def _catch_up(self) -> None:
        while True:
            time.sleep(CATCH_UP_SECONDS)
            with self._lock:
                missed, self._missed = self._missed, set()
                if not missed:
                    self._is_catching_up = False
                    return
            self._make_good(missed)

    def _make_good(self, missed: set[uuid.UUID]) -> None:
        try:
            for organization_id in list(missed):
                self._send(organization_id, None, Resync().text())
                missed.remove(organization_id)
        except (OSError, redis.RedisError):
            with self._lock:
                self._missed |= missed


hub = Hub()
publisher = Publisher()


def publish(organization_id: uuid.UUID, frame: Frame, *, member_id: uuid.UUID | None = None) -> None:
    """Send a frame to the sockets of an organization, or of one member in it. Never raises, never waits for long.

    Call it through `doorbell.after_commit`: a page told earlier would read the old row. While Redis is away the
    sockets of this process are still told.
    """
    text = frame.text()
    if not (settings.REDIS_URL and publisher.publish(organization_id, member_id, text)):
        hub.fan_out(organization_id, member_id, text)


def _listening_client() -> async_redis.Redis:
    return async_redis.Redis.from_url(_live_url(), socket_connect_timeout=1, socket_keepalive=True, retry=None)


def _live_url() -> str:
    return f"{settings.REDIS_URL.rstrip('/')}/{LIVE_DATABASE}"
