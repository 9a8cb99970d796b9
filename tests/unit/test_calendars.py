"""Minutes of business hours on the wall of an organization, held to a clock that walks minute by minute."""

import datetime
import zoneinfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifications.engine.calendars import Calendar, NeverOpen, add_minutes

UTC = datetime.UTC
BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")
ZONES = [BERLIN, *map(zoneinfo.ZoneInfo, ("America/Chicago", "Asia/Kolkata", "Australia/Lord_Howe"))]
MINUTE = datetime.timedelta(minutes=1)
WORKDAYS = frozenset(range(5))
EVERY_DAY = frozenset(range(7))


def berlin(*wall):
    return datetime.datetime(*wall, tzinfo=BERLIN)


def office(weekdays=WORKDAYS, opens=8, closes=17, holidays=(), zone=BERLIN):
    return Calendar(weekdays, datetime.time(opens), datetime.time(closes), frozenset(holidays), zone)


def is_open(calendar, moment):
    wall = moment.astimezone(calendar.zone)
    is_day = wall.weekday() in calendar.weekdays and wall.date() not in calendar.holidays
    return is_day and calendar.opens <= wall.time() < calendar.closes


def walked(start, minutes, calendar):
    """The same asked of a clock on the wall: pass every minute, count those in which somebody is there."""
    moment = start
    while minutes:
        minutes -= is_open(calendar, moment)
        moment += MINUTE
    return moment


class TestBusinessHours:
    """Waiting counts while somebody could react, and not at night."""

    @pytest.mark.parametrize(
        ("start", "minutes", "due"),
        [
            ((2026, 5, 6, 9), 60, (2026, 5, 6, 10)),
            ((2026, 5, 8, 16, 30), 60, (2026, 5, 11, 8, 30)),
            ((2026, 5, 9, 12), 1, (2026, 5, 11, 8, 1)),
            ((2026, 5, 6, 7), 30, (2026, 5, 6, 8, 30)),
            ((2026, 5, 6, 8), 540, (2026, 5, 6, 17)),
            ((2026, 5, 6, 8), 541, (2026, 5, 7, 8, 1)),
            ((2026, 5, 9, 2), 0, (2026, 5, 9, 2)),
        ],
        ids=["within", "over-the-weekend", "saturday", "before-opening", "to-closing", "past-closing", "at-once"],
    )
    def test_minutes_are_counted_from_opening_to_closing(self, start, minutes, due):
        """Half past four on Friday and an hour is half past eight on Monday."""
        assert add_minutes(berlin(*start), minutes, office()) == berlin(*due)

    def test_a_holiday_is_passed(self):
        """The first of May 2026 is a Friday: an hour after Thursday half past four is on Monday."""
        may_day = office(holidays=[datetime.date(2026, 5, 1)])

        assert add_minutes(berlin(2026, 4, 30, 16, 30), 60, may_day) == berlin(2026, 5, 4, 8, 30)

    def test_without_a_calendar_every_hour_counts(self):
        """A step of twelve hours on Saturday afternoon is due on Sunday at two, as the policy says."""
        assert add_minutes(berlin(2026, 5, 9, 14), 720, None) == berlin(2026, 5, 10, 2)

    @pytest.mark.parametrize(
        ("day", "minutes"), [((2026, 3, 29), 420), ((2026, 10, 25), 540), ((2026, 5, 6), 480)], ids=str
    )
    def test_a_day_on_which_clocks_change_is_as_long_as_it_is(self, day, minutes):
        """From midnight to eight are seven, nine or eight hours, and all of them count."""
        nights = office(EVERY_DAY, 0, 8)
        midnight, eight = berlin(*day), berlin(*day, 8)

        assert add_minutes(midnight, minutes, nights) == eight
        assert add_minutes(midnight, minutes + 1, nights) > eight

    def test_an_opening_the_clocks_pass_over_is_when_they_are_put_forward(self):
        """There is no half past two that night; who opens then comes when the clock says half past three."""
        early = Calendar(EVERY_DAY, datetime.time(2, 30), datetime.time(17), frozenset(), BERLIN)

        assert add_minutes(berlin(2026, 3, 29, 0), 10, early) == berlin(2026, 3, 29, 3, 40)

    @pytest.mark.parametrize(
        "closed",
        [office(frozenset()), office(holidays=[datetime.date(2026, 5, 1) + datetime.timedelta(n) for n in range(400)])],
        ids=["no-days", "holidays-for-a-year"],
    )
    def test_a_calendar_that_is_never_open_says_so(self, closed):
        """It would be waited for for ever; looking ends after a year."""
        with pytest.raises(NeverOpen):
            add_minutes(berlin(2026, 5, 1), 1, closed)

    def test_looking_ends_where_minutes_are_few(self):
        """One minute a week does not make a month of minutes within a year."""
        minute = Calendar(frozenset({0}), datetime.time(8), datetime.time(8, 1), frozenset(), BERLIN)

        with pytest.raises(NeverOpen):
            add_minutes(berlin(2026, 5, 1), 43_200, minute)


class TestAgainstTheWall:
    """Spans of UTC and a walk on the wall are two ways to count the same."""

    @settings(max_examples=60, deadline=None)
    @given(
        zone=st.sampled_from(ZONES),
        month=st.sampled_from([3, 4, 10, 11]),
        day=st.integers(1, 28),
        minute=st.integers(0, 24 * 60 - 1),
        minutes=st.integers(1, 1_500),
        weekdays=st.frozensets(st.integers(0, 6), min_size=3),
        opens=st.integers(4, 12),
        hours=st.integers(4, 10),
        off=st.integers(0, 5),
    )
    def test_the_two_agree(self, zone, month, day, minute, minutes, weekdays, opens, hours, off):
        """Openings and closings lie outside the hour that clocks skip or repeat, which has a test of its own."""
        start = datetime.datetime(2026, month, day, tzinfo=UTC) + minute * MINUTE
        holiday = start.astimezone(zone).date() + datetime.timedelta(days=off)
        calendar = office(weekdays, opens, min(opens + hours, 23), [holiday], zone)

        assert add_minutes(start, minutes, calendar) == walked(start, minutes, calendar)
