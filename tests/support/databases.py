"""PostgreSQL as the product is meant to run on it: an owner who migrates, an app role that owns nothing, a relay role.

A superuser passes every policy, so a test that connected as one would prove nothing about row-level security. The
database is made once with the product's own commands, then cloned for whoever needs a fresh one.
"""

import itertools
import os
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from tests.support.settings import ROOT

KEPT_BY_FLUSH = ("django_migrations", "django_content_type", "auth_permission")
_count = itertools.count(1)


@dataclass(frozen=True)
class Urls:
    """One database, seen by each of the three roles."""

    name: str
    owner: str
    app: str
    relay: str


class Cluster:
    """A PostgreSQL server with the three roles and a migrated, isolated template."""

    def __init__(self, service):
        self.admin = service.url
        # Roles belong to the whole server: on one that is not ours they get names that are.
        mark = "" if service.is_ours else f"_test{os.getpid()}"
        self.roles = {name: f"workfloor{mark}_{name}" for name in ("owner", "app", "relay")}
        self.prefix = f"test_workfloor_{os.getpid()}"
        self.template = f"{self.prefix}_template"
        self._made = []

    def prepare(self):
        """Roles, database, `migrate` and `isolate`, each by its own role as a deployment does it."""
        with self._as_admin() as line:
            for role in self.roles.values():
                line.execute(
                    sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB PASSWORD 'workfloor'").format(
                        sql.Identifier(role)
                    )
                )
            # The relay does what the app does, and may see the outbox of every organization.
            line.execute(
                sql.SQL("GRANT {} TO {}").format(*map(sql.Identifier, (self.roles["app"], self.roles["relay"])))
            )
            line.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(sql.Identifier(self.roles["owner"])))
        urls = self._create(self.template, "template0")
        manage(urls.owner, "migrate", "--verbosity=0")
        self.isolate(urls)
        return self

    def isolate(self, urls):
        """The product's own command, which may be run any number of times."""
        manage(urls.owner, "isolate", f"--app-role={self.roles['app']}", f"--relay-role={self.roles['relay']}")

    def clone(self):
        """A fresh database, as the template is: made in a tenth of a second."""
        return self._create(f"{self.prefix}_{os.getpid()}_{next(_count)}", self.template)

    @contextmanager
    def database(self):
        """A fresh database for as long as the block lasts."""
        urls = self.clone()
        try:
            yield urls
        finally:
            self.drop(urls.name)

    def drop(self, name):
        with self._as_admin() as line:
            line.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        self._made.remove(name)

    def close(self):
        """Leave the server as it was found."""
        for name in list(self._made):
            self.drop(name)
        with self._as_admin() as line:
            for role in self.roles.values():
                line.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(role)))

    def _create(self, name, template):
        with self._as_admin() as line:
            names = (name, self.roles["owner"], template)
            line.execute(
                sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {} ENCODING 'UTF8'").format(*map(sql.Identifier, names))
            )
        self._made.append(name)
        return Urls(name, **{role: self._url(user, name) for role, user in self.roles.items()})

    def _url(self, user, name):
        parts = urlsplit(self.admin)
        place = parts.netloc.rpartition("@")[2]
        return urlunsplit(("postgres", f"{user}:workfloor@{place}", f"/{name}", parts.query, ""))

    def _as_admin(self):
        return psycopg.connect(self.admin, autocommit=True)


def environment(**given):
    """The environment of a real process: ours, and what makes it the full edition or the embedded one."""
    kept = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    plain = {"HTTPS": "0", "DEBUG": "0", "PYTHONWARNINGS": "default", "EMAIL_URL": "memorymail://"}
    return kept | plain | {name: str(value) for name, value in given.items()}


def manage(url, *command, **more):
    """Run one of the product's commands on a database."""
    return ran_on(url, "manage.py", *command, **more)


def ran_on(url, *command, **more):
    """Run Python on a database and answer what it printed; what it says is shown when it fails."""
    ran = subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env=environment(DATABASE_URL=url, **more),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert ran.returncode == 0, f"{' '.join(command)} failed:\n{ran.stdout}{ran.stderr}"
    return ran.stdout


def connect(connections, url):
    """Turn Django's default connection to a PostgreSQL database: no pool, and transactions as long as a test run."""
    parts = urlsplit(url)
    connections["default"].close()
    del connections["default"]
    wanted = {
        "ENGINE": "config.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": parts.username,
        "PASSWORD": parts.password,
        "HOST": parts.hostname,
        "PORT": str(parts.port or 5432),
        "OPTIONS": {"server_side_binding": True, "options": "-c statement_timeout=20s -c lock_timeout=10s"},
    }
    connections.databases["default"] = connections.configure_settings({"default": wanted})["default"]


def empty(owner_url):
    """Empty every table as the owner: the app role may not TRUNCATE, and must not be given the right for a test's
    sake."""
    with psycopg.connect(owner_url, autocommit=True) as line:
        named = line.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        tables = [sql.Identifier(name) for (name,) in named if name not in KEPT_BY_FLUSH]
        line.execute(sql.SQL("TRUNCATE {} RESTART IDENTITY CASCADE").format(sql.SQL(", ").join(tables)))
