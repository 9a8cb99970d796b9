"""Walks the real registries once and answers frozen rows: what exists is asked of the product, what is right of
golden/."""

import functools
import inspect
import re
import sys
from dataclasses import dataclass
from typing import Any

import django_filters
from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework import serializers

from tenants.access import TenantRelatedField

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
FOREIGN_HOUSES = ("platform/", "accounts/", "favicon.ico")  # Django's admin, allauth, a redirect: no tenant's rows
GROUP = re.compile(r"\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)")
PARAMETER = re.compile(r"<(?:(\w+):)?(\w+)>")


@dataclass(frozen=True)
class Route:
    """One address and method: `POST /api/v1/tasks/{pk}/start/`."""

    method: str
    path: str
    view: Any
    name: str

    def __str__(self):
        return f"{self.method} {self.path}"

    @property
    def is_api(self):
        return self.path.startswith("/api/")

    @property
    def has_id(self):
        return "{pk}" in self.path or "{slug}" in self.path

    @property
    def is_list(self):
        return self.method == "GET" and not self.has_id

    @property
    def is_unsafe(self):
        return self.method != "GET"

    def at(self, pk):
        return self.path.replace("{pk}", str(pk)).replace("{slug}", str(pk))


@functools.cache
def routes():
    """Every route of ours, by its line."""
    found = {}
    for path, pattern in _leaves(get_resolver().url_patterns, "/"):
        if path.startswith(tuple(f"/{house}" for house in FOREIGN_HOUSES)):
            continue
        for place in _spelled_out(path, pattern):
            for method in _methods(pattern.callback):
                route = Route(method, place, pattern.callback, pattern.name or "")
                found[str(route)] = route
    return found


def _leaves(patterns, prefix):
    for entry in patterns:
        path = prefix + _readable(str(entry.pattern))
        if isinstance(entry, URLResolver):
            yield from _leaves(entry.url_patterns, path)
        elif isinstance(entry, URLPattern):
            yield path, entry


def _readable(pattern):
    """`^work-orders/(?P<pk>[^/.]+)/submit/$` and `work-orders/<uuid:pk>/` alike, with `{pk}` for what varies."""
    pattern = GROUP.sub(r"<\1>", pattern.removeprefix("^").removesuffix("$").replace(r"\Z", ""))
    return PARAMETER.sub(
        lambda found: f"{{{found[1]}:{found[2]}}}" if found[2] == "verb" else f"{{{found[2]}}}", pattern
    )


def _spelled_out(path, pattern):
    """An address with a verb in it is as many addresses as there are verbs."""
    if ":verb}" not in path:
        return [path]
    verbs = pattern.pattern.converters["verb"].regex.split("|")
    return [re.sub(r"\{\w+:verb\}", verb, path) for verb in verbs]


def _methods(view):
    """What a view answers to: REST framework says so, a decorated function too, any other by what its source asks."""
    if actions := getattr(view, "actions", None):
        return [method.upper() for method in actions if method.upper() in METHODS]
    if shown := getattr(view, "view_class", None) or getattr(view, "cls", None):
        return [method for method in METHODS if hasattr(shown, method.lower())]
    for wrapper in _layers(view):
        if listed := inspect.getclosurevars(wrapper).nonlocals.get("request_method_list"):
            return [method for method in listed if method in METHODS]
    asks = re.compile(r"request\.(method|POST)")
    return ["GET", "POST"] if any(asks.search(source) for source in _sources(inspect.unwrap(view))) else ["GET"]


def _layers(view):
    while view is not None:
        yield view
        view = getattr(view, "__wrapped__", None)


def _sources(function, seen=()):
    """The source of a function and of those of its own module that it calls."""
    yield inspect.getsource(function)
    module = sys.modules[function.__module__]
    for name in function.__code__.co_names:
        other = inspect.unwrap(getattr(module, name, None)) if callable(getattr(module, name, None)) else None
        if inspect.isfunction(other) and other.__module__ == function.__module__ and other not in (function, *seen):
            yield from _sources(other, (*seen, function))


# --- what bodies and addresses may name ----------------------------------------------------------------------------
def shape_of(route):
    """The serializer of a route's body, None where there is none."""
    viewset = getattr(route.view, "cls", None)
    action = getattr(route.view, "actions", {}).get(route.method.lower())
    return getattr(viewset, "shapes", {}).get(action) if action else None


def takes_file(route):
    """Whether a route reads a form with a file, and no JSON."""
    shape = shape_of(route)
    return shape is not None and any(isinstance(field, serializers.FileField) for field in shape().fields.values())


def shaped_routes():
    """(line, serializer class) of every API route that reads a body."""
    return [(line, shape) for line, route in routes().items() if (shape := shape_of(route))]


def relations():
    """(line, path to the field, model) of every relation a client may write, those in rows included."""
    return [(line, path, model) for line, shape in shaped_routes() for path, model in _relations(shape())]


def _relations(serializer, path=()):
    for name, field in serializer.fields.items():
        if isinstance(field, TenantRelatedField):
            yield (*path, name), field.to
        elif isinstance(field, serializers.ListSerializer):
            yield from _relations(field.child, (*path, name, 0))


def filters():
    """(line, parameter) of every filter that takes an id."""
    found = []
    for line, route in routes().items():
        filterset = getattr(getattr(route.view, "cls", None), "filterset_class", None)
        if filterset and getattr(route.view, "actions", {}).get("get") == "list":
            takes_ids = (django_filters.ModelChoiceFilter, django_filters.UUIDFilter)
            found += [(line, name) for name, kind in filterset.base_filters.items() if isinstance(kind, takes_ids)]
    return found
