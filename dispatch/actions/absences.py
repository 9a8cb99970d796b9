"""Asking to be away, and what becomes of it.

The member is locked before the absence: two requests for one time come one after the other, and whoever gives them
work under the same lock sees what was granted.
"""

import datetime
from typing import Any

from django.db import transaction

from dispatch import problems
from dispatch.actions import assignments
from dispatch.engine.eligibility import moment_in_words
from dispatch.models import Absence, AbsenceStart
from dispatch.states import AbsenceKind, AbsenceStatus
from tenants import context, events
from tenants.context import tenant
from tenants.errors import refuse, refuse_input
from tenants.models import Member
from tenants.transitions import move, was_said
from workorder.problems import of_words


@transaction.atomic
def request(
    member: Member,
    *,
    by: Member | None,
    starts_at: datetime.datetime,
    ends_at: datetime.datetime,
    kind: str = AbsenceKind.LEAVE,
    note: str = "",
) -> Absence:
    """Ask that a member may be away. Raises `Invalid` for a time that cannot be meant or is asked for already."""
    member = Member.objects.lock(member)
    refuse_input(problems.of_requesting(member, kind=kind, starts_at=starts_at, ends_at=ends_at, note=note))
    row = Absence.objects.create(member=member, kind=kind, starts_at=starts_at, ends_at=ends_at, note=note.strip())
    events.record(row, "absence.requested", by=by, **_told(row))
    return row


@transaction.atomic
def approve(absence: Absence, *, by: Member | None, comment: str = "", seen: int | None = None) -> Absence:
    """Grant it. Their unstarted work goes to others when it begins: at once, or by a row that is due then."""
    absence = _lock(absence)
    if was_said(absence, "approve", by=by, seen=seen):
        return absence
    refuse_input(of_words(comment, "comment", needed=False))
    refuse(problems.of_deciding(absence, "approve", by=by))
    _decide(absence, "approve", by=by, comment=comment)
    if absence.starts_at > context.now():
        # Giving up counts from `first_due_at`: a row that waits for months must not count as having failed for months.
        AbsenceStart.objects.create(absence=absence, run_after=absence.starts_at, first_due_at=absence.starts_at)
    return absence


@transaction.atomic
def reject(absence: Absence, *, by: Member | None, comment: str, seen: int | None = None) -> Absence:
    """Refuse it, and say why."""
    absence = _lock(absence)
    if was_said(absence, "reject", by=by, seen=seen):
        return absence
    refuse_input(of_words(comment, "comment"))
    refuse(problems.of_deciding(absence, "reject", by=by))
    _decide(absence, "reject", by=by, comment=comment)
    return absence


@transaction.atomic
def cancel(absence: Absence, *, by: Member | None, reason: str = "", seen: int | None = None) -> Absence:
    """Take it back, granted or not. Work that went to others meanwhile stays with them."""
    absence = _lock(absence)
    if was_said(absence, "cancel", by=by, seen=seen):
        return absence
    refuse_input(of_words(reason, "reason", needed=False))
    refuse(problems.of_cancelling(absence, by=by))
    move(absence, "cancel", by=by, data=_told(absence) | {"reason": reason.strip()})
    return absence


def begin(start: AbsenceStart) -> None:
    """Somebody's leave begins: what they have not begun goes to others. Runs a claimed row that is due."""
    with tenant(start.organization_id):
        hand_over(Absence.objects.get(pk=start.absence_id))


def hand_over(absence: Absence) -> None:
    """Offer the unstarted work of somebody who is away now to others; nothing if they are not. Harmless twice."""
    now = context.now()
    if absence.status != AbsenceStatus.APPROVED or not absence.starts_at <= now < absence.ends_at:
        return
    member = Member.objects.select_related("user", "organization").get(pk=absence.member_id)
    until = moment_in_words(absence.ends_at, now, member.organization.zone)
    what = "on leave" if absence.kind == AbsenceKind.LEAVE else "away"  # that they are ill is for few to read
    assignments.reoffer(member, by=None, because=f"{member.name} is {what} until {until}.")


def _lock(absence: Absence) -> Absence:
    """The absence, after its member."""
    member = Member.objects.lock(absence.member_id)
    absence = Absence.objects.lock(absence)
    absence.member = member
    return absence


def _decide(absence: Absence, verb: str, *, by: Member | None, comment: str) -> None:
    decided: dict[str, Any] = {"decided_by": by, "decided_at": context.now(), "answer": comment.strip()}
    move(absence, verb, by=by, data=_told(absence), **decided)


def _told(absence: Absence) -> dict[str, Any]:
    """Who and when: the ledger is read by everybody, so what it is about and what was answered stay on the row."""
    return {"member": absence.member_id, "starts_at": absence.starts_at, "ends_at": absence.ends_at}
