"""What people want to hear of, over what, and when. A member's own row holds all they say together."""

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from notifications.actions import digests
from notifications.engine.quiet import is_endless
from notifications.models import DefaultPreference, NotificationSchedule, Preference
from notifications.models.preferences import DAYS
from notifications.problems import preferences as problems
from notifications.queries.preferences import Cell, grid, missing_of
from notifications.states import Kind, Transport, Wanted
from tenants import context, events
from tenants.actions import members
from tenants.errors import refuse_input
from tenants.models import Member, Organization
from tenants.transitions import change, change_all

EDITABLE = frozenset({"time_zone", "quiet_from", "quiet_until", *DAYS, "urgent_breaks_through", "digest", "digest_at"})
Wish = Mapping[str, Any]
"""One cell: `kind`, `transport`, and `wanted`, which is None for "as the organization has it"."""


@transaction.atomic
def choose(
    cells: Sequence[Wish], *, by: Member, member: Member | None = None, seen: int | None = None
) -> NotificationSchedule:
    """Say of some cells how a member (`by`, unless named) wants them, all or none; nothing differs, nothing happens.

    What waits in a digest and is not to wait any more goes at once, and what is turned off does not go.
    """
    whose = member or by
    schedule = _held(whose, seen)
    refuse_input(problems.of_cells(cells, missing=missing_of(whose)))
    before = {(cell.kind, cell.transport): cell for cell in grid(whose)}
    own = {(row.kind, row.transport): row for row in Preference.objects.filter(member=whose)}
    said = []
    for wish in cells:
        key = wish["kind"], wish["transport"]
        row, wanted = own.get(key), wish["wanted"]
        if (row.wanted if row else None) != wanted:
            said.append({"kind": key[0], "transport": key[1], "from": row.wanted if row else None, "to": wanted})
    if said:
        _write(whose, said, own)
        change(schedule, "preference.edited", by=by, data={"member": whose.pk, "cells": said})
        _let_go(whose, before)
    return schedule


@transaction.atomic
def choose_default(cells: Sequence[Wish], *, by: Member | None) -> None:
    """Say of some cells how everybody has them who did not choose, all or none. None: as the product comes."""
    list(Organization.objects.select_for_update(no_key=True).filter(pk=context.organization_id()))  # one at a time
    refuse_input(problems.of_cells(cells))
    rows = {(row.kind, row.transport): row for row in DefaultPreference.objects.all()}
    new: list[DefaultPreference] = []
    other: list[DefaultPreference] = []
    gone: list[DefaultPreference] = []
    wanted = {(wish["kind"], wish["transport"]): wish["wanted"] for wish in cells}
    before = {row.pk: row.wanted for row in rows.values()}
    for (kind, transport), value in wanted.items():
        row = rows.get((kind, transport))
        if row is None and value is not None:
            new.append(DefaultPreference(kind=kind, transport=transport, wanted=value))
        elif row is not None and row.wanted != value:
            (gone if value is None else other).append(row)
    DefaultPreference.objects.bulk_create(new)
    events.record_all(new, "default_preference.edited", by=by, data=lambda row: _cell_of(row, None, row.wanted))
    change_all(
        other,
        "default_preference.edited",
        by=by,
        data=lambda row: _cell_of(row, before[row.pk], row.wanted),
        changes=lambda row: {"wanted": wanted[row.kind, row.transport]},
    )
    change_all(
        gone,
        "default_preference.edited",
        by=by,
        data=lambda row: _cell_of(row, before[row.pk], None),
        changes=lambda row: {},
    )
    DefaultPreference.objects.filter(pk__in=[row.pk for row in gone]).delete()


@transaction.atomic
def edit_schedule(
    *, by: Member, seen: int | None = None, language: str | None = None, **facts: Any
) -> NotificationSchedule:
    """Change a member's own quiet hours and digest, and the language they are told in. Raises `Invalid` if no minute of
    the week is left."""
    if strange := facts.keys() - EDITABLE:
        raise TypeError(f"Not editable: {sorted(strange)}")
    schedule = _held(by, seen)
    found = problems.of_hours(facts, standing=schedule)
    refuse_input(found or _endless(schedule, facts))
    if language is not None:
        members.speak(by, by=by, language=language)
    changed = {name: value for name, value in facts.items() if getattr(schedule, name) != value}
    if changed:
        said = {name: {"from": _said(getattr(schedule, name)), "to": _said(value)} for name, value in changed.items()}
        data = {"member": by.pk, "changed": said}
        change(schedule, "notification_schedule.edited", by=by, data=data, **changed)
    return schedule


@transaction.atomic
def unsubscribe(member: Member, *, kind: str) -> bool:
    """Turn one kind's mail off for a member, or, where `kind` is blank, all that comes in the digest.

    They did it, by the address in their mail. False if there was nothing to turn off.
    """
    mails = [cell for cell in grid(member) if cell.transport == Transport.EMAIL]
    if kind:
        off = [cell for cell in mails if cell.kind == kind and cell.wanted != Wanted.OFF]
    else:
        off = [cell for cell in mails if cell.wanted == Wanted.DIGEST]
    if off:
        wishes = [{"kind": cell.kind, "transport": cell.transport, "wanted": Wanted.OFF} for cell in off]
        choose(wishes, by=member)
    return bool(off)


def _held(member: Member, seen: int | None) -> NotificationSchedule:
    """The member's row, which is there from now on: whoever changes anything of theirs holds it."""
    NotificationSchedule.objects.bulk_create([NotificationSchedule(member=member)], ignore_conflicts=True)
    row: NotificationSchedule = NotificationSchedule.objects.lock(
        NotificationSchedule.objects.get(member=member), seen=seen
    )
    return row


def _write(member: Member, said: Sequence[dict[str, Any]], own: Mapping[Any, Preference]) -> None:
    keys = [(cell["kind"], cell["transport"]) for cell in said]
    Preference.objects.filter(pk__in=[own[key].pk for key in keys if key in own]).delete()
    Preference.objects.bulk_create(
        Preference(member=member, kind=cell["kind"], transport=cell["transport"], wanted=cell["to"])
        for cell in said
        if cell["to"] is not None
    )


def _let_go(member: Member, before: Mapping[tuple[Kind, Transport], Cell]) -> None:
    """What waits in the digest goes by what holds now."""
    changed: dict[Wanted, list[str]] = {Wanted.NOW: [], Wanted.OFF: []}
    for cell in grid(member):
        was = before[cell.kind, cell.transport].wanted
        if cell.transport == Transport.EMAIL and was == Wanted.DIGEST and cell.wanted in changed:
            changed[cell.wanted].append(cell.kind)
    if any(changed.values()):
        digests.let_go(member, now=changed[Wanted.NOW], off=changed[Wanted.OFF])


def _endless(schedule: NotificationSchedule, facts: Mapping[str, Any]) -> list[Any]:
    now = {name: facts.get(name, getattr(schedule, name)) for name in (*DAYS, "quiet_from", "quiet_until")}
    days = frozenset(number for number, day in enumerate(DAYS) if now[day])
    return [problems.never_ends(days)] if is_endless(now["quiet_from"], now["quiet_until"], days) else []


def _cell_of(row: DefaultPreference, before: str | None, after: str | None) -> dict[str, Any]:
    return {"kind": row.kind, "transport": row.transport, "from": before, "to": after}


def _said(value: Any) -> Any:
    return f"{value:%H:%M}" if isinstance(value, datetime.time) else value
