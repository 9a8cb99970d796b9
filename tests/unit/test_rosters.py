"""Two shifts of one person: whether they ever overlap in real time, held against looking at every day."""

import datetime
import zoneinfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dispatch.engine.availability import DAY, Pattern, Span, minutes_in, shifts, span_on
from dispatch.engine.rosters import clock_changes, overlap

ZONES = [
    zoneinfo.ZoneInfo(name)
    for name in (
        "UTC",
        "Europe/Berlin",
        "America/Chicago",
        "Australia/Lord_Howe",  # by half an hour
        "Africa/Cairo",  # at midnight, on a Friday
        "Africa/Casablanca",  # twice within five weeks
    )
]
BERLIN, CAIRO = ZONES[1], ZONES[4]
FIRST, LAST = datetime.date(2025, 1, 1), datetime.date(2026, 12, 31)
MINUTE = datetime.timedelta(minutes=1)
EVERY_DAY = frozenset(range(7))
# Small hours often: there the clocks change and nights end.
TIMES = st.one_of(
    st.sampled_from([datetime.time(hour, minute) for hour in (0, 1, 2, 3) for minute in (0, 15, 30, 45)]),
    st.builds(datetime.time, st.integers(0, 23), st.sampled_from([0, 30])),
)
DAYS = st.dates(FIRST, LAST)


@st.composite
def patterns(draw):
    since = draw(DAYS)
    until = draw(st.one_of(st.dates(since, min(since + 40 * DAY, LAST)), st.dates(since, LAST), st.none()))
    weekdays = draw(st.one_of(st.just(EVERY_DAY), st.frozensets(st.integers(0, 6), min_size=1)))
    return Pattern(weekdays, draw(TIMES), draw(TIMES), since, until)


def pattern(weekdays, starts, ends, since=FIRST, until=None):
    return Pattern(frozenset(weekdays), datetime.time(*starts), datetime.time(*ends), since, until)


def every_day(one, zone):
    """All its shifts in two years and a little."""
    days = (FIRST - DAY + number * DAY for number in range((LAST - FIRST).days + 30))
    return [span for day in days if (span := span_on(one, day, zone))]


def ever_share_a_moment(one, other, zone):
    """By looking at every day."""
    mine, theirs = every_day(one, zone), every_day(other, zone)
    return any(a.start < b.end and b.start < a.end for a in mine for b in theirs if abs(a.start - b.start) < 3 * DAY)


