"""How a worker comes back to a Redis that was away."""

import functools

from celery.worker.consumer import Consumer

LOOK_AGAIN_SECONDS = 2


class SoonBack(Consumer):
    """Looks every two seconds. Celery's own waits two longer each time: Redis would be back for half a minute, and the
    relay do all the work meanwhile."""

    def ensure_connected(self, conn):
        pace = {"interval_start": LOOK_AGAIN_SECONDS, "interval_step": 0, "interval_max": LOOK_AGAIN_SECONDS}
        conn.ensure_connection = functools.partial(conn.ensure_connection, **pace)
        return super().ensure_connected(conn)
