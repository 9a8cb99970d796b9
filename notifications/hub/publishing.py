"""Sends frames to every process that has sockets."""

import logging
import threading
import time
import uuid

import orjson
import redis
from django.conf import settings

from notifications.hub.frames import Frame, Resync
from notifications.hub.rooms import CHANNEL, hub, live_url
from notifications.hub.seats import Mark, encoded
from tenants.doorbell import Breaker

log = logging.getLogger(__name__)

CATCH_UP_SECONDS = 1.0


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

    def publish(
        self, organization_id: uuid.UUID, member_id: uuid.UUID | None, text: str, mark: Mark | None = None
    ) -> bool:
        """Whether the frame went out."""
        if not self._breaker.is_open():
            try:
                self._send(organization_id, member_id, text, mark)
            except (OSError, redis.RedisError) as error:
                self._breaker.failed()
                log.warning("Live updates cannot reach Redis: %s", error)
            else:
                return True
        self._remember(organization_id)
        return False

    def _send(
        self, organization_id: uuid.UUID, member_id: uuid.UUID | None, text: str, mark: Mark | None = None
    ) -> None:
        if self._client is None:  # made late: a client of the parent process would share its socket after a fork
            self._client = redis.Redis.from_url(live_url(), **settings.FAIL_FAST, retry=None, health_check_interval=10)
        envelope = [str(organization_id), member_id and str(member_id), text, mark and list(mark)]
        self._client.publish(CHANNEL, orjson.dumps(envelope))

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


publisher = Publisher()


def publish(organization_id: uuid.UUID, frame: Frame, *, member_id: uuid.UUID | None = None) -> None:
    """Send a frame to the sockets of an organization, or of one member in it. Never raises, never waits for long.

    Call it through `doorbell.after_commit`: a page told earlier would read the old row. While Redis is away the
    sockets of this process are still told.
    """
    text, mark = encoded(frame)
    if not (settings.REDIS_URL and publisher.publish(organization_id, member_id, text, mark)):
        hub.fan_out(organization_id, member_id, text, mark)
