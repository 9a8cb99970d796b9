"""Lists of v2 are read column by column, as their shape says: each field is a column or `AllowedActions`."""

import functools

from rest_framework import serializers

from tenants.api.v2.fields import AllowedActions, Moment
from tenants.models.columns import Columns

# What these say is what the column holds, once orjson has written it.
AS_THEY_ARE = {
    serializers.BooleanField,
    serializers.CharField,
    serializers.ChoiceField,
    serializers.DecimalField,
    serializers.IntegerField,
    serializers.UUIDField,
    Moment,
}


@functools.cache
def columns_of(shape, model):
    """How to read the rows of `model` for a shape, or None where only objects can answer it."""
    plain, judged = {}, ()
    for name, field in shape._declared_fields.items():
        if isinstance(field, AllowedActions):
            judged = field.of
        elif type(field) in AS_THEY_ARE and (field.source or name) in {f.attname for f in model._meta.concrete_fields}:
            plain[name] = field.source or name
        else:
            return None
    return Columns(model, plain, judged=judged)
