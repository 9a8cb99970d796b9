"""The only maker of an `Event`. Whoever changes something says so here, in the same transaction."""

from collections.abc import Callable, Sequence
from typing import Any

from tenants import context, doorbell
from tenants.models import Event, Member

AT_ONCE = 2000  # rows of one statement, which has five seconds


def record(obj: Any, kind: str, *, by: Member | None, **data: Any) -> Event:
    """Write down that `kind` happened to `obj` at its present version. `by=None` means the system did it.

    A second event for the same version violates a unique constraint: two writers cannot both have made it.
    """
    return record_all([obj], kind, by=by, data=data)[0]


def record_all(
    objs: Sequence[Any],
    kind: str,
    *,
    by: Member | None,
    data: dict[str, Any] | Callable[[Any], dict[str, Any]] | None = None,
) -> list[Event]:
    """Write down one event per object in one statement; `data` is the same for all, or made for each."""
    cause, moment = context.cause(), context.now()
    clock = context.recorded_now()
    events = Event.objects.bulk_create(
        (
            Event(
                organization_id=context.organization_id(),
                kind=kind,
                subject_type=obj.NOUN,
                subject_id=obj.pk,
                subject_version=obj.version,
                actor=by,
                via=cause.via,
                data=data(obj) if callable(data) else data or {},
                occurred_at=moment,
                recorded_at=clock,
                request_id=cause.request_id,
                caused_by=cause.caused_by,
            )
            for obj in objs
        ),
        batch_size=AT_ONCE,
    )
    if events:
        doorbell.ring()
    return events


def newest(obj: Any) -> Event | None:
    """The last thing that happened to `obj`, or None if nothing has been written down."""
    return Event.objects.about(obj).first()
