"""A Redis and a PostgreSQL that may be killed: each comes back on the port and with the data it had."""

import signal
from contextlib import suppress

import psycopg
import redis

from tests.support import provision, wait

BACK_SECONDS = 20
SAFE = (
    "synchronous_commit=on",
    "full_page_writes=on",
)  # what is acknowledged survives a kill of the server's processes


class Mortal:
    """A server under a name, started by a command that may be given again."""

    def __init__(self, name, command, folder, *, user=""):
        self.name, self.command, self.folder, self.user = name, command, folder, user
        self._process = None
        self.start()

    def start(self):
        """Until it answers. A postmaster gives up at once while backends of the last one have not noticed its death."""

        def is_back():
            if self._process is None or not self._process.is_running:
                log = self.folder / f"{self.name}.log"
                self._process = provision.Leashed(self.command, user=self.user, log=log, cwd=self.folder)
            return self.answers()

        wait.until(is_back, within=BACK_SECONDS, every=0.02, why=lambda: f"{self.name}\n{self._process.said()}")

    def kill(self):
        self._process.kill()

    def restart(self):
        """kill -9, and up again at once."""
        self.kill()
        self.start()

    def freeze(self):
        self._process.send(signal.SIGSTOP)

    def thaw(self):
        self._process.send(signal.SIGCONT)

    def let_go(self):
        if self._process.is_running:
            with suppress(ProcessLookupError):
                self.thaw()
        self._process.let_go()


class Redis(Mortal):
    """As compose has it, but without a file: what it forgets at a kill is the worst it can forget."""

    def __init__(self):
        self.port = provision.free_port()
        self.url = f"redis://127.0.0.1:{self.port}"
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        super().__init__("redis", [provision.redis_program(), *options], provision.temporary("workfloor-redis-"))

    def answers(self):
        with suppress(redis.RedisError, OSError), redis.Redis.from_url(self.url, socket_timeout=1) as line:
            return line.ping()
        return False

    def flush(self):
        with redis.Redis.from_url(self.url, socket_timeout=5) as line:
            line.flushall()


class Postgres(Mortal):
    """Of its own, with all its databases: what `Cluster` wants for a service."""

    is_ours = True

    def __init__(self):
        self.port, folder = provision.free_port(), provision.temporary("workfloor-pg-")
        self.url = f"postgres://postgres@127.0.0.1:{self.port}/postgres"
        user, command = provision.make_cluster(provision.postgres_programs(), folder, self.port, *SAFE)
        super().__init__("postgres", command, folder, user=user)

    def answers(self):
        with suppress(psycopg.Error):
            psycopg.connect(self.url, connect_timeout=2).close()
            return True
        return False
