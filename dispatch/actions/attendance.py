"""The time clock: coming, going and breaks, told by oneself, by a badge, or added afterwards by who answers for it.

The member is locked, so that of two punches at once the second is judged by what the first one said. No punch is ever
changed or taken away: a wrong one is followed by one that puts it right.
"""

import datetime
import uuid

from django.db import IntegrityError, transaction

from dispatch import problems, queries
from dispatch.actions import assignments
from dispatch.engine.availability import LONGEST_STAY, Span, clocked
from dispatch.models import Attendance, Badge, StayEnd
from dispatch.states import LEADS_TO, Presence, Punch, PunchMethod
from tenants import context, events
from tenants.context import tenant
from tenants.errors import Invalid, refuse, refuse_input
from tenants.models import Member
from tenants.queries import digest_of

AGAIN = datetime.timedelta(seconds=10)
TURNS = {Presence.AWAY: Punch.IN, Presence.HERE: Punch.OUT, Presence.ON_BREAK: Punch.BACK}


@transaction.atomic
def punch(
    member: Member,
    *,
    by: Member,
    punch: str,
    method: str = PunchMethod.PAGE,
    note: str = "",
    client_id: uuid.UUID | None = None,
) -> Attendance:
    """Tell the clock something now. A `client_id` known already answers the punch it came with and writes nothing.

    Raises `NotAllowed`, which says what to do, where it does not follow from where they are.
    """
    member = Member.objects.lock(member)
    if known := _known(member, client_id):
        return known
    return _tell(member, by=by, punch=punch, method=method, note=note, client_id=client_id)


@transaction.atomic
def scan(code: str, *, by: Member, punch: str = "", client_id: uuid.UUID | None = None) -> Attendance:
    """Tell the clock what a badge says: in or out by turns, or back from a break. `by` keeps the station.

    Raises `Invalid` for a code that is not known or was revoked.
    """
    badge = _badge_with(code)
    refuse_input(problems.of_badge(badge))
    assert badge is not None
    member = Member.objects.lock(badge.member_id)
    refuse_input(problems.of_badge(_badge_with(code)))  # it may have been revoked until the lock was there
    if known := _known(member, client_id) or (None if punch else _read_just_now(member)):
        return known
    said = punch or TURNS[_presence(member, context.now())]
    return _tell(member, by=by, punch=said, method=PunchMethod.BADGE, client_id=client_id)


@transaction.atomic
def add(
    member: Member,
    *,
    by: Member,
    punch: str,
    at: datetime.datetime,
    note: str,
    client_id: uuid.UUID | None = None,
) -> Attendance:
    """Write down what somebody forgot to tell the clock, with a word about it."""
    member = Member.objects.lock(member)
    if known := _known(member, client_id):
        return known
    refuse_input(problems.of_given_punch(member, punch=punch, at=at, note=note))
    if Attendance.objects.filter(member=member, at=at, punch=punch).exists():
        raise Invalid([problems.punched_already()])
    earlier, later = _neighbours(member, at)
    refuse(problems.of_adding(punch, before=earlier, after=later, then=LEADS_TO[Punch(punch)]))
    row = Attendance(
        member=member, punch=punch, at=at, method=PunchMethod.ADDED, note=note.strip(), client_id=client_id
    )
    return _write(row, by=by)


def go(row: Attendance) -> None:
    """Somebody has gone home: what they have not begun goes to others, where the clock counts. Harmless twice."""
    member = Member.objects.select_related("user").get(pk=row.member_id)
    if row.punch == Punch.OUT and _counts() and _presence(member, context.now()) is Presence.AWAY:
        assignments.reoffer(member, by=None, because=f"{member.name} has gone home.")


def forget(end: StayEnd) -> None:
    """Nobody is in for that long: they have forgotten to go. Runs a claimed row that is due."""
    with tenant(end.organization_id):
        row = Attendance.objects.select_related("member__user").get(pk=end.punch_id)
        is_newest = not Attendance.objects.filter(member=row.member_id, at__gt=row.at).exists()
        if is_newest and _counts():
            because = f"{row.member.name} has been in for too long and must have forgotten to go."
            assignments.reoffer(row.member, by=None, because=because)


def _tell(
    member: Member, *, by: Member, punch: str, method: str, client_id: uuid.UUID | None, note: str = ""
) -> Attendance:
    """A punch of this moment, of a member who is held."""
    refuse_input(problems.of_punch(punch) + problems.of_punch_note(note))
    now = context.now()
    refuse(problems.of_punching(member, punch, presence=_presence(member, now)))
    row = Attendance(member=member, punch=punch, at=now, method=method, note=note.strip(), client_id=client_id)
    return _write(row, by=by)


def _write(row: Attendance, *, by: Member) -> Attendance:
    row.recorded_by, row.recorded_at = by, context.recorded_now()
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:  # only somebody else's punch can have taken the id meanwhile
        raise Invalid([problems.client_id_used()]) from error
    said = {"member": row.member_id, "punch": row.punch, "at": row.at, "method": row.method, "note": row.note}
    events.record(row, "attendance.punched", by=by, **said)
    if LEADS_TO[Punch(row.punch)] is not Presence.AWAY and _counts():
        over = row.at + LONGEST_STAY
        StayEnd.objects.create(punch=row, run_after=over, first_due_at=max(over, context.now()))
    return row


def _known(member: Member, client_id: uuid.UUID | None) -> Attendance | None:
    """The punch a device has sent before, if it has. An id used for somebody else is a mistake of the device."""
    known = Attendance.objects.filter(client_id=client_id).first() if client_id else None
    if known is not None and known.member_id != member.pk:
        raise Invalid([problems.client_id_used()])
    return known


def _read_just_now(member: Member) -> Attendance | None:
    """What their badge said a moment ago: held before the scanner too long it is read twice, and means once."""
    last = Attendance.objects.filter(member=member).order_by("-at", "-pk").first()
    is_again = last is not None and last.method == PunchMethod.BADGE and context.now() - last.at < AGAIN
    return last if is_again else None


def _presence(member: Member, moment: datetime.datetime) -> Presence:
    return queries.whereabouts([member.pk], moment)[member.pk].presence


def _neighbours(member: Member, at: datetime.datetime) -> tuple[Presence, Punch | None]:
    """Where they were at that moment, and what they said next, as long as it can belong to it."""
    punches = queries.punches_of([member.pk], Span(at - queries.AROUND, at + LONGEST_STAY))[member.pk]
    earlier = [(moment, said) for moment, said in punches if moment <= at]
    later = [said for moment, said in punches if moment > at]
    return clocked(earlier, at).presence, later[0] if later else None


def _badge_with(code: str) -> Badge | None:
    digest = digest_of(code.strip().upper())
    return Badge.objects.filter(digest=digest).select_related("member__user").first()


def _counts() -> bool:
    return queries.policy().time_clock
