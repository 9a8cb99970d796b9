"""Planned beside worked: nights, breaks, leave, what was forgotten, and two years of anything."""

import datetime
import zoneinfo

from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.engine.availability import LONGEST_STAY, Pattern, Span, clocked
from dispatch.engine.timesheets import stints, timesheet
from dispatch.states import Punch

BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")
NIGHTS = Pattern(frozenset(range(7)), datetime.time(22), datetime.time(6))
MINUTE, DAY = datetime.timedelta(minutes=1), datetime.timedelta(days=1)
BEGIN = datetime.datetime(2025, 1, 1, tzinfo=datetime.UTC)
TWO_YEARS = 2 * 365 * 24 * 60
FIRST, LAST = datetime.date(2024, 12, 20), datetime.date(2027, 1, 12)  # two years and what hangs over


def utc(*moment):
    return datetime.datetime(*moment, tzinfo=datetime.UTC)


def sheet(punches, *, first, last=None, patterns=(), away=(), now=None):
    now = now or utc(2027, 2, 1)
    return timesheet(punches, patterns=patterns, away=list(away), first=first, last=last or first, zone=BERLIN, now=now)


class TestDays:
    def test_a_night_with_a_break_belongs_to_the_day_it_began_on(self):
        punches = [
            (utc(2026, 3, 16, 21), Punch.IN),
            (utc(2026, 3, 17, 1), Punch.BREAK),
            (utc(2026, 3, 17, 1, 30), Punch.BACK),
            (utc(2026, 3, 17, 5), Punch.OUT),
        ]

        monday, tuesday = sheet(
            punches, first=datetime.date(2026, 3, 16), last=datetime.date(2026, 3, 17), patterns=[NIGHTS]
        )

        assert (monday.planned_minutes, monday.worked_minutes, monday.late_minutes, monday.early_minutes) == (
            480,
            450,
            0,
            0,
        )
        assert tuesday.worked_minutes == 0

    def test_a_night_without_a_plan_belongs_to_the_day_it_began_on_too(self):
        punches = [(utc(2026, 3, 16, 21), Punch.IN), (utc(2026, 3, 17, 5), Punch.OUT)]

        (monday,) = sheet(punches, first=datetime.date(2026, 3, 16))

        assert monday.worked_minutes == 480

    def test_coming_before_midnight_to_a_shift_at_midnight_is_on_time(self):
        pattern = Pattern(frozenset(range(7)), datetime.time(0), datetime.time(8))
        punches = [(utc(2026, 3, 15, 22, 50), Punch.IN), (utc(2026, 3, 16, 7), Punch.OUT)]

        sunday, monday = sheet(
            punches, first=datetime.date(2026, 3, 15), last=datetime.date(2026, 3, 16), patterns=[pattern]
        )

        assert (sunday.worked_minutes, sunday.missed_minutes) == (0, 480)
        assert (monday.worked_minutes, monday.late_minutes) == (490, 0)

    def test_the_night_on_which_clocks_change_is_as_long_as_it_was(self):
        """On 28 March 2026 a night from 22:00 to 06:00 has seven hours, on 24 October nine."""
        found = []
        for night in (datetime.date(2026, 3, 28), datetime.date(2026, 10, 24)):
            start = datetime.datetime.combine(night, datetime.time(22), BERLIN).astimezone(datetime.UTC)
            end = datetime.datetime.combine(night + DAY, datetime.time(6), BERLIN).astimezone(datetime.UTC)
            (day,) = sheet([(start, Punch.IN), (end, Punch.OUT)], first=night, patterns=[NIGHTS])
            found.append((day.planned_minutes, day.worked_minutes, day.late_minutes, day.early_minutes))

        assert found == [(420, 420, 0, 0), (540, 540, 0, 0)]

    def test_half_a_day_of_leave_is_not_late(self):
        pattern = Pattern(frozenset(range(7)), datetime.time(6), datetime.time(14))
        morning = Span(utc(2026, 3, 15, 23), utc(2026, 3, 16, 11))

        (day,) = sheet(
            [(utc(2026, 3, 16, 11), Punch.IN), (utc(2026, 3, 16, 13), Punch.OUT)],
            first=datetime.date(2026, 3, 16),
            patterns=[pattern],
            away=[morning],
        )

        assert (day.planned_minutes, day.worked_minutes, day.late_minutes, day.away) == (120, 120, 0, True)

    def test_who_has_not_come_yet_is_late_by_now_and_missing_once_it_is_over(self):
        pattern = Pattern(frozenset(range(7)), datetime.time(6), datetime.time(14))
        monday = datetime.date(2026, 3, 16)

        (soon,) = sheet([], first=monday, patterns=[pattern], now=utc(2026, 3, 16, 5, 20))
        (over,) = sheet([], first=monday, patterns=[pattern], now=utc(2026, 3, 16, 13))

        assert (soon.late_minutes, soon.missed_minutes) == (20, 0)
        assert (over.late_minutes, over.missed_minutes) == (0, 480)

    def test_a_forgotten_punch_makes_no_time_up(self):
        punches = [(utc(2026, 3, 16, 7), Punch.IN), (utc(2026, 3, 17, 7), Punch.IN), (utc(2026, 3, 17, 15), Punch.OUT)]

        monday, tuesday = sheet(punches, first=datetime.date(2026, 3, 16), last=datetime.date(2026, 3, 17))

        assert (monday.worked_minutes, tuesday.worked_minutes) == (0, 480)
        assert tuesday.missing == (utc(2026, 3, 17, 7),)


