"""Whether somebody can take a task, and every reason if not: the one answer that rules, plans and people rely on."""

import datetime
import uuid
import zoneinfo

from dispatch.engine.availability import joined
from dispatch.engine.snapshots import Job, Person
from dispatch.states import Presence
from tenants.errors import Problem
from tenants.states import Role

WORKS = frozenset(role.value for role in Role if role.at_least(Role.OPERATOR))
# How an absence is told. Any other kind is nobody's business: decisions are read by everybody.
TOLD = {"leave": "on leave", "training": "in training"}


def reasons_against(
    person: Person,
    job: Job,
    department: uuid.UUID,
    at: datetime.datetime,
    zone: zoneinfo.ZoneInfo,
    *,
    later: bool = False,
) -> list[Problem]:
    """Every reason why `person` cannot take the job at `at` in `department`; empty if they can.

    `later` is for work that does not begin at once: whether they are clocked in, or on shift, now does not matter then.
    """
    found = []
    if not person.active:
        found.append(Problem("inactive", "inactive"))
    if person.role not in WORKS:
        found.append(Problem("not_operator", "may look, but not work"))
    if person.department != department:
        found.append(Problem("other_department", "wrong department"))
    if job.skill:
        found += of_skill(person, job, at.astimezone(zone).date())
    if not later:
        found += of_absence(person, at, zone) + of_shift(person, at, zone) + of_presence(person)
    return found + of_load(person, job)


def of_skill(person: Person, job: Job, today: datetime.date) -> list[Problem]:
    """Whether they have the skill it needs, and are certified for it on that day."""
    if not job.skill:
        return []
    certificate = person.skills.get(job.skill)
    if certificate is None:
        return [Problem("skill_missing", f"has no {job.skill}")]
    if certificate.until and certificate.until < today:
        return [Problem("certificate_expired", f"certificate expired {day_in_words(certificate.until, today)}")]
    return []


def of_absence(person: Person, at: datetime.datetime, zone: zoneinfo.ZoneInfo) -> list[Problem]:
    """Whether they are away, and until when: absences that follow each other are one."""
    if not person.away:
        return []
    span = next((span for span in joined(away.span for away in person.away) if at in span), None)
    if span is None:
        return []
    kind = next(away.kind for away in person.away if at in away.span)
    return [Problem("absent", f"{TOLD.get(kind, 'away')} until {moment_in_words(span.end, at, zone)}")]


def of_shift(person: Person, at: datetime.datetime, zone: zoneinfo.ZoneInfo) -> list[Problem]:
    """Whether it is their shift. Who was never given one may work at any time."""
    if person.shifts is None or any(at in span for span in person.shifts):
        return []
    coming = min((span.start for span in person.shifts if span.start > at), default=None)
    return [Problem("off_shift", f"off shift until {moment_in_words(coming, at, zone)}" if coming else "off shift")]


def of_presence(person: Person) -> list[Problem]:
    """Whether the time clock has seen them, where the house keeps one."""
    if person.presence in (None, Presence.HERE):
        return []
    return [Problem("not_here", "on a break" if person.presence is Presence.ON_BREAK else "not clocked in")]


def of_load(person: Person, job: Job) -> list[Problem]:
    """Whether the job still fits into the open work they may have."""
    if person.room is None or person.load + job.minutes <= person.room:
        return []
    if not person.room:
        return [Problem("overloaded", "takes no work")]
    return [Problem("overloaded", f"at {100 * (person.load + job.minutes) / person.room:.0f} % of load")]


def free_from(person: Person, at: datetime.datetime) -> datetime.datetime | None:
    """The first moment from `at` on at which they are on shift and not away; None if none is known of."""
    away = joined(absence.span for absence in person.away)
    starts = [at] if person.shifts is None else [max(span.start, at) for span in person.shifts if span.end > at]
    ends = [] if person.shifts is None else [span.end for span in person.shifts if span.end > at]
    for number, start in enumerate(starts):
        while gap := next((span for span in away if start in span), None):
            start = gap.end
        if not ends or start < ends[number]:
            return start
    return None


def moment_in_words(moment: datetime.datetime, at: datetime.datetime, zone: zoneinfo.ZoneInfo) -> str:
    """A coming moment as somebody says it at `at`: 14:00, Monday, Monday 06:00, 3 May."""
    there, today = moment.astimezone(zone), at.astimezone(zone).date()
    day = day_in_words(there.date(), today)
    if there.time() == datetime.time():
        return day
    return f"{there:%H:%M}" if there.date() == today else f"{day} {there:%H:%M}"


def day_in_words(day: datetime.date, today: datetime.date) -> str:
    """A day as somebody says it today: today, tomorrow, Monday (within the week), 3 May, 3 May 2027."""
    ahead = (day - today).days
    if ahead in (-1, 0, 1):
        return ("yesterday", "today", "tomorrow")[ahead + 1]
    if 1 < ahead < 7:
        return f"{day:%A}"
    return f"{day.day} {day:%B}" + (f" {day.year}" if day.year != today.year else "")
