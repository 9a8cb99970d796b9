"""The catalogue: customers, products with their routing, processes and reasons. What was once used stays."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from tenants import events
from tenants.errors import Invalid, NotAllowed, Problem, refuse_input
from tenants.models import Member
from tenants.problems import code_taken
from tenants.transitions import change
from workorder import problems
from workorder.models import Customer, Process, Product, ReasonCode, RoutingStep

Thing = TypeVar("Thing", Customer, Product, Process, ReasonCode)
Routing = Sequence[dict[str, Any]]
APART = 10


@transaction.atomic
def create(model: type[Thing], *, by: Member | None, routing: Routing = (), **fields: Any) -> Thing:
    """Add a customer, product, process or reason. Raises `Invalid` if the code is taken.

    `routing`, for a product, is `{process, parallel_with_previous?}` in turn.
    """
    refuse_input(_of_code(_namesakes(model, fields), fields["code"]) + _of_its_kind(model, fields))
    try:
        with transaction.atomic():
            thing = model.objects.create(**fields)
    except IntegrityError as error:  # somebody was first with this code
        raise Invalid([code_taken()]) from error
    _route(thing, routing)
    events.record(thing, f"{model.NOUN}.created", by=by, code=thing.code, name=thing.name)
    return thing


@transaction.atomic
def edit(
    thing: Thing, *, by: Member | None, seen: int | None = None, routing: Routing | None = None, **fields: Any
) -> Thing:
    """Change what is named; a `routing` replaces the whole routing. Orders keep the copy they were made with."""
    model = type(thing)
    thing = model.objects.lock(thing, seen=seen)
    if "code" in fields:
        refuse_input(_of_code(_namesakes(model, vars(thing)).exclude(pk=thing.pk), fields["code"]))
    refuse_input(_of_its_kind(model, {"kind": getattr(thing, "kind", None)} | fields))
    changed = {name: value for name, value in fields.items() if getattr(thing, name) != value}
    named = sorted(changed) + ["routing"] * (routing is not None)
    if not named:
        return thing
    try:
        with transaction.atomic():
            change(thing, f"{model.NOUN}.edited", by=by, data={"fields": named}, **changed)
    except IntegrityError as error:
        raise Invalid([code_taken()]) from error
    if routing is not None:
        RoutingStep.objects.filter(product=thing.pk).delete()
        _route(thing, routing)
    return thing


@transaction.atomic
def remove(thing: Thing, *, by: Member | None, seen: int | None = None) -> None:
    """Take something away that nothing uses. Raises `NotAllowed` otherwise: history needs it, so make it inactive."""
    thing = type(thing).objects.lock(thing, seen=seen)
    change(thing, f"{thing.NOUN}.removed", by=by, data={"code": thing.code, "name": thing.name})
    try:
        thing.delete()
    except ProtectedError as error:
        raise NotAllowed([Problem("in_use", "Something refers to it. Make it inactive instead.")]) from error


def _route(thing: Any, routing: Routing) -> None:
    RoutingStep.objects.bulk_create(
        RoutingStep(
            product=thing,
            process=step["process"],
            sequence=number * APART,
            parallel_with_previous=number > 1 and bool(step.get("parallel_with_previous")),
        )
        for number, step in enumerate(routing, start=1)
    )


def _namesakes(model: Any, fields: Mapping[str, Any]) -> Any:
    """The rows among which a code is unique: a defect and a downtime may be called alike."""
    rows = model.objects.all()
    return rows.of_kind(fields["kind"]) if model is ReasonCode else rows


def _of_its_kind(model: Any, fields: Mapping[str, Any]) -> list[Problem]:
    if model is ReasonCode:
        return problems.of_given_reason_code(fields)
    return problems.of_reference_url(fields["reference_url"]) if "reference_url" in fields else []


def _of_code(others: Any, code: str) -> list[Problem]:
    return [code_taken()] if others.filter(code=code).exists() else []
