"""Lists are read column by column, and their shape says how: nothing is declared twice.

A shape can be read so when each of its fields is a column (by its `source`), `made(…)` of columns, a list of related
rows that can be read so themselves, or `AllowedActions(of=…)`. Any other shape is shown by REST framework with an
object for each row, which is as right and three times as slow: a test names those lists, each with its reason.
"""

import functools

from django.core.exceptions import FieldDoesNotExist
from rest_framework import serializers

from tenants.api.v1.fields import AllowedActions, Moment, NamesOf
from tenants.models.columns import Columns

# What these say, and those derived from them that say it the same way, is what the column holds: orjson writes it so.
AS_THEY_ARE = {
    kind.to_representation
    for kind in (
        serializers.BooleanField,
        serializers.CharField,
        serializers.ChoiceField,
        serializers.DateField,
        serializers.DecimalField,
        serializers.DictField,
        serializers.IntegerField,
        serializers.JSONField,
        serializers.ListField,
        serializers.TimeField,
        serializers.UUIDField,
        Moment,
    )
}


class NoColumn(Exception):
    """A field that only an object can answer."""


@functools.cache
def columns_of(shape, model):
    """How to read the rows of `model` for a shape, or None where only objects can answer it."""
    if shape.to_representation is not serializers.Serializer.to_representation:
        return None
    try:
        return _columns(shape, model)
    except (NoColumn, FieldDoesNotExist):
        return None


def _columns(shape, model):
    plain, made, nested, judged = {}, {}, {}, ()
    for name, field in shape._declared_fields.items():
        source = field.source or name
        if isinstance(field, AllowedActions):
            judged = field.of or _none(name)
        elif found := getattr(field, "made", None):
            made[name] = found
        elif isinstance(field, NamesOf):
            others = model._meta.get_field(field.relation).related_model
            nested[name] = field.relation, Columns(others, {"name": field.column}, alone="name")
        elif isinstance(field, serializers.ListSerializer):
            relation = source.removesuffix(".all")
            nested[name] = relation, _columns(type(field.child), model._meta.get_field(relation).related_model)
        else:
            plain[name] = _path(model, field, source)
    return Columns(model, plain, made, nested, judged)


def _path(model, field, source):
    *way, last = source.split(".")
    for relation in way:
        model = model._meta.get_field(relation).related_model
    column = model._meta.get_field(last)
    places = getattr(column, "decimal_places", None)
    if type(field).to_representation not in AS_THEY_ARE or column.is_relation and column.attname != last:
        raise NoColumn(source)
    if getattr(field, "decimal_places", None) != places:
        raise NoColumn(source)
    return "__".join([*way, last])


def _none(name):
    raise NoColumn(name)
