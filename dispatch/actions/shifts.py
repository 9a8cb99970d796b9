"""When people work: shifts on the organization's wall clock, and who works which.

Locks are taken in one order, the shift before its people: so nobody is given a shift while its hours change, and of
two shifts given to one person at once the second sees the first.
"""

import copy
import datetime
from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, transaction

from dispatch import problems, queries
from dispatch.models import MemberShift, Shift
from dispatch.models.people import WEEKDAYS
from tenants import events
from tenants.errors import Invalid, Problem, refuse, refuse_input
from tenants.models import Member
from tenants.transitions import change

HOURS = frozenset({"starts", "ends", *WEEKDAYS})
EDITABLE = HOURS | {"name", "active"}


@transaction.atomic
def create(
    *, by: Member | None, name: str, starts: datetime.time, ends: datetime.time, active: bool = True, **weekdays: bool
) -> Shift:
    """Add a shift, Monday to Friday if no day is named. One that does not end later than it starts ends next day."""
    if strange := weekdays.keys() - set(WEEKDAYS):
        raise TypeError(f"Not weekdays: {sorted(strange)}")
    refuse_input(problems.of_given_shift({"name": name, "starts": starts, "ends": ends, **weekdays}))
    try:
        with transaction.atomic():
            shift = Shift.objects.create(name=name.strip(), starts=starts, ends=ends, active=active, **weekdays)
    except IntegrityError as error:  # somebody was first with this name
        raise Invalid([problems.shift_name_taken()]) from error
    events.record(shift, "shift.created", by=by, name=shift.name)
    return shift


@transaction.atomic
def edit(shift: Shift, *, by: Member | None, seen: int | None = None, **facts: Any) -> Shift:
    """Change what is named, for everybody who works it. Raises `Invalid` if one of them would be in two places."""
    if strange := facts.keys() - EDITABLE:
        raise TypeError(f"Not editable: {sorted(strange)}")
    shift = Shift.objects.lock(shift, seen=seen)
    refuse_input(problems.of_given_shift(facts, shift=shift))
    if "name" in facts:
        facts["name"] = facts["name"].strip()
    changed = {name: value for name, value in facts.items() if getattr(shift, name) != value}
    if not changed:
        return shift
    if changed.keys() & HOURS or changed.get("active"):
        _refuse_clashes(shift, changed)
    data = {name: {"from": getattr(shift, name), "to": value} for name, value in changed.items()}
    try:
        with transaction.atomic():
            change(shift, "shift.edited", by=by, data={"changed": data}, **changed)
    except IntegrityError as error:
        raise Invalid([problems.shift_name_taken()]) from error
    return shift


@transaction.atomic
def remove(shift: Shift, *, by: Member | None, seen: int | None = None) -> None:
    """Take a shift away that nobody ever worked. Raises `NotAllowed` otherwise: make it inactive."""
    shift = Shift.objects.lock(shift, seen=seen)
    refuse(problems.of_removing_shift(shift.members.order_by().values("member").distinct().count()))
    change(shift, "shift.removed", by=by, data={"name": shift.name})
    shift.delete()


@transaction.atomic
def assign(
    member: Member,
    *,
    by: Member | None,
    shift: Shift,
    since: datetime.date,
    until: datetime.date | None = None,
) -> MemberShift:
    """Let somebody work a shift from `since` to `until`, both included. Raises `Invalid` if they work another then."""
    shift = Shift.objects.lock(shift)
    member = Member.objects.lock(member)
    refuse_input(problems.of_working(member, shift) + problems.of_days(since, until))
    row = MemberShift(member=member, shift=shift, since=since, until=until)
    _refuse_clash(row)
    row.save(force_insert=True)
    events.record(row, "member_shift.assigned", by=by, **_told(row))
    return row


@transaction.atomic
def change_days(row: MemberShift, *, by: Member | None, seen: int | None = None, **facts: Any) -> MemberShift:
    """Change the first or the last day (`since`, `until`)."""
    if strange := facts.keys() - {"since", "until"}:
        raise TypeError(f"Not editable: {sorted(strange)}")
    row = _lock(row, seen=seen)
    meant = copy.copy(row)
    vars(meant).update(facts)
    refuse_input(problems.of_days(meant.since, meant.until))
    changed = {name: value for name, value in facts.items() if getattr(row, name) != value}
    if changed:
        _refuse_clash(meant)
        data = _told(row) | {"changed": {name: {"from": getattr(row, name), "to": changed[name]} for name in changed}}
        change(row, "member_shift.edited", by=by, data=data, **changed)
    return row


@transaction.atomic
def end(row: MemberShift, *, by: Member | None, seen: int | None = None) -> None:
    """From tomorrow on they do not work it: today is the last day. What has not begun yet goes without a trace."""
    row = _lock(row, seen=seen)
    today = queries.today()
    if row.since > today:
        change(row, "member_shift.ended", by=by, data=_told(row))
        row.delete()
    elif row.until is None or row.until > today:
        change(row, "member_shift.ended", by=by, data=_told(row), until=today)


def _lock(row: MemberShift, *, seen: int | None) -> MemberShift:
    """The row, after its shift and its member."""
    shift, member = Shift.objects.lock(row.shift_id), Member.objects.lock(row.member_id)
    row = MemberShift.objects.lock(row, seen=seen)
    row.shift, row.member = shift, member
    return row


def _refuse_clash(row: MemberShift) -> None:
    refuse_input(_said(queries.clashes([row.member_id], row=row), "since"))


def _refuse_clashes(shift: Shift, changed: dict[str, Any]) -> None:
    """Everybody who works it is held, by id, and looked at with the hours it is to have."""
    meant = copy.copy(shift)
    vars(meant).update(changed)
    ids = set(MemberShift.objects.filter(shift=shift).order_by().values_list("member_id", flat=True))
    held = Member.objects.filter(pk__in=ids).select_for_update(of=("self",), no_key=True).order_by("pk")
    found = queries.clashes([member.pk for member in held], shift=meant)
    refuse_input(_said(found, "ends" if "ends" in changed and "starts" not in changed else "starts"))


def _said(found: Iterable[queries.Clash], field: str) -> list[Problem]:
    return [problems.shifts_overlap(clash.row.member.name, clash.other.shift, clash.day, field) for clash in found]


def _told(row: MemberShift) -> dict[str, Any]:
    return {"member": row.member_id, "shift": row.shift_id, "since": row.since, "until": row.until}
