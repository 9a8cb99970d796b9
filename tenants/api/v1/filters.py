"""Narrowing, searching and ordering lists. Whatever cannot be meant is refused by the name of its parameter."""

import functools

from django.core.exceptions import ValidationError
from django.db.models import F
from django_filters import rest_framework as filters
from django_filters.fields import IsoDateTimeField
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import exceptions
from rest_framework.filters import BaseFilterBackend, SearchFilter

from tenants.api.v1.fields import FIRST_YEAR, LAST_YEAR

MOST_LETTERS = 100
MOST_TERMS = 8


@extend_schema_field(OpenApiTypes.UUID)
class Related(filters.ModelChoiceFilter):
    """A thing of this organization by its id. A stranger's id is refused exactly like one that does not exist."""

    def __init__(self, *, to, **options):
        self.to = to
        super().__init__(queryset=lambda request: to.objects.all(), **options)


@extend_schema_field(OpenApiTypes.BOOL)
class YesNo(filters.TypedChoiceFilter):
    """`true` or `false`; Django's own takes anything else for "not asked"."""

    def __init__(self, **options):
        super().__init__(choices=[("true", "true"), ("false", "false")], coerce=lambda text: text == "true", **options)


class MomentField(IsoDateTimeField):
    def clean(self, value):
        moment = super().clean(value)
        if moment and not FIRST_YEAR <= moment.year <= LAST_YEAR:
            raise ValidationError(f"Name a year between {FIRST_YEAR} and {LAST_YEAR}.", code="out_of_range")
        return moment


class Moment(filters.IsoDateTimeFilter):
    field_class = MomentField


class Filters(DjangoFilterBackend):
    """A view's `filterset_class`, of which only the filters that were asked for are built: all would cost more than
    the page."""

    def filter_queryset(self, request, queryset, view):
        known = getattr(view, "filterset_class", None)
        asked = request.query_params.keys() & known.base_filters.keys() if known else ()
        return super().filter_queryset(request, queryset, view) if asked else queryset

    def get_filterset(self, request, queryset, view):
        known = self.get_filterset_class(view, queryset)
        only = _only(known, frozenset(request.query_params.keys() & known.base_filters.keys()))
        return only(**self.get_filterset_kwargs(request, queryset, view))


@functools.lru_cache(maxsize=256)
def _only(filterset_class, names):
    narrowed = type(filterset_class.__name__, (filterset_class,), {})
    narrowed.base_filters = {name: known for name, known in filterset_class.base_filters.items() if name in names}
    return narrowed


class Search(SearchFilter):
    """`search`: every word has to occur in one of the view's `search_fields`."""

    def get_search_terms(self, request):
        try:
            terms = super().get_search_terms(request)
        except exceptions.ValidationError as error:
            raise exceptions.ValidationError({self.search_param: error.detail}) from error
        if len(request.query_params.get(self.search_param, "")) > MOST_LETTERS or len(terms) > MOST_TERMS:
            said = f"At most {MOST_TERMS} words and {MOST_LETTERS} characters."
            raise exceptions.ValidationError({self.search_param: [said]}, "max_length")
        return terms


class Ordering(BaseFilterBackend):
    """`ordering`: names of the view's `ordering_fields`, a minus in front for descending, unknown ones refused.

    What is missing sorts last either way and the id settles ties, on every database alike.
    """

    param = "ordering"

    def filter_queryset(self, request, queryset, view):
        asked = request.query_params.get(self.param)
        names = [name.strip() for name in asked.split(",")] if asked else list(view.ordering)
        known = self._known(view)
        if strange := [name for name in names if name.removeprefix("-") not in known]:
            said = f"Cannot order by {strange[0][:40]!r}. Known: {', '.join(sorted(known))}."
            raise exceptions.ValidationError({self.param: [said]}, "unknown_ordering")
        keys = [_key(queryset.model, known[name.removeprefix("-")], name.startswith("-")) for name in names]
        if names[0].removeprefix("-") == queryset.model.KEY:
            return queryset.order_by(keys[0])
        return queryset.order_by(*keys, "-pk" if names[0].startswith("-") else "pk")

    def _known(self, view):
        fields = view.ordering_fields
        return fields if isinstance(fields, dict) else {name: F(name) for name in fields}

    def get_schema_operation_parameters(self, view):
        names = sorted(self._known(view))
        values = [sign + name for name in names for sign in ("", "-")]
        return [
            {
                "name": self.param,
                "required": False,
                "in": "query",
                "description": "Fields to sort by, separated by commas.",
                "explode": False,
                "style": "form",
                "schema": {"type": "array", "items": {"type": "string", "enum": values}},
            }
        ]


def _key(model, expression, descending):
    """Nulls are mentioned only where there can be some: an index would not serve a sort that mentions them."""
    if isinstance(expression, F) and not _may_be_null(model, expression.name):
        return f"-{expression.name}" if descending else expression.name
    nulls = {"nulls_last": True} if isinstance(expression, F) else {}
    return expression.desc(**nulls) if descending else expression.asc(**nulls)


def _may_be_null(model, path):
    """Whether any step of `user__name` may lead to nothing."""
    for name in path.split("__"):
        field = model._meta.get_field(name)
        if field.null:
            return True
        model = field.related_model
    return False
