"""The limit: the very rows the product wrote, as one `INSERT … SELECT unnest`, into the same tables and indexes."""

from django.db import connection

from tenants.ids import uuid7


def columns(rows, **changed):
    """The rows as one array per column under new keys, made before the clock starts."""
    fields = rows[0]._meta.concrete_fields
    prepared = []
    for field in fields:
        if field.primary_key:
            prepared.append([uuid7() for _ in rows])
        elif field.name in changed:
            prepared.append([changed[field.name](row) for row in rows])
        else:
            prepared.append([field.get_db_prep_save(getattr(row, field.attname), connection) for row in rows])
    return fields, prepared


def insert(cursor, fields, prepared):
    """One statement, whatever the number of rows; answers nothing."""
    table = fields[0].model._meta.db_table
    names = ", ".join(f'"{field.column}"' for field in fields)
    arrays = ", ".join(f"%s::{_array(field)}" for field in fields)
    cursor.execute(f'INSERT INTO "{table}" ({names}) SELECT * FROM unnest({arrays})', prepared)  # noqa: S608 - ours


def _array(field):
    """The type of a column's array. JSON travels as text would: an array of it is no array of its values."""
    kind = field.db_type(connection).split("(")[0]
    return {"varchar": "text[]", "integer": "int[]", "smallint": "smallint[]"}.get(kind, f"{kind}[]")
