"""What every viewset of v1 does alike: look up, ask who may, read the body, call a verb, show what it made."""

from django.core.exceptions import ValidationError
from django.http import Http404
from django.urls import reverse
from rest_framework import serializers, status
from rest_framework.exceptions import PermissionDenied
from rest_framework.generics import get_object_or_404
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from tenants.access import contributed
from tenants.api.v1.filters import Filters, Ordering, Search
from tenants.api.v1.pages import counted
from tenants.api.v1.parsers import Json
from tenants.api.v1.rows import columns_of
from tenants.api.v1.schema import Schema
from tenants.states import Role

VERBS = {"partial_update": "edit", "destroy": "edit"}  # what the usual actions are called where roles are written down


class Seen(serializers.Serializer):
    """The body of a verb. `version` is the one the caller saw: if it is no longer true, the answer is 409 `stale`."""

    version = serializers.IntegerField(source="seen", required=False, min_value=1, max_value=2_147_483_647)


class Nothing(serializers.Serializer):
    """The body of what needs no words. It may be left out; what is sent is still JSON."""


class TenantViewSet(GenericViewSet):
    """Answers come in one order: 404 for what is not here, 403 for the role, 400 for the body, 409 for the state.

    A list says what its shape says: `get_serializer_class()` while `action` is "list". Keep to fields that are columns,
    and to `AllowedActions(of=[the columns its rules look at])`, and it is read without an object per row.
    """

    schema = Schema()
    parser_classes = [Json]
    metadata_class = None
    filter_backends = [Filters, Search, Ordering]
    ordering_fields = ("created_at",)
    ordering = ("created_at",)

    shapes = {}
    """Serializer of the body, by action."""
    roles = {}
    """Least role, by action, where there is no object to look up first; `IsMember` asks."""
    editor = Role.ADMIN
    """Least role that may change an object, where the app has no finer rule: see `may`."""

    @property
    def member(self):
        return self.request._request.member

    def get_queryset(self):
        return self.queryset.all()

    def get_object(self):
        return get_object_or_404(self.get_queryset(), pk=self.kwargs["pk"])  # 404 for a malformed id as well

    def thing(self):
        """The object, for a member who may do to it what this action does."""
        obj = self.get_object()
        if not self.may(self.member, VERBS.get(self.action, self.action), obj):
            raise PermissionDenied("Your role does not allow this.")
        return obj

    def may(self, member, verb, obj):
        return member.is_at_least(self.editor)

    def sent(self, *, partial=False):
        """What the body says, checked for its shape."""
        body = self.shapes[self.action](data=self.request.data, partial=partial, context=self.get_serializer_context())
        body.is_valid(raise_exception=True)
        return body.validated_data

    def verb(self, act):
        """Let the member of this request do `act` to the object, and show what became of it."""
        obj = self.thing()
        act(obj, by=self.member, **self.sent())
        return self.changed(obj)

    def list(self, request, *args, **kwargs):
        return self.listed(self.filter_queryset(self.get_queryset()))

    def listed(self, rows, serializer=None):
        """A page of rows, read column by column where the shape allows it: see `tenants.api.v1.rows`."""
        shape = serializer or self.get_serializer_class()
        columns = columns_of(shape, rows.model)
        found = self.paginator.paginate_queryset(rows, self.request, self, columns=columns)
        return self.get_paginated_response(
            self.of_columns(columns, found) if columns else self.shown(found, shape, many=True)
        )

    def of_columns(self, columns, found):
        rows = columns.shown(found)
        if columns.judged:
            keys, kinds = columns.judged_of(found)
            allowed = self.allowed_actions(kinds)
            for row, key in zip(rows, keys, strict=True):
                row["allowed_actions"] = allowed[key]
        return rows

    def total(self, rows):
        """How many there are; a noun that knows without counting says so here."""
        return counted(rows)

    def retrieve(self, request, *args, **kwargs):
        return Response(self.current(self.kwargs["pk"]))

    def changed(self, obj):
        """The object as it is now, read again: a verb may have changed what hangs on it."""
        return Response(self.current(obj.pk))

    def current(self, pk):
        """What there is to say about one object, read like a list where the shape allows it."""
        shape, rows = self.get_serializer_class(), self.get_queryset()
        columns = columns_of(shape, rows.model)
        if columns is None:
            return self.shown(get_object_or_404(rows, pk=pk))  # 404 for a malformed id as well
        try:
            found = columns.one(rows, pk)
        except ValidationError:
            found = []
        if not found:
            raise Http404
        return self.of_columns(columns, found)[0]

    def created(self, obj, *, at=None):
        """The new object and where it is: below the address it was sent to, or at the route named `at`."""
        path = reverse(at, args=[obj.pk]) if at else f"{self.request.path}{obj.pk}/"
        where = self.request.build_absolute_uri(path)
        return Response(self.shown(self.written(obj)), status=status.HTTP_201_CREATED, headers={"Location": where})

    def written(self, obj):
        """A new object with all that is shown of it; a noun that has most of it at hand says so here."""
        return self.get_queryset().get(pk=obj.pk)

    def shown(self, found, serializer=None, *, many=False):
        context = self.get_serializer_context() | {"allowed_actions": self.allowed_actions(found if many else [found])}
        return (serializer or self.get_serializer_class())(found, many=many, context=context).data

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
        response.headers.setdefault("Cache-Control", "no-store")  # what a member sees belongs into no shared cache
        return response
