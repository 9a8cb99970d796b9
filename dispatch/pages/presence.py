"""What the pages of the time clock and of absences show: figures, bars, and a month as a picture."""

import calendar
import datetime
from dataclasses import dataclass

from django.template.loader import render_to_string

from dispatch import access, queries
from dispatch.engine.availability import DAY, Span, at_wall
from dispatch.engine.timesheets import Day
from dispatch.forms import PunchForm
from dispatch.models import Absence
from dispatch.states import AFTER, AbsenceStatus, Presence, Punch
from tenants import context
from tenants.models import Member

LATE_FROM = 5  # minutes: the clock hangs a walk away from the machine
MOST_PEOPLE = 200
MOST_ROWS = 100
RECENT = datetime.timedelta(days=60)
FULL_DAY = 600  # minutes a bar is long, unless somebody worked longer
WORDS = {
    Punch.IN: ("In", "circle-play", "primary"),
    Punch.BREAK: ("Break", "circle-pause", "plain"),
    Punch.BACK: ("Back", "circle-play", "primary"),
    Punch.OUT: ("Out", "log-out", "plain"),
}


@dataclass(frozen=True)
class Press:
    """A big button of the time clock."""

    punch: str
    label: str
    icon: str
    look: str


def presses(presence):
    """What somebody can tell the clock from where they are."""
    return [Press(punch, *WORDS[punch]) for at, punch in AFTER if at is presence]


def clock_of(request, *, form=None):
    """What the clock says of whoever asks: where they are since when, today and this week."""
    member = request.member
    now = queries.whereabouts([member.pk])[member.pk]
    today = queries.today()
    monday = today - datetime.timedelta(days=today.weekday())
    week = queries.timesheets([member.pk], monday, monday + 6 * DAY)[member.pk]
    most = max(FULL_DAY, *(day.worked_minutes for day in week), *(day.planned_minutes for day in week))
    return {
        "counts": queries.policy().time_clock,
        "presence": now.presence,
        "presence_label": Presence(now.presence).label,
        "since": now.since if now.presence is not Presence.AWAY else None,
        "presses": presses(now.presence),
        "form": form or PunchForm(),
        "today": today,
        "day": next(day for day in week if day.day == today),
        "week": [(day, day.worked_minutes * 100 / most, day.planned_minutes * 100 / most) for day in week],
        "worked_minutes": sum(day.worked_minutes for day in week),
        "still_running": queries.still_running(member) if now.presence is Presence.AWAY else [],
    }


@dataclass(frozen=True)
class Colleague:
    """Somebody of the team, as the clock has it."""

    member: Member
    presence: Presence
    since: datetime.datetime | None
    day: Day
    is_absent: bool

    @property
    def is_late(self):
        return self.day.late_minutes >= LATE_FROM and not self.is_absent

    @property
    def is_missing(self):
        """Planned, and nobody came; or a punch that another one should have come before."""
        return bool(self.day.missing) or bool(self.day.missed_minutes)


def team_of(by):
    """Everybody somebody answers for, those who need a look first."""
    people = list(queries.cared_for(by).exclude(department=None).order_by("user__name", "pk")[:MOST_PEOPLE])
    ids, today = [member.pk for member in people], queries.today()
    now, days = queries.whereabouts(ids), queries.timesheets(ids, today, today)
    absent = queries.absent_now(ids)
    found = [
        Colleague(
            member,
            now[member.pk].presence,
            now[member.pk].since if now[member.pk].presence is not Presence.AWAY else None,
            days[member.pk][0],
            member.pk in absent,
        )
        for member in people
    ]
    return sorted(found, key=lambda one: (not one.is_late and not one.is_missing, one.presence is Presence.AWAY))


@dataclass(frozen=True)
class Strip:
    """Somebody's month: stretches of days, from 0 on."""

    name: str
    bars: list


@dataclass(frozen=True)
class Bar:
    x: float
    width: float
    is_granted: bool
    said: str


def month_of(by, day):
    """A month of everybody one answers for, and of oneself: who is away when."""
    zone = by.organization.zone
    first = day.replace(day=1)
    length = calendar.monthrange(first.year, first.month)[1]
    whole = Span(at_wall(first, datetime.time(), zone), at_wall(first + length * DAY, datetime.time(), zone))
    rows = (
        seen_by(by).that_stand().touching(whole.start, whole.end).order_by("member__user__name", "member", "starts_at")
    )
    strips = {}
    for row in rows.select_related("member__user")[:MOST_ROWS]:
        start, end = (_days(at, whole, first, zone) for at in (row.starts_at, row.ends_at))
        start, end = max(start, 0), min(end, length)
        bar = Bar(start, max(end - start, 0.2), row.status == AbsenceStatus.APPROVED, said_of(row, zone))
        strips.setdefault(row.member_id, Strip(row.member.name, [])).bars.append(bar)
    return {
        "first": first,
        "length": length,
        "days": [first + number * DAY for number in range(length)],
        "weekends": [number for number in range(length) if (first + number * DAY).weekday() > 4],
        "strips": list(strips.values()),
        "before": first - DAY,
        "after": first + length * DAY,
        "today": (queries.today() - first).days if 0 <= (queries.today() - first).days < length else None,
    }


def _days(moment, whole, first, zone):
    """How many days of the wall lie between the first midnight and a moment."""
    there = moment.astimezone(zone)
    return (there.date() - first).days + (there.hour * 60 + there.minute) / 1440


def said_of(row, zone):
    start, end = (at.astimezone(zone) for at in (row.starts_at, row.ends_at))
    return f"{row.get_kind_display()}, {start:%d %b %H:%M} – {end:%d %b %H:%M}, {row.get_status_display().lower()}"


def seen_by(by):
    """One's own absences, and those of the people one answers for."""
    return Absence.objects.filter(member__in=queries.cared_for(by, and_oneself=True))


@dataclass(frozen=True)
class Row:
    absence: Absence
    verbs: list


def absences_of(by):
    """What waits for an answer of this member, and what is to come or was lately."""
    rows = seen_by(by).select_related("member__user", "member__department", "decided_by__user")
    found = [Row(row, access.absence_verbs(by, row)) for row in _lately(rows)]
    waiting = [row for row in found if "approve" in row.verbs]
    mine = [row for row in found if row.absence.member_id == by.pk]
    team = [row for row in found if row not in waiting and row not in mine]
    return {"waiting": waiting, "mine": mine, "team": team, "leads": queries.cared_for(by).exists()}


def _lately(rows):
    since = context.now() - RECENT
    return rows.filter(ends_at__gt=since).order_by("starts_at", "pk")[:MOST_ROWS]


def clock_panel(members, *, request):
    """Dict[member id -> HTML] of a small time clock for their tasks, where the house keeps one."""
    if not queries.policy().time_clock:
        return {}
    values = clock_of(request)
    return {member.pk: render_to_string("dispatch/_clock_panel.html", values, request=request) for member in members}
