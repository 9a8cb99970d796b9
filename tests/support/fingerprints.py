"""Digests of all that a request could write, taken anew only of the tables that were written meanwhile.

Every refusal is asked twice what there is. Reading all tables each time costs more than the request, so the statements
of the connection are watched: a table keeps its digest until one writes to it, or takes back what was written. What is
no plain statement, and on SQLite every row that changed behind the watch's back, makes all of them unknown.
"""

import functools
import hashlib
import re

from django.db import connection

from tenants.context import tenant
from tests.golden.exemptions import BOOKKEEPING

HARMLESS = ("SELECT", "RELEASE SAVEPOINT", "PRAGMA", "NOTIFY")
WRITES = re.compile(r'(?:INSERT (?:OR IGNORE )?INTO|UPDATE|DELETE FROM) "(\w+)"')
SAVEPOINT = re.compile(r'SAVEPOINT "(\w+)"')
ANYTHING = "*"
TAKEN_BACK = re.compile(r'ROLLBACK TO SAVEPOINT "(\w+)"')


class Watch:
    """What was written on this process' connection since each table's digest was taken."""

    def __init__(self):
        self._digests = None
        self._written, self._places, self._changes = [], {}, 0

    def begin(self):
        """From here on every statement passes by, until `end`."""
        self.__init__()
        self._digests = {}
        connection.execute_wrappers.append(self)

    def end(self):
        if self in connection.execute_wrappers:
            connection.execute_wrappers.remove(self)
        self.__init__()

    def __call__(self, execute, sql, params, many, context):
        try:
            return execute(sql, params, many, context)
        finally:
            self._saw(str(sql))
            self._changes = _changes()

    def digests(self, models, read):
        """{key: digest} of what `models` names by key; `read` answers those that may have changed."""
        if self._digests is None:
            return read(models)
        if self._changes != _changes():
            self._forget_all()
        for key, digest in read({key: model for key, model in models.items() if not self._knows(key, model)}).items():
            self._digests.setdefault(models[key]._meta.db_table, {})[key] = digest
        return {key: self._digests[model._meta.db_table][key] for key, model in models.items()}

    def _knows(self, key, model):
        return key in self._digests.get(model._meta.db_table, ())

    def _saw(self, sql):
        if sql.startswith(HARMLESS):
            return
        if written := WRITES.match(sql):
            self._written.append(written[1])
            self._digests.pop(written[1], None)
        elif place := SAVEPOINT.match(sql):
            self._places[place[1]] = len(self._written)
        elif (place := TAKEN_BACK.match(sql)) and place[1] in self._places:
            taken_back = self._written[self._places[place[1]] :]
            for table in list(self._digests) if ANYTHING in taken_back else taken_back:
                self._digests.pop(table, None)
            del self._written[self._places[place[1]] :]
        else:
            self._forget_all()

    def _forget_all(self):
        self._digests.clear()
        self._written.append(ANYTHING)  # when this is taken back, nobody knows which tables that was
        self._changes = _changes()


WATCH = Watch()


def of(organizations, models, plain):
    """{table: digest of its rows} of each organization's rows of `models`, and of all rows of the `plain` ones."""
    found = WATCH.digests({model._meta.db_table: model for model in plain}, _read)
    for organization in organizations:
        named = {f"{organization.slug}.{model._meta.db_table}": model for model in models}
        found |= WATCH.digests(named, functools.partial(_read_of, organization))
    return found


def _read_of(organization, models):
    if not models:
        return {}
    with tenant(organization):
        return _read(models, "organization_id", organization.pk)


def _read(models, column=None, value=None):
    with connection.cursor() as cursor:
        return {key: _rows(cursor, model, column, value) for key, model in models.items()}


def _rows(cursor, model, column, value):
    kept = [f for f in model._meta.concrete_fields if f.column not in BOOKKEEPING.get(model._meta.db_table, {})]
    quote = connection.ops.quote_name
    columns = ", ".join(quote(field.column) for field in kept)
    table, where, given = quote(model._meta.db_table), "", []
    if column:
        where, given = f" WHERE {quote(column)} = %s", [model._meta.pk.get_db_prep_value(value, connection)]
    cursor.execute(f"SELECT {columns} FROM {table}{where} ORDER BY {quote('id')}", given)
    return hashlib.sha256(repr(cursor.fetchall()).encode()).hexdigest()[:16]


def _changes():
    """How many rows SQLite has changed on this connection, told or not; PostgreSQL does not say."""
    return connection.connection.total_changes if connection.vendor == "sqlite" and connection.connection else 0