class TestOverlap:
    """What people mean by being in two places."""

    def test_shifts_that_meet_do_not_overlap(self):
        early, late = pattern(EVERY_DAY, (6, 0), (14, 0)), pattern(EVERY_DAY, (14, 0), (22, 0))

        assert overlap(early, late, BERLIN) is None

    def test_night_runs_into_the_morning_after(self):
        """Sunday's night ends on Monday at six, and Monday's day shift begins at five: across midnight and the week."""
        sunday_night, monday = pattern({6}, (22, 0), (6, 0)), pattern({0}, (5, 0), (13, 0))

        assert overlap(sunday_night, monday, BERLIN) == datetime.date(2025, 1, 5)

    def test_days_of_the_week_keep_them_apart(self):
        assert overlap(pattern({0, 2}, (8, 0), (16, 0)), pattern({1, 3}, (8, 0), (16, 0)), BERLIN) is None

    def test_dates_keep_them_apart(self):
        first = pattern(EVERY_DAY, (8, 0), (16, 0), until=datetime.date(2025, 3, 31))

        assert overlap(first, pattern(EVERY_DAY, (8, 0), (16, 0), datetime.date(2025, 4, 1)), BERLIN) is None

    def test_last_night_reaches_into_the_first_day_of_the_next(self):
        """Dates alone do not meet: the night of 31 March ends on 1 April."""
        night = pattern(EVERY_DAY, (22, 0), (6, 0), until=datetime.date(2025, 3, 31))
        day = pattern(EVERY_DAY, (5, 0), (13, 0), datetime.date(2025, 4, 1))

        assert overlap(night, day, BERLIN) == datetime.date(2025, 3, 31)

    def test_same_shift_twice_overlaps_itself(self):
        assert overlap(pattern({0}, (8, 0), (16, 0)), pattern({0}, (8, 0), (16, 0)), BERLIN) is not None

    def test_same_times_are_a_whole_day(self):
        """08:00 to 08:00 is twenty-four hours, so nothing fits beside it on the day it begins."""
        whole = pattern({0}, (8, 0), (8, 0))

        assert overlap(whole, pattern({1}, (7, 0), (9, 0)), BERLIN) is not None
        assert overlap(whole, pattern({1}, (8, 0), (9, 0)), BERLIN) is None

    def test_clock_put_forward_pushes_an_end_into_the_next(self):
        """On one night a year there is no 02:30 in Berlin: who stays until then leaves at 03:30 by the clock."""
        night, early = pattern(EVERY_DAY, (22, 0), (2, 30)), pattern(EVERY_DAY, (3, 0), (6, 0))

        assert overlap(night, early, BERLIN) == datetime.date(2025, 3, 29)
        assert overlap(night, early, ZONES[0]) is None

    def test_overlap_in_an_hour_that_is_passed_over_is_none(self):
        """Both have only that night, and the half hour they would share does not happen."""
        spring = {"since": datetime.date(2025, 3, 30), "until": datetime.date(2025, 3, 30)}
        one, other = pattern({6}, (1, 0), (2, 0), **spring), pattern({6}, (2, 0), (2, 45), **spring)

        assert overlap(one, other, BERLIN) is None

    @settings(max_examples=80, deadline=None)
    @given(patterns(), patterns(), st.sampled_from(ZONES))
    @example(pattern({6}, (22, 0), (6, 0)), pattern({0}, (5, 0), (7, 0)), CAIRO)
    @example(pattern(EVERY_DAY, (20, 0), (0, 15)), pattern(EVERY_DAY, (1, 0), (4, 0)), CAIRO)
    @example(pattern(EVERY_DAY, (22, 0), (2, 30)), pattern(EVERY_DAY, (3, 0), (6, 0)), BERLIN)
    def test_it_says_what_looking_at_every_day_says(self, one, other, zone):
        """Two years, six zones, nights, weeks, and clocks that change by an hour, by half of one, and at midnight."""
        found = overlap(one, other, zone)

        assert (found is not None) == ever_share_a_moment(one, other, zone)
        assert overlap(other, one, zone) == found


class TestMinutes:
    """Shifts of two years against somebody who looks at the clock on the wall every minute."""

    @settings(max_examples=25, deadline=None)
    @given(patterns(), st.sampled_from(ZONES), DAYS, st.data())
    def test_minutes_of_shifts_are_those_a_clock_counts(self, one, zone, day, data):
        """Five days, as often as not those on which the clocks change."""
        if changes := clock_changes(zone, day.year):
            day = data.draw(st.sampled_from([day, *(changed - DAY for changed in changes)]))
        one = Pattern(one.weekdays, one.starts, one.ends)  # all the year round
        start = datetime.datetime.combine(day, datetime.time(12), tzinfo=zone).astimezone(datetime.UTC)
        within = Span(start, start + 5 * DAY)

        minutes = minutes_in(shifts([one], zone, within), within)

        assert minutes == len(watched(one, zone, within))


def watched(one, zone, within):
    """The real minutes within, as moments, in which somebody who watches the wall sees the shift at work."""
    found = set()
    for number in range(-2, 7):
        day = within.start.date() + number * DAY
        if not one.falls_on(day):
            continue
        moment = reached(day, one.starts, zone)
        end = reached(day + DAY if one.ends <= one.starts else day, one.ends, zone)
        while moment < end:
            found |= {moment} if moment in within else set()
            moment += MINUTE
    return found


def reached(day, time, zone):
    """When the wall first shows a time. Of an hour that is left out, as many minutes after it as would have passed."""
    wanted, before = datetime.datetime.combine(day, time), None
    moment = (wanted - datetime.timedelta(hours=4)).replace(tzinfo=zone).astimezone(datetime.UTC)
    while (shown := moment.astimezone(zone).replace(tzinfo=None)) < wanted:
        before, moment = shown, moment + MINUTE
    return moment + (wanted - before - MINUTE)


class TestClockChanges:
    @pytest.mark.parametrize(("zone", "count"), [(ZONES[0], 0), (BERLIN, 2), (ZONES[3], 2), (ZONES[5], 2)])
    def test_they_are_found(self, zone, count):
        assert len(clock_changes(zone, 2025)) == count

    def test_day_is_the_one_that_is_longer_or_shorter(self):
        assert clock_changes(BERLIN, 2025) == (datetime.date(2025, 3, 30), datetime.date(2025, 10, 26))
