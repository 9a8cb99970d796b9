"""Pages by number: `{count, next, previous, results}`. What a page costs depends little on where it is."""

from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param

MOST_DIGITS = 9
MOST_COUNTED = 10_000
FAR = 1000
"""Rows after which a page is looked for in the index first: skipping whole rows costs more."""

COUNT = f"How many there are, exact up to {MOST_COUNTED}; of more than that a list may say {MOST_COUNTED}."


class Pages(BasePagination):
    """Fifty rows, or as many as `page_size` asks for up to a hundred. A number that is none is refused, not guessed."""

    usual_size, most = 50, 100

    def paginate_queryset(self, queryset, request, view=None, *, columns=None):
        """A list of objects, or of what `columns` reads of them."""
        self.request = request
        self.number = self._number("page") or 1
        size = min(self._number("page_size") or self.usual_size, self.most)
        start = (self.number - 1) * size
        stop = start + size + 1
        if start > FAR:
            rows = _far(queryset, start, stop)
            found = list(columns.of(rows) if columns else rows)
        else:
            found = columns.page(queryset, start, stop) if columns else list(queryset[start:stop])
        if not found and self.number > 1:
            raise NotFound("There is no such page.", "page_out_of_range")
        self.has_next = len(found) > size
        self.count = view.total(queryset)
        return found[:size]

    def get_paginated_response(self, data):
        here = self.request.build_absolute_uri() if self.has_next or self.number > 1 else ""
        following = replace_query_param(here, "page", self.number + 1) if self.has_next else None
        previous = replace_query_param(here, "page", self.number - 1) if self.number > 2 else None
        if self.number == 2:
            previous = remove_query_param(here, "page")
        return Response({"count": self.count, "next": following, "previous": previous, "results": data})

    def get_paginated_response_schema(self, schema):
        link = {"type": "string", "format": "uri", "nullable": True}
        return {
            "type": "object",
            "required": ["count", "results"],
            "properties": {
                "count": {"type": "integer", "description": COUNT},
                "next": link,
                "previous": link,
                "results": schema,
            },
        }

    def get_schema_operation_parameters(self, view):
        number = {"type": "integer", "minimum": 1}
        return [
            {"name": "page", "in": "query", "schema": number | {"default": 1}},
            {"name": "page_size", "in": "query", "schema": number | {"default": self.usual_size}},
        ]

    def _number(self, name):
        text = self.request.query_params.get(name)
        if text is None:
            return None
        if not (text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS and int(text) > 0):
            raise ValidationError({name: ["Enter a whole number from 1 on."]}, "not_a_number")
        return int(text)


def counted(queryset):
    """How many rows there are, up to `MOST_COUNTED`: nobody reads on, and the database would."""
    return queryset.order_by().values_list("pk")[:MOST_COUNTED].count()


def _far(queryset, start, stop):
    """The rows of a page far down. Its keys come from the index alone, so only the rows shown are read."""
    key = queryset.model.KEY
    return queryset.filter(**{f"{key}__in": queryset.prefetch_related(None).values(key)[start:stop]})
