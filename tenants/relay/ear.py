"""Hears the doorbell: in this process by an event, from any other by PostgreSQL's LISTEN."""

from typing import Any

from django.db import connection, connections

from tenants import doorbell


class Ear:
    """One line that only listens. It breaks with the database, and is taken up again by the next `wait`."""

    def __init__(self) -> None:
        self._line: Any = None

    def wait(self, seconds: float) -> None:
        """Return when somebody rang, or after `seconds`: a relay that hears nothing still looks."""
        if connection.vendor == "postgresql":
            listening = self._listening()
            with self._line.wrap_database_errors:  # the driver's own error is one that `serve` does not wait out
                for _ in listening.notifies(timeout=seconds, stop_after=1):
                    pass
        else:
            doorbell.woken.wait(seconds)
            doorbell.woken.clear()

    def _listening(self) -> Any:
        """A connection of its own: one that waits for notifications can do nothing else meanwhile."""
        if self._line is None or self._line.connection is None or self._line.connection.closed:
            self._line = connections.create_connection("default")
            with self._line.cursor() as cursor:
                cursor.execute(f"LISTEN {doorbell.CHANNEL}")
        return self._line.connection

    def close(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None
