"""On which days promised work falls, and how evenly something is shared out: figures that people hold others to."""

import datetime
import uuid
import zoneinfo

import pytest

from dispatch.engine.availability import Span
from dispatch.engine.fairness import gini, night_minutes
from dispatch.engine.spreading import Piece, days_of, spread, usual_days

UTC, BERLIN = datetime.UTC, zoneinfo.ZoneInfo("Europe/Berlin")
MONDAY = datetime.date(2026, 3, 16)


def at(day, hour, minute=0):
    """A moment of the week of `MONDAY`, Monday 0."""
    return datetime.datetime(2026, 3, 16 + day, hour, minute, tzinfo=UTC)


def piece(minutes, *, due=None, slot=None):
    return Piece(uuid.uuid4(), minutes, due, slot)


def laid_out(pieces, *, now, days=3, free=None):
    """(planned, promised, room) of each day, and what is left over. Without `free` from eight to four."""
    dates = [MONDAY + datetime.timedelta(days=number) for number in range(days)]
    spans = days_of(dates, datetime.UTC)
    loads, beyond = spread(pieces, usual_days(dates, UTC) if free is None else free, spans, now)
    return [(load.planned, load.promised, load.room) for load in loads], beyond


class TestSpread:
    def test_what_is_due_first_is_done_first(self):
        early, late = piece(420, due=at(1, 9)), piece(300, due=at(4, 9))

        days, beyond = laid_out([late, early], now=at(0, 9))

        assert days == [(0, 420, 480), (0, 300, 480), (0, 0, 480)]
        assert beyond == 0

    def test_time_that_is_over_is_room_for_nothing(self):
        days, _ = laid_out([piece(100)], now=at(0, 15, 30))

        assert [promised for _, promised, _ in days] == [30, 70, 0]

    def test_slot_of_a_plan_lies_where_it_is(self):
        slot = Span(at(1, 9), at(1, 11))

        days, _ = laid_out([piece(120, slot=slot), piece(480 + 400)], now=at(0, 8))

        assert days == [(0, 480, 480), (120, 360, 480), (0, 40, 480)]

    def test_slot_over_midnight_is_shared_in_proportion(self):
        slot = Span(at(0, 22), at(1, 6))

        days, _ = laid_out([piece(240, slot=slot)], now=at(0, 8))

        assert [planned for planned, _, _ in days] == [60, 180, 0]

    def test_slot_that_was_missed_is_still_to_be_done(self):
        """A plan nobody kept does not make the work go away."""
        days, _ = laid_out([piece(60, slot=Span(at(0, 8), at(0, 9)))], now=at(1, 8))

        assert days == [(0, 0, 480), (0, 60, 480), (0, 0, 480)]

    def test_what_does_not_fit_is_said(self):
        _, beyond = laid_out([piece(3 * 480 + 25)], now=at(0, 8))

        assert beyond == 25

    def test_two_slots_at_once_are_too_much(self):
        dates = [MONDAY]
        slots = [piece(300, slot=Span(at(0, 8), at(0, 16))) for _ in range(2)]

        [load], _ = spread(slots, usual_days(dates, UTC), days_of(dates, UTC), at(0, 8))

        assert load.is_over
        assert load.minutes == 600

    def test_slot_without_a_length_still_counts(self):
        days, _ = laid_out([piece(15, slot=Span(at(1, 9), at(1, 9)))], now=at(0, 8))

        assert days[1][0] == pytest.approx(15)

    def test_nobody_there_and_nothing_to_do(self):
        assert laid_out([], now=at(0, 8), free=[]) == ([(0, 0, 0)] * 3, 0)
        assert laid_out([piece(10)], now=at(0, 8), free=[])[1] == 10

    def test_day_the_clocks_change_has_an_hour_less(self):
        [day] = days_of([datetime.date(2026, 3, 29)], BERLIN).values()

        assert day.minutes == 23 * 60

    def test_nothing_is_assumed_on_a_weekend(self):
        weekend = [MONDAY + datetime.timedelta(days=5), MONDAY + datetime.timedelta(days=6)]

        assert usual_days(weekend, UTC) == []


class TestGini:
    @pytest.mark.parametrize(
        ("shares", "expected"),
        [([], 0), ([0, 0], 0), ([7], 0), ([5, 5, 5], 0), ([0, 0, 0, 8], 0.75), ([1, 3], 0.25), ([3, 1], 0.25)],
        ids=str,
    )
    def test_of_known_shares(self, shares, expected):
        assert gini(shares) == pytest.approx(expected)

    def test_is_the_mean_difference_it_is_said_to_be(self):
        """The short way over sorted shares gives what the definition over all pairs gives."""
        shares = [3.0, 0.5, 12.0, 7.0, 7.0, 0.0]
        pairs = sum(abs(one - other) for one in shares for other in shares)

        assert gini(shares) == pytest.approx(pairs / (2 * len(shares) ** 2 * (sum(shares) / len(shares))))


class TestNight:
    @pytest.mark.parametrize(
        ("start", "end", "expected"),
        [
            (at(0, 8), at(0, 16), 0),
            (at(0, 21), at(0, 23), 60),
            (at(0, 22), at(1, 6), 480),
            (at(0, 5), at(0, 7), 60),
            (at(0, 3), at(0, 3), 0),
            (at(0, 12), at(2, 12), 960),
        ],
        ids=["day", "evening", "a whole night", "early", "no time", "two nights"],
    )
    def test_between_ten_and_six(self, start, end, expected):
        assert night_minutes(Span(start, end), UTC) == expected

    def test_on_the_wall_of_the_organization(self):
        """20:30 to 21:30 in UTC is 21:30 to 22:30 in Berlin."""
        assert night_minutes(Span(at(0, 20, 30), at(0, 21, 30)), BERLIN) == 30

    def test_night_of_summer_time_is_an_hour_shorter(self):
        night = Span(
            datetime.datetime(2026, 3, 28, 22, tzinfo=BERLIN).astimezone(UTC),
            datetime.datetime(2026, 3, 29, 6, tzinfo=BERLIN).astimezone(UTC),
        )

        assert night_minutes(night, BERLIN) == 7 * 60
