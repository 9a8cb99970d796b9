"""Many rows in one statement. Django's own way spends four fifths of its time on making SQL of objects.

On PostgreSQL a column travels as one array, and a column that is the same in all rows as one value; on SQLite, where
nobody is in a hurry, Django does it.
"""

import uuid
from collections.abc import Sequence
from typing import Any

from django.db import connection, models
from django.utils import timezone

from tenants import context
from tenants.ids import uuid7

AT_ONCE = 5000  # rows of one statement, which has five seconds

Rows = Sequence[Sequence[Any]]


def insert_all(
    model: type[models.Model],
    names: Sequence[str],
    rows: Rows,
    *,
    ids: Sequence[uuid.UUID] | None = None,
    once: bool = False,
) -> set[uuid.UUID]:
    """Write rows of the current organization, whose values stand in the order of `names` (`recipient_id`).

    What is not named has its default, which is computed once for all rows. With `once`, rows that would break a unique
    constraint are left out. Answers the ids of those that were written; `ids` are for who has to know them before.
    """
    if {"organization", "organization_id"}.intersection(names):
        raise TypeError("A row belongs to the current organization.")
    keys = ids or [uuid7() for _ in rows]
    write = _by_array if connection.vendor == "postgresql" else _by_object
    written: set[uuid.UUID] = set()
    for start in range(0, len(rows), AT_ONCE):
        here = slice(start, start + AT_ONCE)
        written |= write(model, names, rows[here], list(keys[here]), once)
    return written


def _by_object(model: Any, names: Sequence[str], rows: Rows, ids: list[uuid.UUID], once: bool) -> set[uuid.UUID]:
    made = [model(id=pk, **dict(zip(names, row, strict=True))) for pk, row in zip(ids, rows, strict=True)]
    model.objects.bulk_create(made, ignore_conflicts=once)
    return set(model.objects.filter(pk__in=ids).values_list("pk", flat=True)) if once else set(ids)


def _by_array(model: Any, names: Sequence[str], rows: Rows, ids: list[uuid.UUID], once: bool) -> set[uuid.UUID]:
    """The id comes first, then every column: out of its array, or as the one value all rows share."""
    columns = dict(zip(names, zip(*rows, strict=True), strict=True))
    into, chosen, alike = ["id"], ["u.c0"], []
    arrays: list[tuple[str, Sequence[Any]]] = [("uuid", ids)]
    for field in model._meta.concrete_fields:
        if field.primary_key:
            continue
        into.append(connection.ops.quote_name(field.column))
        values, kind = _values(field, columns), _kind(field)
        if _are_alike(values):
            chosen.append(f"%s::{kind}")
            alike.append(_stored(field, values[0]))
        else:
            chosen.append(f"u.c{len(arrays)}")
            arrays.append((kind, [_stored(field, value) for value in values] if _is_json(field) else list(values)))
    sql = (
        f"INSERT INTO {connection.ops.quote_name(model._meta.db_table)} ({', '.join(into)}) SELECT {', '.join(chosen)}"
        f" FROM unnest({', '.join(f'%s::{kind}[]' for kind, _ in arrays)})"
        f" AS u({', '.join(f'c{place}' for place in range(len(arrays)))})"
    )
    with connection.cursor() as cursor:
        if not once:
            cursor.execute(sql, [*alike, *(values for _, values in arrays)])
            return set(ids)
        cursor.execute(f"{sql} ON CONFLICT DO NOTHING RETURNING id", [*alike, *(values for _, values in arrays)])
        return {pk for (pk,) in cursor.fetchall()}


def _values(field: Any, columns: dict[str, Sequence[Any]]) -> Sequence[Any]:
    """What stands in a column: one value where all rows have the same."""
    if field.name == "organization":
        return [context.organization_id()]
    if field.attname in columns:
        return columns[field.attname]
    return [timezone.now() if getattr(field, "auto_now", False) else field.get_default()]


def _are_alike(values: Sequence[Any]) -> bool:
    first = values[0]
    return values[-1] == first and values.count(first) == len(values)


def _kind(field: Any) -> str:
    """A cast to varchar(200) would cut in silence what is too long; as text the column refuses it."""
    kind = field.db_type(connection)
    return "text" if kind.startswith("varchar") else kind


def _is_json(field: Any) -> bool:
    return isinstance(field, models.JSONField)


def _stored(field: Any, value: Any) -> Any:
    return field.get_db_prep_save(value, connection) if _is_json(field) else value
