"""Whether somebody can take a task, and every reason if not: the one answer that rules, plans and people rely on."""

import datetime
import uuid
import zoneinfo
from decimal import Decimal

from dispatch.engine.snapshots import Job, Person
from dispatch.states import Presence
from tenants.errors import Problem
from tenants.states import Role


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
    if not Role(person.role).at_least(Role.OPERATOR):
        found.append(Problem("not_operator", "may look, but not work"))
    if person.department != department:
        found.append(Problem("other_department", "works in another department"))
    found += _of_skill(person, job, at.astimezone(zone).date())
    if not later:
        found += _of_time(person, at, zone)
    found += _of_load(person, job)
    return found


def _of_skill(person: Person, job: Job, today: datetime.date) -> list[Problem]:
    if not job.skill:
        return []
    certificate = person.skills.get(job.skill)
    if certificate is None:
        return [Problem("skill_missing", f"has no {job.skill}")]
    if certificate.until and certificate.until < today:
        day = day_in_words(certificate.until, today)
        return [Problem("certificate_expired", f"certificate for {job.skill} expired {day}")]
    return []


def _of_time(person: Person, at: datetime.datetime, zone: zoneinfo.ZoneInfo) -> list[Problem]:
    today = at.astimezone(zone).date()
    for away in person.away:
        if at in away.span:
            back = away.span.end.astimezone(zone)
            until = f"{back:%H:%M}" if back.date() == today else day_in_words(back.date(), today)
            return [Problem("absent", f"on {away.kind} until {until}")]
    found = []
    if person.shifts is not None and not any(at in span for span in person.shifts):
        coming = min((span.start for span in person.shifts if span.start > at), default=None)
        said = "off shift"
        if coming:
            begins = coming.astimezone(zone)
            said = f"off shift until {day_in_words(begins.date(), today)}, {begins:%H:%M}"
        found.append(Problem("off_shift", said))
    if person.presence not in (None, Presence.HERE):
        on_break = person.presence is Presence.ON_BREAK
        found.append(Problem("not_here", "on a break" if on_break else "not clocked in"))
    return found


def _of_load(person: Person, job: Job) -> list[Problem]:
    if person.room is None or person.load + job.minutes <= person.room:
        return []
    percent = 100 * (person.load + job.minutes) / person.room if person.room else Decimal("Infinity")
    return [Problem("overloaded", f"would be at {percent:.0f} % of load" if percent.is_finite() else "takes no work")]


def day_in_words(day: datetime.date, today: datetime.date) -> str:
    """A day as somebody says it today: today, tomorrow, Monday (within the week), 3 May, 3 May 2027."""
    ahead = (day - today).days
    if ahead in (0, 1):
        return ("today", "tomorrow")[ahead]
    if 1 < ahead < 7:
        return f"{day:%A}"
    return f"{day.day} {day:%B}" + (f" {day.year}" if day.year != today.year else "")
