"""Wakes whoever delivers. It is only a bell: a ring nobody hears costs a second, never a delivery."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from celery import current_app
from django.conf import settings
from django.db import connection, transaction
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

CHANNEL = "workfloor_outbox"
SILENT_SECONDS = 5.0

woken = threading.Event()
"""Set when something was committed in this process: the embedded relay's thread waits on it."""


def after_commit(fn: Callable[[], Any]) -> None:
    """Run `fn` once the change is safe. What `fn` raises is logged and swallowed: the change itself has succeeded."""
    transaction.on_commit(fn, robust=True)


def ring() -> None:
    """Wake the relay after this transaction commits, once however often it is asked."""
    if _answer not in (entry[1] for entry in connection.run_on_commit):
        after_commit(_answer)


def _answer() -> None:
    """NOTIFY reaches a relay in any process; the event reaches the one in this process."""
    woken.set()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"NOTIFY {CHANNEL}")


class Breaker:
    """After one failure the broker is left alone for a while: nobody waits twice for something that is away."""

    def __init__(self, silent_seconds: float = SILENT_SECONDS) -> None:
        self._silent_seconds = silent_seconds
        self._silent_until = 0.0

    def is_open(self) -> bool:
        return time.monotonic() < self._silent_until

    def failed(self) -> None:
        self._silent_until = time.monotonic() + self._silent_seconds


breaker = Breaker()


@dataclass(frozen=True)
class Queue:
    """Which job looks at the rows of a queue, and how early. Redis serves the lowest priority first."""

    job: str
    priority: int


QUEUES = {
    "urgent": Queue("tenants.run", 0),
    "default": Queue("tenants.run", 3),
    "reports": Queue("tenants.run_long", 6),
    "bulk": Queue("tenants.run_long", 9),
}


def ring_worker(label: str, organization_id: Any, *row_ids: Any, queue: str = "default") -> bool:
    """Ask a Celery worker to look at rows of one kind; False if there is no broker or it did not answer at once."""
    if not settings.REDIS_URL or breaker.is_open():
        return False
    try:
        wanted = QUEUES[queue]
        args = [label, str(organization_id), *map(str, row_ids)]
        current_app.send_task(wanted.job, args=args, queue=queue, priority=wanted.priority)
    except (OSError, KombuError, RedisError):
        breaker.failed()
        return False
    return True
