"""The only maker of an `Event`. Whoever changes something says so here, in the same transaction."""

from collections.abc import Callable, Sequence
from typing import Any

from tenants import context, doorbell
from tenants.ids import uuid7
from tenants.models import Event, Member
from tenants.models.inserting import insert_all

FACTS = (
    "kind",
    "subject_type",
    "subject_id",
    "subject_version",
    "actor_id",
    "via",
    "data",
    "occurred_at",
    "recorded_at",
    "request_id",
    "caused_by",
)
Data = dict[str, Any] | Callable[[Any], dict[str, Any]] | None


def record(obj: Any, kind: str, *, by: Member | None, **data: Any) -> Event:
    """Write down that `kind` happened to `obj` at its present version. `by=None` means the system did it.

    A second event for the same version violates a unique constraint: two writers cannot both have made it.
    """
    [facts] = rows = _rows([obj], kind, by=by, data=data)
    event = Event(id=uuid7(), **dict(zip(FACTS, facts, strict=True)))
    insert_all(Event, FACTS, rows, ids=[event.pk])
    event._state.adding = False
    doorbell.ring()
    return event


def record_all(objs: Sequence[Any], kind: str, *, by: Member | None, data: Data = None) -> None:
    """Write down one event per object in one statement; `data` is the same for all, or made for each."""
    if objs:
        insert_all(Event, FACTS, _rows(objs, kind, by=by, data=data))
        doorbell.ring()


def _rows(objs: Sequence[Any], kind: str, *, by: Member | None, data: Data) -> list[tuple[Any, ...]]:
    """The facts of one event per object, in the order of `FACTS`."""
    cause, moment, clock = context.cause(), context.now(), context.recorded_now()
    actor = by.pk if by else None
    return [
        (
            kind,
            obj.NOUN,
            obj.pk,
            obj.version,
            actor,
            cause.via,
            data(obj) if callable(data) else data or {},
            moment,
            clock,
            cause.request_id,
            cause.caused_by,
        )
        for obj in objs
    ]


def newest(obj: Any) -> Event | None:
    """The last thing that happened to `obj`, or None if nothing has been written down."""
    return Event.objects.about(obj).first()
