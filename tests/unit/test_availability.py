"""Wall clocks and real time: shifts over midnight and over the nights on which clocks change, punches, absences."""

import datetime
import zoneinfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.engine.availability import (
    Pattern,
    Span,
    at_wall,
    clocked,
    joined,
    minutes_in,
    shifts,
    without,
)
from dispatch.states import Presence, Punch

BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")
CHICAGO = zoneinfo.ZoneInfo("America/Chicago")
LORD_HOWE = zoneinfo.ZoneInfo("Australia/Lord_Howe")  # changes by half an hour
EVERY_DAY = frozenset(range(7))
HOUR = datetime.timedelta(hours=1)


def utc(*moment):
    return datetime.datetime(*moment, tzinfo=datetime.UTC)


def night(since=None, until=None, weekdays=EVERY_DAY):
    return Pattern(weekdays, datetime.time(22), datetime.time(6), since, until)


class TestShifts:
    """A pattern on the wall becomes spans of real time."""

    def test_a_night_shift_belongs_to_the_day_it_starts_on(self):
        """Friday's night ends on Saturday morning, although nobody works on Saturdays."""
        friday_night = night(weekdays=frozenset({4}))

        [span] = shifts([friday_night], BERLIN, Span(utc(2026, 5, 8), utc(2026, 5, 11)))

        assert span == Span(utc(2026, 5, 8, 20), utc(2026, 5, 9, 4))

    @pytest.mark.parametrize(
        ("day", "hours"),
        [((2026, 3, 28), 7), ((2026, 10, 24), 9), ((2026, 5, 5), 8)],
        ids=["spring", "autumn", "usual"],
    )
    def test_a_night_on_which_clocks_change_is_as_long_as_it_is(self, day, hours):
        """Paid and planned minutes are real ones: eight by the clock are seven or nine on two nights a year."""
        start = datetime.datetime(*day, 12, tzinfo=BERLIN).astimezone(datetime.UTC)

        [span] = shifts([night()], BERLIN, Span(start, start + 20 * HOUR))

        assert span.minutes == hours * 60

    def test_a_time_the_clocks_pass_over_is_read_by_the_offset_before(self):
        """There is no 02:30 on that morning in Berlin; people come an hour after 01:30, which the clock calls 03:30."""
        assert at_wall(datetime.date(2026, 3, 29), datetime.time(2, 30), BERLIN) == utc(2026, 3, 29, 1, 30)

    def test_first_and_last_day_count(self):
        """`until` is the last day somebody works, not the first on which they do not."""
        pattern = Pattern(
            EVERY_DAY, datetime.time(8), datetime.time(16), datetime.date(2026, 5, 4), datetime.date(2026, 5, 5)
        )

        found = shifts([pattern], CHICAGO, Span(utc(2026, 5, 1), utc(2026, 5, 10)))

        assert [span.start.astimezone(CHICAGO).date().day for span in found] == [4, 5]

    def test_shifts_that_meet_are_one(self):
        early = Pattern(EVERY_DAY, datetime.time(6), datetime.time(14))
        late = Pattern(EVERY_DAY, datetime.time(14), datetime.time(22))

        [span] = shifts([early, late], BERLIN, Span(utc(2026, 5, 4, 6), utc(2026, 5, 4, 13)))

        assert span.minutes == 16 * 60

    @settings(max_examples=60, deadline=None)
    @given(
        st.sampled_from([BERLIN, CHICAGO, LORD_HOWE]),
        st.times(),
        st.times(),
        st.dates(datetime.date(2025, 1, 1), datetime.date(2026, 12, 1)),
    )
    def test_every_shift_begins_at_its_time_on_the_wall(self, zone, starts, ends, day):
        """Two years of days in three zones: shifts in order, each begun when the clock on the wall says so."""
        noon = datetime.datetime.combine(day, datetime.time(12), tzinfo=zone).astimezone(datetime.UTC)
        within = Span(noon, noon + datetime.timedelta(days=21))

        found = shifts([Pattern(EVERY_DAY, starts, ends)], zone, within)

        assert found == joined(found)
        assert all(span.start < within.end and span.end > within.start for span in found)
        for span in found:
            wall = span.start.astimezone(zone)
            passed_over = at_wall(wall.date(), starts, zone) == span.start
            assert wall.time() == starts or passed_over


