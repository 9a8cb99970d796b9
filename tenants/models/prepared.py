"""Questions that every request asks. Django builds their SQL once: building it costs more than asking."""

import uuid
from collections.abc import Callable
from functools import cached_property
from typing import Any

from django.db import connection, models
from django.db.models.lookups import In

from tenants import context


class Prepared:
    """`Prepared(build, …)(value, …)` is `list(build(value, …))`, where `build` makes a `values_list`.

    Nothing but the values may differ from call to call. On SQLite, where nobody is in a hurry, it is built each time.
    """

    def __init__(self, build: Callable[..., models.QuerySet], *marks: Any) -> None:
        """`marks` stand for the values while the SQL is built: of their kind, and like nothing else in it."""
        self._build, self._marks = build, marks

    def __call__(self, *values: Any) -> list[tuple[Any, ...]]:
        if connection.vendor != "postgresql":
            return list(self._build(*values))
        sql, params, compiler, converters = self._built
        with connection.cursor() as cursor:
            cursor.execute(sql, [param if place is None else values[place] for param, place in params])
            found = cursor.fetchall()
        return [tuple(row) for row in compiler.apply_converters(found, converters)] if converters else found

    @cached_property
    def _built(self) -> tuple[Any, ...]:
        compiler = self._build(*self._marks).query.get_compiler(connection=connection)
        sql, params = compiler.as_sql()
        if missing := [mark for mark in self._marks if mark not in params]:
            raise TypeError(f"Django says {missing} in other words, so they cannot be replaced later.")
        places = [(param, self._marks.index(param) if param in self._marks else None) for param in params]
        return sql, places, compiler, compiler.get_converters([column for column, *_ in compiler.select])


class PreparedHere:
    """The same for a question within the current organization: `PreparedHere(build, …)(value, …)`."""

    def __init__(self, build: Callable[..., models.QuerySet], *marks: Any) -> None:
        self._build = build
        self._prepared = Prepared(self._of, uuid.uuid4(), *marks)

    def __call__(self, *values: Any) -> list[tuple[Any, ...]]:
        return self._prepared(context.organization_id(), *values)

    def _of(self, organization: uuid.UUID, *values: Any) -> models.QuerySet:
        with context.as_if_in(organization):
            return self._build(*values)


class Among(In):
    """`filter(Among(F(column), values))`: as `in`, but a single parameter however many values there are."""

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        sql, params = self.process_lhs(compiler, connection)
        return f"{sql} = ANY(%s)", [*params, list(self.rhs)]
