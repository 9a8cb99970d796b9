"""A time of day is meant as the clock on the wall shows it, once per date; seconds are counted from a fixed moment."""

import datetime
import zoneinfo

import pytest

from tenants.engine import Schedule, last_slot, missed, next_slot, slots

BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")
UTC = zoneinfo.ZoneInfo("UTC")


def at(time):
    return Schedule("nobody.runs", "A test", at=time)


def utc(*parts):
    return datetime.datetime(*parts, tzinfo=datetime.UTC)


class TestTimeOfDay:
    def test_is_local_to_the_organization(self):
        assert next_slot(at("02:00"), BERLIN, utc(2031, 1, 10, 12)) == utc(2031, 1, 11, 1)
        assert next_slot(at("02:00"), BERLIN, utc(2031, 7, 10, 12)) == utc(2031, 7, 11, 0)

    @pytest.mark.parametrize(
        ("first", "last"),
        [
            pytest.param(utc(2031, 3, 27, 12), utc(2031, 4, 2, 12), id="an hour is skipped"),
            pytest.param(utc(2031, 10, 23, 12), utc(2031, 10, 29, 12), id="an hour comes twice"),
        ],
    )
    @pytest.mark.parametrize("time", ["00:30", "02:00", "02:30", "02:59", "03:00", "23:59"])
    def test_comes_once_per_date_when_the_clock_is_moved(self, time, first, last):
        found = list(slots(at(time), BERLIN, after=first, until=last))

        dates = [slot.astimezone(BERLIN).date() for slot in found]
        assert len(dates) == len(set(dates)) == 6
        assert found == sorted(found)

    def test_a_skipped_time_comes_when_the_skip_is_over(self):
        """02:30 does not exist on 30 March 2031 in Berlin; 03:30 does."""
        assert next_slot(at("02:30"), BERLIN, utc(2031, 3, 29, 12)) == utc(2031, 3, 30, 1, 30)

    def test_a_doubled_time_comes_the_first_time(self):
        assert next_slot(at("02:30"), BERLIN, utc(2031, 10, 25, 12)) == utc(2031, 10, 26, 0, 30)
        assert next_slot(at("02:30"), BERLIN, utc(2031, 10, 26, 0, 30)) == utc(2031, 10, 27, 1, 30)


class TestSeconds:
    def test_slots_do_not_depend_on_who_asks_when(self):
        every = Schedule("nobody.runs", "A test", every=60)

        asked = {next_slot(every, UTC, utc(2031, 1, 1, 0, 0, second)) for second in range(60)}

        assert asked == {utc(2031, 1, 1, 0, 1)}
        assert last_slot(every, UTC, utc(2031, 1, 1, 0, 1)) == utc(2031, 1, 1, 0, 1)


class TestMissed:
    def test_minutes_are_made_up_slot_by_slot(self):
        every = Schedule("nobody.runs", "A test", every=60)

        found = missed(every, UTC, since=utc(2031, 1, 1, 0, 0), until=utc(2031, 1, 1, 0, 4, 30))

        assert found == [utc(2031, 1, 1, 0, minute) for minute in (1, 2, 3, 4)]

    def test_of_a_long_outage_the_newest_runs_alone(self):
        """A week of nightly cleaning, all at once on Monday morning, would help nobody."""
        found = missed(at("02:00"), UTC, since=utc(2031, 1, 1, 2), until=utc(2031, 1, 8, 9))

        assert found == [utc(2031, 1, 8, 2)]

    def test_nothing_was_missed(self):
        assert missed(at("02:00"), UTC, since=utc(2031, 1, 8, 2), until=utc(2031, 1, 8, 9)) == []


class TestSchedule:
    @pytest.mark.parametrize("wrong", [{}, {"at": "02:00", "every": 60}, {"at": "25:00"}, {"at": "soon"}])
    def test_one_that_nobody_could_follow_does_not_load(self, wrong):
        with pytest.raises(ValueError):
            Schedule("nobody.runs", "A test", **wrong)
