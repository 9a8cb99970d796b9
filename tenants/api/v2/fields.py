"""Kinds of output that v2 uses everywhere."""

import datetime

from rest_framework import serializers


class Moment(serializers.DateTimeField):
    """Always said in UTC."""

    def to_representation(self, value):
        return value.astimezone(datetime.UTC).isoformat().replace("+00:00", "Z") if value else None


class AllowedActions(serializers.ListField):
    """Computed for the whole list at once; they wait in the context. `of` are the columns that decide."""

    child = serializers.CharField()

    def __init__(self, *, of, **options):
        self.of = tuple(of)
        super().__init__(read_only=True, source="*", **options)

    def to_representation(self, obj):
        return self.context["allowed_actions"][obj.pk]
