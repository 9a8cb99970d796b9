"""The only writer of any `status`: compare, set, believe the row count, record, all in one transaction."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.db import transaction
from django.db.models import F

from tenants import context, events
from tenants.errors import NotAllowed, Problem, Stale, refuse_stale
from tenants.models import Event, Member
from tenants.models.inserting import update_all
from tenants.models.prepared import Among
from tenants.states import Machine, wrong_state

AT_ONCE = 5000  # rows of one statement, which has five seconds


@transaction.atomic
def move(
    obj: Any, verb: str, *, by: Member | None, to: str | None = None, data: dict[str, Any] | None = None, **changes: Any
) -> bool:
    """Take `obj` through `verb`: compare, set, record. True if it moved, False if the same member had said it before.

    `changes` are columns written together with the status, `data` goes into the event, and `to` names the state where
    the table lists several. Raises `NotAllowed` where the verb does not lead out of the state, `Stale` if
    somebody was first.
    """
    machine: Machine = obj.MOVES
    if is_repeat(obj, verb, by=by):
        return False
    if found := wrong_state(obj, verb):
        raise NotAllowed(found)
    target = _one_of(machine, verb, to)
    _compare_and_set(obj, only={"status": obj.status}, changes=changes | {"status": target})
    events.record(obj, machine.kind(verb), by=by, **(data or {}))
    return True


@transaction.atomic
def change(obj: Any, kind: str, *, by: Member | None, data: dict[str, Any] | None = None, **changes: Any) -> None:
    """Edit columns other than the status under the same rules: next version, one event, or `Stale`."""
    if "status" in changes:
        raise TypeError("A status is changed by move().")
    _compare_and_set(obj, only={}, changes=changes)
    events.record(obj, kind, by=by, **(data or {}))


@transaction.atomic
def move_all(rows: Iterable[Any], verb: str, *, by: Member | None, data: dict[str, Any] | None = None) -> list[Any]:
    """Take every row whose state allows it through `verb`: one guarded UPDATE, one insert of events.

    The rows' parent is locked by the caller. Answers the rows that moved, as they are now.
    """
    chosen = [row for row in rows if not wrong_state(row, verb)]
    if not chosen:
        return []
    model, machine = type(chosen[0]), chosen[0].MOVES
    target = _one_of(machine, verb, None)
    for version in sorted({row.version for row in chosen}):
        alike = [row.pk for row in chosen if row.version == version]
        for start in range(0, len(alike), AT_ONCE):
            ids = alike[start : start + AT_ONCE]
            as_seen = model.objects.filter(Among(F("pk"), ids), version=version, status__in=machine.moves[verb].sources)
            if as_seen.update(status=target, version=version + 1, updated_at=context.now()) != len(ids):
                raise Stale(chosen[0])
    for row in chosen:
        row.status, row.version = target, row.version + 1
    events.record_all(chosen, machine.kind(verb), by=by, data=data)
    return chosen


@transaction.atomic
def change_all(
    rows: Sequence[Any],
    kind: str,
    *,
    by: Member | None,
    data: dict[str, Any] | Callable[[Any], dict[str, Any]] | None = None,
    changes: Callable[[Any], dict[str, Any]],
) -> None:
    """`change` for many rows of one model, in few statements: a guarded UPDATE, and their events in bulk.

    The caller holds the rows.
    """
    groups: dict[tuple[str, ...], list[tuple[Any, dict[str, Any]]]] = {}
    for row in rows:
        values = changes(row)
        groups.setdefault(tuple(values), []).append((row, values))
    for names, alike in groups.items():
        if "status" in names:
            raise TypeError("A status is changed by move().")
        first, seen = alike[0][0], [(row.pk, row.version) for row, _ in alike]
        if update_all(type(first), names, [tuple(values.values()) for _, values in alike], seen=seen) != len(alike):
            raise Stale(first)
        for row, values in alike:
            row.version += 1
            for name, value in values.items():
                setattr(row, name, value)
    events.record_all(rows, kind, by=by, data=data)


def is_repeat(obj: Any, verb: str, *, by: Member | None) -> bool:
    """Whether the newest thing that happened to `obj` is this verb by this member: a safe retry, not a second wish."""
    machine: Machine = obj.MOVES
    if obj.status not in machine.moves[verb].targets or obj.status in machine.moves[verb].sources:
        return False
    last = events.newest(obj)
    return last is not None and last.kind == machine.kind(verb) and last.actor_id == (by.pk if by else None)


def was_said(obj: Any, verb: str, *, by: Member | None, seen: int | None) -> bool:
    """`is_repeat` for a verb whose caller may have named a version. Raises `Stale` if it is another one by now.

    Whoever presses a button twice names the version of before the first time. That it was overtaken by nothing but
    their own doing is no reason to be refused; anything that somebody else did since is.
    """
    if is_repeat(obj, verb, by=by) and (seen is None or _alone_since(obj, seen, by=by)):
        return True
    refuse_stale(obj, seen)
    return False


def _alone_since(obj: Any, seen: int, *, by: Member | None) -> bool:
    """Whether everything since that version, which has been, was done by one member."""
    if seen > obj.version:
        return False
    since = Event.objects.about(obj).filter(subject_version__gt=seen).order_by()
    return set(since.values_list("actor", flat=True).distinct()) <= {by.pk if by else None}


def _one_of(machine: Machine, verb: str, to: str | None) -> str:
    targets = machine.moves[verb].targets
    if to is None and len(targets) == 1:
        return next(iter(targets))
    if to not in targets:
        raise NotAllowed([Problem("wrong_target", f"{verb} leads to one of {sorted(targets)}; name which.")])
    return to


def _compare_and_set(obj: Any, *, only: dict[str, Any], changes: dict[str, Any]) -> None:
    changes = changes | {"version": obj.version + 1, "updated_at": context.now()}
    as_seen = type(obj).objects.filter(pk=obj.pk, version=obj.version, **only)
    if not as_seen.update(**changes):
        raise Stale(obj)
    for name, value in changes.items():
        setattr(obj, name, value)
