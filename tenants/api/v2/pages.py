"""Pages by cursor: a cursor names the row it stands after, so rows that come or go meanwhile shift nothing."""

import base64
import binascii

import orjson
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param


class Cursors(BasePagination):
    """`{next, results}`, in the order of one unique column which the view names in `cursor_field`."""

    usual_size, most = 50, 100

    def paginate_queryset(self, queryset, request, view=None, *, columns=None):
        """A list of objects, or of what `columns` reads of them."""
        self.request, self.field = request, view.cursor_field.removeprefix("-")
        descending = view.cursor_field.startswith("-")
        beyond = {}
        if cursor := request.query_params.get("cursor"):
            beyond[f"{self.field}__{'lt' if descending else 'gt'}"] = self._read(queryset.model, cursor)
        size = self._size()
        queryset = queryset.order_by(view.cursor_field)
        rows = columns.page(queryset, 0, size + 1, **beyond) if columns else list(queryset.filter(**beyond)[: size + 1])
        self.last = None
        if len(rows) > size:
            last = rows[size - 1]
            self.last = last[columns.paths.index(self.field)] if columns else getattr(last, self.field)
        return rows[:size]

    def get_paginated_response(self, data):
        return Response({"next": self._next(), "results": data})

    def get_paginated_response_schema(self, schema):
        return {
            "type": "object",
            "required": ["next", "results"],
            "properties": {
                "next": {"type": "string", "format": "uri", "nullable": True},
                "results": schema,
            },
        }

    def get_schema_operation_parameters(self, view):
        size = {"type": "integer", "minimum": 1, "maximum": self.most, "default": self.usual_size}
        return [
            {"name": "cursor", "in": "query", "schema": {"type": "string"}, "description": "Taken from `next`."},
            {"name": "page_size", "in": "query", "schema": size},
        ]

    def _next(self):
        if self.last is None:
            return None
        cursor = base64.urlsafe_b64encode(orjson.dumps([self.last])).decode().rstrip("=")
        return replace_query_param(self.request.build_absolute_uri(), "cursor", cursor)

    def _read(self, model, cursor):
        """The value a cursor holds. It comes from outside, so it is checked as any input is."""
        try:
            [value] = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
            model._meta.get_field(self.field).run_validators(value)
            if not isinstance(value, str) or "\x00" in value:
                raise ValueError
        except (ValueError, TypeError, binascii.Error) as error:
            raise ValidationError({"cursor": ["This is not a cursor of this list."]}, "bad_cursor") from error
        return value

    def _size(self):
        text = self.request.query_params.get("page_size", str(self.usual_size))
        if not (text.isascii() and text.isdigit() and len(text) < 9 and 1 <= int(text) <= self.most):
            raise ValidationError({"page_size": [f"Enter a whole number from 1 to {self.most}."]}, "not_a_number")
        return int(text)