class TestSpans:
    def test_an_absence_in_the_middle_leaves_two_ends(self):
        day, noon = Span(utc(2026, 5, 4, 8), utc(2026, 5, 4, 16)), Span(utc(2026, 5, 4, 11), utc(2026, 5, 4, 13))

        left = without([day], [noon])

        assert [span.minutes for span in left] == [180, 180]

    @settings(max_examples=100, deadline=None)
    @given(
        st.lists(st.tuples(st.integers(0, 2000), st.integers(1, 300))),
        st.lists(st.tuples(st.integers(0, 2000), st.integers(1, 300))),
    )
    def test_what_is_taken_away_and_what_is_left_make_the_whole(self, some, others):
        spans = joined(_span(*one) for one in some)
        gaps = joined(_span(*one) for one in others)

        left = without(spans, gaps)
        overlap = sum(minutes_in(spans, gap) for gap in gaps)

        assert sum(span.minutes for span in left) + overlap == pytest.approx(sum(span.minutes for span in spans))
        assert all(not minutes_in(left, gap) for gap in gaps)


class TestTimeClock:
    """Punches in order: where somebody is, what they worked, and what does not add up."""

    def test_a_day_with_a_break(self):
        punches = [
            (utc(2026, 5, 4, 6), Punch.IN),
            (utc(2026, 5, 4, 10), Punch.BREAK),
            (utc(2026, 5, 4, 10, 30), Punch.BACK),
            (utc(2026, 5, 4, 14), Punch.OUT),
        ]

        said = clocked(punches, utc(2026, 5, 4, 15))

        assert said.presence is Presence.AWAY
        assert sum(span.minutes for span in said.worked) == 450
        assert said.missing == ()

    def test_whoever_is_in_is_here_until_now(self):
        said = clocked([(utc(2026, 5, 4, 6), Punch.IN)], utc(2026, 5, 4, 9))

        assert said.presence is Presence.HERE
        assert [span.minutes for span in said.worked] == [180]

    def test_a_forgotten_out_makes_no_time_up(self):
        """In on Monday, in on Tuesday: Monday's hours are not known, and somebody has to add them."""
        said = clocked([(utc(2026, 5, 4, 6), Punch.IN), (utc(2026, 5, 5, 6), Punch.IN)], utc(2026, 5, 5, 7))

        assert [span.minutes for span in said.worked] == [60]
        assert said.missing == (utc(2026, 5, 5, 6),)

    def test_nobody_is_here_for_days(self):
        """The screen would show a person who went home on Friday as present on Monday."""
        said = clocked([(utc(2026, 5, 1, 6), Punch.IN)], utc(2026, 5, 4, 6))

        assert said.presence is Presence.AWAY
        assert said.worked == ()
        assert len(said.missing) == 1

    @settings(max_examples=100, deadline=None)
    @given(st.lists(st.tuples(st.integers(1, 60 * 24 * 30), st.sampled_from(Punch)), max_size=60))
    def test_any_punches_give_times_that_can_be(self, steps):
        """Whatever people press: no overlap, no stay longer than a long day, nothing in the future."""
        moment, punches = utc(2025, 1, 1), []
        for minutes, punch in steps:
            moment += datetime.timedelta(minutes=minutes)
            punches.append((moment, punch))
        now = moment + HOUR

        worked = clocked(punches, now).worked

        assert list(worked) == sorted(worked)
        assert all(before.end <= after.start for before, after in zip(worked, worked[1:], strict=False))
        assert all(0 < span.minutes <= 16 * 60 and span.end <= now for span in worked)


def _span(start, minutes):
    begin = utc(2026, 5, 4) + datetime.timedelta(minutes=start)
    return Span(begin, begin + datetime.timedelta(minutes=minutes))
