"""What every viewset of v2 does alike: strict parameters, cursors, entity tags, problem documents."""

from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.generics import get_object_or_404
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from tenants.access import contributed
from tenants.api.v2.errors import answer
from tenants.api.v2.pages import Cursors
from tenants.api.v2.renderers import Json
from tenants.api.v2.rows import columns_of
from tenants.api.v2.schema import Schema

VARY = ["Accept", "Authorization", "Cookie", "X-Organization"]


class Exact(DjangoFilterBackend):
    """Filters, of which unknown ones are refused: a slip of the pen must not answer everything."""

    besides = {"cursor", "page_size"}

    def filter_queryset(self, request, queryset, view):
        known = set(view.filterset_class.base_filters) | self.besides if view.filterset_class else self.besides
        if strange := sorted(request.query_params.keys() - known):
            raise ValidationError({name: ["There is no such parameter."] for name in strange}, "unknown_parameter")
        asked = request.query_params.keys() - self.besides
        return super().filter_queryset(request, queryset, view) if asked else queryset


class TenantViewSet(GenericViewSet):
    schema = Schema()
    renderer_classes = [Json]
    metadata_class = None
    pagination_class = Cursors
    filter_backends = [Exact]
    filterset_class = None
    cursor_field = "-pk"
    tagged = False

    @property
    def member(self):
        return self.request._request.member

    def get_exception_handler(self):
        return answer

    def get_queryset(self):
        return self.queryset.all()

    def get_object(self):
        return get_object_or_404(self.get_queryset(), pk=self.kwargs["pk"])  # 404 for a malformed id as well

    def list(self, request):
        rows = self.filter_queryset(self.get_queryset())
        columns = columns_of(self.get_serializer_class(), rows.model)
        found = self.paginator.paginate_queryset(rows, request, self, columns=columns)
        return self.get_paginated_response(self.of_columns(columns, found) if columns else self.shown(found, many=True))

    def of_columns(self, columns, found):
        rows = columns.shown(found)
        if columns.judged:
            keys, kinds = columns.judged_of(found)
            allowed = self.allowed_actions(kinds)
            for row, key in zip(rows, keys, strict=True):
                row["allowed_actions"] = allowed[key]
        return rows

    def retrieve(self, request, pk):
        obj = self.get_object()
        headers = {"ETag": self.etag(obj)} if self.tagged else {}
        if self.tagged and _is_known(request.headers.get("If-None-Match", ""), headers["ETag"]):
            return Response(status=status.HTTP_304_NOT_MODIFIED, headers=headers)
        return Response(self.shown(obj), headers=headers)

    def etag(self, obj):
        return f'"{obj.version}"'

    def shown(self, found, *, many=False):
        context = self.get_serializer_context() | {"allowed_actions": self.allowed_actions(found if many else [found])}
        return self.get_serializer_class()(found, many=many, context=context).data

    def allowed_actions(self, rows):
        """Dict[id -> verbs] for a whole list: its own app's, then what upper apps add; none without a machine."""
        if not rows or not hasattr(rows[0], "MOVES"):
            return {}
        found = {row.pk: self.verbs(self.member, row) for row in rows}
        for add in contributed(rows[0].NOUN, "verbs"):
            for pk, verbs in add(rows, self.member).items():
                found[pk] = [*found[pk], *verbs]
        return found

    def verbs(self, member, row):
        return []

    def finalize_response(self, request, response, *args, **kwargs):
        response = super().finalize_response(request, response, *args, **kwargs)
        patch_vary_headers(response, VARY)
        response.headers.setdefault("Cache-Control", "private, no-cache")  # keep it, but ask each time
        return response


def _is_known(header, etag):
    """If-None-Match compares weakly (RFC 9110 13.1.2), so a tag that a proxy weakened still counts."""
    tags = [tag.removeprefix("W/") for tag in parse_etags(header)]
    return tags == ["*"] or etag in tags
