"""Kinds of input and output that v1 uses everywhere."""

import datetime
import functools

from django.core.exceptions import ValidationError as DjangoValidationError
from rest_framework import serializers

from tenants.access import TenantRelatedField
from tenants.models.columns import Made

FIRST_YEAR, LAST_YEAR = 1970, 2999


class Moment(serializers.DateTimeField):
    """Said in UTC. Read with any offset, or in the organization's time zone without one."""

    default_error_messages = {"out_of_range": f"Name a year between {FIRST_YEAR} and {LAST_YEAR}."}

    def to_internal_value(self, value):
        moment = super().to_internal_value(value)
        if not FIRST_YEAR <= moment.year <= LAST_YEAR:
            self.fail("out_of_range")
        return moment

    def to_representation(self, value):
        return value.astimezone(datetime.UTC).isoformat().replace("+00:00", "Z") if value else None


class ZonedMoment(Moment):
    """One that says its offset from UTC, or Z: what is planned must not depend on whose clock it was read from."""

    default_error_messages = {"zone": "Name the offset from UTC, as in 2031-03-01T06:00:00+01:00, or Z."}

    def enforce_timezone(self, value):
        if value.tzinfo is None:
            self.fail("zone")
        return super().enforce_timezone(value)


class Text(serializers.CharField):
    """Words of people: optional, trimmed, empty rather than null."""

    def __init__(self, **options):
        super().__init__(**{"required": False, "allow_blank": True, "max_length": 500} | options)


class Words(serializers.CharField):
    """Words that have to be said."""

    def __init__(self, **options):
        super().__init__(**{"max_length": 500} | options)


class Quantity(serializers.DecimalField):
    def __init__(self, **options):
        super().__init__(max_digits=14, decimal_places=3, **options)


class Money(serializers.DecimalField):
    """In the organization's currency."""

    def __init__(self, **options):
        super().__init__(max_digits=14, decimal_places=2, **options)


class Minutes(serializers.DecimalField):
    def __init__(self, **options):
        super().__init__(**{"max_digits": 12, "decimal_places": 2} | options)


def made(field, how, *of):
    """A field that is no column: for a list `how` makes it of the columns `of`. (An object answers by itself.)"""
    field.made = Made(how, of)
    return field


class AllowedActions(serializers.ListField):
    """The verbs the caller may say now. They are computed for the whole list at once and wait in the context.

    `of` are the columns that decide: all that rules of role and state look at.
    """

    child = serializers.CharField()

    def __init__(self, *, of=(), **options):
        self.of = tuple(of)
        super().__init__(read_only=True, source="*", **options)

    def to_representation(self, obj):
        return self.context["allowed_actions"][obj.pk]


class NamesOf(serializers.ListField):
    """One column of the rows a relation leads to, in their order: `NamesOf("tag_links", "tag__name")`."""

    child = serializers.CharField()

    def __init__(self, relation, column):
        self.relation, self.column = relation, column
        super().__init__(read_only=True, source=f"{relation}.all")

    def to_representation(self, rows):
        return [functools.reduce(getattr, self.column.split("__"), row) for row in rows]


class Rows(serializers.ListSerializer):
    """A list of objects in a body. What they name is looked up with one query per relation, not one per row."""

    def to_internal_value(self, data):
        if isinstance(data, list):
            for name, field in self.child.fields.items():
                if isinstance(field, Named):
                    field.look_up([row.get(name) for row in data if isinstance(row, dict)])
        return super().to_internal_value(data)

    def run_child_validation(self, data):
        """A row is whole, also in a PATCH, where REST framework takes every field of every level for optional."""
        row = super().run_child_validation(data)
        needed = {name: field for name, field in self.child.fields.items() if field.required}
        missing = {name: field for name, field in needed.items() if field.source not in row}
        if missing:
            raise serializers.ValidationError(
                {name: [field.error_messages["required"]] for name, field in missing.items()}, code="required"
            )
        return row


class Named(TenantRelatedField):
    """A relation inside `Rows`."""

    def look_up(self, ids):
        key = self.to._meta.pk
        wanted = set()
        for value in ids:
            try:
                wanted.add(key.to_python(value))
            except DjangoValidationError:
                continue  # refused where it stands, with its place in the list
        self.found = self.to.objects.in_bulk(wanted)

    def to_internal_value(self, data):
        try:
            found = self.found.get(self.to._meta.pk.to_python(data))
        except DjangoValidationError:
            found = None
        if found is None:
            self.fail("does_not_exist", pk_value=data)
        return found
