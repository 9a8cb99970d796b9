"""Many rows in one statement. Django's own way spends four fifths of its time on making SQL of objects.

On PostgreSQL a column travels as one array, and a column that is the same in all rows as one value; on SQLite, where
nobody is in a hurry, Django does it. JSON travels as one text, since in an array every quotation mark is escaped twice.
"""

import json
import uuid
from collections.abc import Sequence
from typing import Any

from django.db import connection, models
from django.utils import timezone

from tenants import context
from tenants.ids import uuid7

AT_ONCE = 5000  # rows of one statement, which has five seconds

Rows = Sequence[Sequence[Any]]
Seen = tuple[uuid.UUID, int]


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


def update_all(model: type[models.Model], names: Sequence[str], rows: Rows, *, seen: Sequence[Seen]) -> int:
    """Write other values into rows of the current organization, and answer how many there were.

    `seen` is the id and version of each, `rows` are their values in the order of `names`. A row that has another
    version by now is left alone; one that has not gets the next.
    """
    if {"organization", "organization_id"}.intersection(names):
        raise TypeError("A row never changes its organization.")
    write = _updated_by_array if connection.vendor == "postgresql" else _updated_by_group
    return sum(
        write(model, names, rows[start : start + AT_ONCE], seen[start : start + AT_ONCE])
        for start in range(0, len(rows), AT_ONCE)
    )


def _updated_by_group(model: Any, names: Sequence[str], rows: Rows, seen: Sequence[Seen]) -> int:
    """A statement for those that become alike."""
    groups: dict[Any, list[uuid.UUID]] = {}
    for row, (pk, version) in zip(rows, seen, strict=True):
        groups.setdefault((version, *row), []).append(pk)
    return sum(
        model.objects.filter(pk__in=ids, version=version).update(
            version=version + 1, updated_at=context.now(), **dict(zip(names, values, strict=True))
        )
        for (version, *values), ids in groups.items()
    )


def _updated_by_array(model: Any, names: Sequence[str], rows: Rows, seen: Sequence[Seen]) -> int:
    ids, versions = zip(*seen, strict=True)
    sources, sent = ["unnest(%s::uuid[])", "unnest(%s::integer[])"], [list(ids), list(versions)]
    becomes = ["version = t.version + 1", "updated_at = %s"]
    for name, values in zip(names, zip(*rows, strict=True), strict=True):
        field = model._meta.get_field(name)
        source, value = _listed(field, _kind(field), values)
        becomes.append(f"{connection.ops.quote_name(field.column)} = u.c{len(sources)}")
        sources.append(source)
        sent.append(value)
    sql = (
        f"UPDATE {connection.ops.quote_name(model._meta.db_table)} AS t SET {', '.join(becomes)}"
        f" FROM ROWS FROM ({', '.join(sources)})"
        f" AS u({', '.join(f'c{place}' for place in range(len(sources)))})"
        " WHERE t.id = u.c0 AND t.version = u.c1 AND t.organization_id = %s"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [context.now(), *sent, context.organization_id()])
        return cursor.rowcount


def _by_object(model: Any, names: Sequence[str], rows: Rows, ids: list[uuid.UUID], once: bool) -> set[uuid.UUID]:
    made = [model(id=pk, **dict(zip(names, row, strict=True))) for pk, row in zip(ids, rows, strict=True)]
    model.objects.bulk_create(made, ignore_conflicts=once)
    return set(model.objects.filter(pk__in=ids).values_list("pk", flat=True)) if once else set(ids)


def _by_array(model: Any, names: Sequence[str], rows: Rows, ids: list[uuid.UUID], once: bool) -> set[uuid.UUID]:
    """The id comes first, then every column: out of its array, or as the one value all rows share."""
    columns = dict(zip(names, zip(*rows, strict=True), strict=True))
    into, chosen, alike = ["id"], ["u.c0"], []
    sources, sent = ["unnest(%s::uuid[])"], [ids]
    for field in model._meta.concrete_fields:
        if field.primary_key:
            continue
        into.append(connection.ops.quote_name(field.column))
        values, kind = _values(field, columns), _kind(field)
        if _are_alike(values):
            chosen.append(f"%s::{kind}")
            alike.append(_stored(field, values[0]))
        else:
            chosen.append(f"u.c{len(sources)}")
            source, value = _listed(field, kind, values)
            sources.append(source)
            sent.append(value)
    sql = (
        f"INSERT INTO {connection.ops.quote_name(model._meta.db_table)} ({', '.join(into)}) SELECT {', '.join(chosen)}"
        f" FROM ROWS FROM ({', '.join(sources)}) AS u({', '.join(f'c{place}' for place in range(len(sources)))})"
    )
    with connection.cursor() as cursor:
        if not once:
            cursor.execute(sql, [*alike, *sent])
            return set(ids)
        cursor.execute(f"{sql} ON CONFLICT DO NOTHING RETURNING id", [*alike, *sent])
        return {pk for (pk,) in cursor.fetchall()}


def _listed(field: Any, kind: str, values: Sequence[Any]) -> tuple[str, Any]:
    """What makes rows of a column, and what is sent for it. An array says NULL, a list in JSON only null."""
    if not _is_json(field):
        return f"unnest(%s::{kind}[])", list(values)
    if None in values:
        return f"unnest(%s::{kind}[])", [_stored(field, value) for value in values]
    return "jsonb_array_elements(%s::jsonb)", json.dumps(values, cls=field.encoder)


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
