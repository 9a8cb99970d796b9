"""Why an absence cannot be as it was sent, or may not be decided."""

import datetime

from dispatch.models import Absence
from dispatch.states import AbsenceKind, AbsenceStatus
from tenants import context
from tenants.errors import Problem
from tenants.models import Member
from tenants.problems import longest
from tenants.states import wrong_state
from workorder.problems import of_words

LONGEST_ABSENCE = datetime.timedelta(days=366)
OLDEST_ABSENCE = datetime.timedelta(days=366)  # sick leave is often written down afterwards
FARTHEST_ABSENCE = datetime.timedelta(days=5 * 366)


def of_requesting(
    member: Member, *, kind: str, starts_at: datetime.datetime, ends_at: datetime.datetime, note: str
) -> list[Problem]:
    """A time with an end, in living memory and not at the same time as another one."""
    found = of_words(note, "note", needed=False, most=longest(Absence, "note"))
    if kind not in AbsenceKind.values:
        found.append(Problem("invalid_choice", f"It is one of {', '.join(AbsenceKind.values)}.", "kind"))
    if not member.active:
        found.append(Problem("inactive", f"{member} is no longer here.", "member"))
    found += _of_zones(starts_at=starts_at, ends_at=ends_at)
    return found or _of_time(starts_at, ends_at) or _of_others(member, starts_at, ends_at)


def of_deciding(absence: Absence, verb: str, *, by: Member | None) -> list[Problem]:
    """Nobody grants or refuses their own."""
    if found := wrong_state(absence, verb):
        return found
    if by is not None and by.pk == absence.member_id:
        return [Problem("own_absence", "Nobody decides on their own absence: somebody else has to.")]
    return []


def of_cancelling(absence: Absence, *, by: Member | None) -> list[Problem]:
    """What was taken was taken: only somebody else puts it right afterwards."""
    if found := wrong_state(absence, "cancel"):
        return found
    is_over = absence.status == AbsenceStatus.APPROVED and absence.ends_at <= context.now()
    if is_over and by is not None and by.pk == absence.member_id:
        return [Problem("absence_over", "It is over already: whoever approves absences can put that right.")]
    return []


def _of_zones(**moments: datetime.datetime) -> list[Problem]:
    return [
        Problem("no_time_zone", "Say the time zone along, such as Z or +02:00.", name)
        for name, moment in moments.items()
        if moment.tzinfo is None
    ]


def _of_time(starts_at: datetime.datetime, ends_at: datetime.datetime) -> list[Problem]:
    if ends_at <= starts_at:
        return [Problem("ends_before_start", "It has to end after it starts.", "ends_at")]
    if ends_at - starts_at > LONGEST_ABSENCE:
        return [Problem("too_long", f"At most {LONGEST_ABSENCE.days} days at once.", "ends_at")]
    now = context.now()
    if not now - OLDEST_ABSENCE <= starts_at <= now + FARTHEST_ABSENCE:
        return [Problem("out_of_range", "That is too far away from today: is it the right year?", "starts_at")]
    return []


def _of_others(member: Member, starts_at: datetime.datetime, ends_at: datetime.datetime) -> list[Problem]:
    standing = Absence.objects.that_stand().touching(starts_at, ends_at).filter(member=member).first()
    if standing is None:
        return []
    what = f"{standing.get_kind_display().lower()} that is {standing.get_status_display().lower()}"
    return [Problem("overlaps", f"There is {what} in that time already.", "starts_at")]
