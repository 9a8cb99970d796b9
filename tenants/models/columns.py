"""Rows read column by column: what lists are made of, where an object per row would cost more than the row.

A version of the API derives `Columns` from the shape it describes a list with, so there is one declaration.
"""

import uuid
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from operator import itemgetter
from typing import Any

from django.db import models
from django.db.models import F

from tenants.models.prepared import Among, PreparedHere

Values = tuple[Any, ...]


@dataclass(frozen=True)
class Made:
    """Something shown that is no column: `how` makes it of several."""

    how: Callable[..., Any]
    of: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Columns:
    """What is shown of each row of `model`, by name; paths are those of `values_list`."""

    model: type[models.Model]
    plain: Mapping[str, str]
    made: Mapping[str, Made] = field(default_factory=dict)
    nested: "Mapping[str, tuple[str, Columns]]" = field(default_factory=dict)
    """Name -> the relation that leads to other rows, and what is shown of those."""
    judged: tuple[str, ...] = ()
    """What decides about the verbs of a row: two rows alike in these allow the same."""
    alone: str = ""
    """Name of the one thing that is shown of these rows, which then stands for the whole row."""

    @cached_property
    def paths(self) -> list[str]:
        shown = list(self.plain.values())
        more = [path for made in self.made.values() for path in made.of]
        return shown + [path for path in dict.fromkeys([*more, *self.judged, "id"]) if path not in shown]

    def of(self, rows: models.QuerySet) -> models.QuerySet:
        """The same rows as tuples, which `shown` and `judged_of` understand."""
        return rows.prefetch_related(None).values_list(*self.paths)

    def page(self, rows: models.QuerySet, start: int, stop: int, **beyond: Any) -> list[Values]:
        """Some of them, perhaps those `beyond` a value: `number__lt="WO-…"`.

        The SQL of the first rows of everything, which is what most ask for, is built once.
        """
        if start == 0 and rows.is_whole:
            values = [_kind(self.model, lookup).to_python(value) for lookup, value in beyond.items()]
            return _first(self, rows.query.order_by, stop, tuple(beyond))(*values)
        return list(self.of(rows).filter(**beyond)[start:stop])

    def one(self, rows: models.QuerySet, pk: Any) -> list[Values]:
        """The one with this id, or none. Raises `ValidationError` for what cannot be an id."""
        key = self.model._meta.pk.to_python(pk)
        return _one(self)(key) if rows.is_whole else list(self.of(rows).filter(pk=key))

    def shown(self, found: Iterable[Values]) -> list[dict[str, Any]]:
        names = tuple(self.plain)  # they come first, and `zip` stops after them
        rows = [dict(zip(names, values)) for values in found]  # noqa: B905
        for name, made in self.made.items():
            values_of = self._picked(made.of)
            for row, values in zip(rows, found, strict=True):
                row[name] = made.how(*values_of(values))
        for name, (relation, columns) in self.nested.items():
            ids = [values[self.paths.index("id")] for values in found]
            children = columns.by_parent(self.model._meta.get_field(relation).field, ids)
            for row, pk in zip(rows, ids, strict=True):
                row[name] = children[pk]
        return rows

    def by_parent(self, link: Any, parents: list[Any]) -> dict[Any, list[dict[str, Any]]]:
        """What is shown of the rows that belong to each parent, in the order of their model."""
        found: dict[Any, list[dict[str, Any]]] = defaultdict(list)
        rows = _children(self, link)(parents)
        for values, row in zip(rows, self.shown(rows), strict=True):
            found[values[-1]].append(row[self.alone] if self.alone else row)
        return found

    def judged_of(self, found: Iterable[Values]) -> tuple[list[Hashable], list[Any]]:
        """For each row what decides about its verbs; and for each such thing one object, whose `pk` it is.

        The objects know these columns and nothing else, so a rule that looks at another one fails at once.
        """
        values_of = self._picked(self.judged)
        keys = [values_of(values) for values in found]
        return keys, [self._stand_in(key) for key in dict.fromkeys(keys)]

    def _stand_in(self, key: Values) -> Any:
        own: dict[str, Any] = {}
        parents: dict[str, dict[str, Any]] = defaultdict(dict)
        for path, value in zip(self.judged, key, strict=True):
            relation, _, column = path.rpartition("__")
            (parents[relation] if relation else own)[column] = value
        obj = _partly(self.model, own)
        for relation, columns in parents.items():
            link = self.model._meta.get_field(relation)
            link.set_cached_value(obj, _partly(link.related_model, columns))
        obj.pk = key
        return obj

    def _picked(self, paths: Iterable[str]) -> Callable[[Values], Values]:
        places = [self.paths.index(path) for path in paths]
        if len(places) == 1:
            return lambda values: (values[places[0]],)
        return itemgetter(*places)


def _partly(model: type[models.Model], columns: Mapping[str, Any]) -> models.Model:
    """An object that knows these columns; Django wants them in the order of the fields."""
    names = [field.attname for field in model._meta.concrete_fields if field.attname in columns]
    return model.from_db(None, names, [columns[name] for name in names])


@lru_cache(maxsize=256)
def _one(columns: Columns) -> PreparedHere:
    return PreparedHere(lambda pk: columns.of(columns.model.objects.filter(pk=pk)), uuid.uuid4())


@lru_cache(maxsize=256)
def _children(columns: Columns, link: Any) -> PreparedHere:
    rows = columns.model.objects

    def build(parents: list[Any]) -> models.QuerySet:
        return rows.filter(Among(F(link.attname), parents)).values_list(*columns.paths, link.attname)

    return PreparedHere(build, [uuid.uuid4()])


@lru_cache(maxsize=256)
def _first(columns: Columns, ordering: tuple[Any, ...], many: int, beyond: tuple[str, ...]) -> PreparedHere:
    rows = columns.model.objects

    def build(*values: Any) -> models.QuerySet:
        return columns.of(rows.filter(**dict(zip(beyond, values, strict=True))).order_by(*ordering))[:many]

    return PreparedHere(build, *(_kind(columns.model, lookup).to_python(uuid.uuid4().hex) for lookup in beyond))


def _kind(model: type[models.Model], lookup: str) -> Any:
    name = lookup.partition("__")[0]
    return model._meta.pk if name == "pk" else model._meta.get_field(name)
