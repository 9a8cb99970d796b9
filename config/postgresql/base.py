"""PostgreSQL as Workfloor speaks to it: statements are prepared, and answers come in binary.

Planning is most of what a short statement costs the server, and reading moments and decimals from text most of what
a row costs us: see `make bench-lists`. Django's own backend does neither, to get along with every pooler. One in
transaction mode has to know prepared statements here (PgBouncer does, from 1.21 on).
"""

import select

from django.db.backends.postgresql import base
from psycopg.adapt import AdaptersMap, Loader
from psycopg.pq import Format

PREPARE_AFTER = 2
"""A statement is prepared when it comes for the third time: what is asked once on a connection is not worth it."""


class Cursor(base.ServerBindingCursor):
    """Parameters travel apart from the statement, so that it can be prepared; Django calls this server-side binding."""

    def execute(self, query, params=None, **options):
        """Without parameters it may be several statements, as migrations write them: those cannot be answered so."""
        return super().execute(query, params, **{"binary": bool(params)} | options)


class JsonText(Loader):
    """JSON as text behind its one byte of version: Django's fields read it themselves, each with its own decoder."""

    format = Format.BINARY

    def load(self, data):
        return bytes(data[1:]).decode()


class DatabaseWrapper(base.DatabaseWrapper):
    def get_connection_params(self):
        params = super().get_connection_params()
        adapters = AdaptersMap(params["context"].adapters)
        adapters.register_loader("jsonb", JsonText)
        return params | {"cursor_factory": Cursor, "context": adapters, "prepare_threshold": PREPARE_AFTER}

    def get_new_connection(self, conn_params):
        """A connection from the pool that the server has not ended meanwhile.

        The socket tells: the server says nothing unasked on an idle connection but goodbye. The pool's own check asks
        the server, once per request.
        """
        connection = super().get_new_connection(conn_params)
        while self.pool and _was_ended(connection):
            connection.close()
            self.pool.putconn(connection)  # which makes another for it
            connection = super().get_new_connection(conn_params)
        return connection


def _was_ended(connection):
    poller = select.poll()
    poller.register(connection.fileno(), select.POLLIN)
    return bool(poller.poll(0))
