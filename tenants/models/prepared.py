"""Questions that every request asks. Django builds their SQL once: building it costs more than asking."""

import uuid
from collections.abc import Callable
from functools import cached_property
from typing import Any

from django.db import connection, models

from tenants import context


class Prepared:
    """`Prepared(build)(value)` is `list(build(value))`, where `build` makes a `values_list` for one UUID.

    Nothing but the value may differ from call to call. On SQLite, where nobody is in a hurry, it is built each time.
    """

    def __init__(self, build: Callable[[Any], models.QuerySet], *, mark: Any = None) -> None:
        """`mark` stands for the value while the SQL is built; give one where it is no UUID."""
        self._build, self._mark = build, mark or uuid.uuid4()

    def __call__(self, value: Any) -> list[tuple[Any, ...]]:
        if connection.vendor != "postgresql":
            return list(self._build(value))
        sql, params, compiler, converters = self._built
        with connection.cursor() as cursor:
            cursor.execute(sql, [value if param == self._mark else param for param in params])
            found = cursor.fetchall()
        return [tuple(row) for row in compiler.apply_converters(found, converters)] if converters else found

    @cached_property
    def _built(self) -> tuple[Any, ...]:
        compiler = self._build(self._mark).query.get_compiler(connection=connection)
        sql, params = compiler.as_sql()
        return sql, params, compiler, compiler.get_converters([column for column, *_ in compiler.select])


class PreparedHere:
    """The same for a question within the current organization: `PreparedHere(build)()` is `list(build())`."""

    def __init__(self, build: Callable[[], models.QuerySet]) -> None:
        self._build = build
        self._prepared = Prepared(self._of)

    def __call__(self) -> list[tuple[Any, ...]]:
        return self._prepared(context.organization_id())

    def _of(self, organization: uuid.UUID) -> models.QuerySet:
        with context.as_if_in(organization):
            return self._build()