@st.composite
def two_years_of_punches(draw):
    """Moments anywhere in two years, close together or far apart, each with any punch: people do forget."""
    gaps = draw(st.lists(st.one_of(st.integers(1, 720), st.integers(1, 4000)), min_size=1, max_size=300))
    at, found = draw(st.integers(0, TWO_YEARS // 2)), []
    for gap in gaps:
        at += gap
        if at >= TWO_YEARS:
            break
        found.append((BEGIN + at * MINUTE, draw(st.sampled_from(list(Punch)))))
    return found


def counted(punches):
    """Minutes at work, one by one: a minute counts between an in or a back and the out or break that answers it."""
    minutes = set()
    for (start, began), (end, ended) in zip(punches, punches[1:], strict=False):
        if began in (Punch.IN, Punch.BACK) and ended in (Punch.OUT, Punch.BREAK) and end - start <= LONGEST_STAY:
            first, last = ((moment - BEGIN) // MINUTE for moment in (start, end))
            minutes.update(range(first, last))
    return len(minutes)


class TestTwoYears:
    """Over nights on which clocks change, and whatever was forgotten or doubled."""

    @settings(max_examples=60, deadline=None, derandomize=True, database=None)
    @given(punches=two_years_of_punches())
    def test_time_worked_is_what_was_between_the_punches(self, punches):
        now = BEGIN + 3 * TWO_YEARS * MINUTE

        worked = clocked(punches, now).worked

        total = sum(span.minutes for span in worked)
        assert total == counted(punches)
        assert 0 <= total <= (punches[-1][0] - punches[0][0]) / MINUTE if punches else total == 0
        assert all(span.start < span.end for span in worked)
        assert all(one.end <= other.start for one, other in zip(worked, worked[1:], strict=False))

    @settings(max_examples=12, deadline=None, derandomize=True, database=None)
    @given(punches=two_years_of_punches(), cut=st.integers(0, (LAST - FIRST).days), planned=st.booleans())
    def test_days_share_it_out_without_rest_however_they_are_read(self, punches, cut, planned):
        """One long list of days says the same as two shorter ones, and together they say all of it."""
        patterns = [NIGHTS] if planned else []
        middle = FIRST + cut * DAY

        whole = sheet(punches, first=FIRST, last=LAST, patterns=patterns)
        parts = sheet(punches, first=FIRST, last=middle, patterns=patterns)
        parts += sheet(punches, first=middle + DAY, last=LAST, patterns=patterns)

        assert [(day.day, day.worked, day.planned) for day in parts] == [
            (day.day, day.worked, day.planned) for day in whole
        ]
        assert sum(span.minutes for day in whole for span in day.worked) == counted(punches)
        assert all(day.late_minutes >= 0 and day.early_minutes >= 0 and day.missed_minutes >= 0 for day in whole)

    @settings(max_examples=40, deadline=None, derandomize=True, database=None)
    @given(punches=two_years_of_punches())
    def test_no_stint_lasts_longer_than_anybody_works(self, punches):
        found = stints(clocked(punches, BEGIN + 3 * TWO_YEARS * MINUTE).worked)

        assert all(stint[-1].end - stint[0].start <= LONGEST_STAY for stint in found)
