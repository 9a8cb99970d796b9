"""Quiet hours against a wall that is read minute by minute, and the slots of a digest."""

import datetime
import zoneinfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifications.engine.digests import next_slot
from notifications.engine.quiet import Quiet, instants, is_endless
from notifications.states import DigestRhythm

MINUTE = datetime.timedelta(minutes=1)
BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")
# Clocks changed in both hemispheres, by half an hour, at midnight, and never.
ZONES = [
    zoneinfo.ZoneInfo(name)
    for name in (
        "Europe/Berlin",
        "America/New_York",
        "Australia/Lord_Howe",
        "America/Havana",
        "Asia/Kathmandu",
        "Pacific/Chatham",
        "UTC",
    )
]
CHANGES = [
    datetime.datetime(2031, month, day, tzinfo=datetime.UTC)
    for month, day in ((3, 2), (3, 24), (4, 1), (10, 1), (10, 20), (10, 30))
]
clocks = st.builds(datetime.time, st.integers(0, 23), st.sampled_from([0, 15, 30, 59]))
days = st.frozensets(st.integers(0, 6), max_size=6)


def clock(text):
    return datetime.time.fromisoformat(text)


def at(text, zone=BERLIN, fold=0):
    return datetime.datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold).astimezone(datetime.UTC)


def nights(**more):
    return Quiet(BERLIN, clock("22:00"), clock("06:00"), **more)


class TestIsQuiet:
    @pytest.mark.parametrize(
        ("text", "is_quiet"),
        [
            ("2031-03-03T21:59", False),
            ("2031-03-03T22:00", True),
            ("2031-03-04T05:59", True),
            ("2031-03-04T06:00", False),
        ],
    )
    def test_a_span_over_midnight(self, text, is_quiet):
        assert nights().is_quiet(at(text)) is is_quiet

    def test_another_zone_has_another_night(self):
        """Half past ten in Berlin is half past four in New York."""
        moment = at("2031-03-03T22:30")

        assert nights().is_quiet(moment)
        assert not Quiet(zoneinfo.ZoneInfo("America/New_York"), clock("22:00"), clock("06:00")).is_quiet(moment)

    def test_whoever_said_nothing_is_never_quiet(self):
        assert not Quiet(BERLIN).is_quiet(at("2031-03-03T03:00"))


class TestEndsAt:
    def test_a_quiet_weekend_and_the_night_before_are_one(self):
        weekends = nights(days=frozenset({5, 6}))

        assert weekends.ends_at(at("2031-03-07T23:00")) == at("2031-03-10T06:00")

    def test_an_end_that_spring_skips_is_when_the_clock_jumps(self):
        """On 30 March 2031 there is no half past two."""
        quiet = Quiet(BERLIN, clock("22:00"), clock("02:30"))

        assert quiet.ends_at(at("2031-03-30T00:30")) == at("2031-03-30T03:00")

    def test_the_hour_that_autumn_repeats_is_quiet_twice(self):
        quiet = Quiet(BERLIN, clock("02:00"), clock("02:30"))

        assert quiet.ends_at(at("2031-10-26T02:10")) == at("2031-10-26T02:30")
        assert quiet.is_quiet(at("2031-10-26T02:10", fold=1))
        assert quiet.ends_at(at("2031-10-26T02:10", fold=1)) == at("2031-10-26T02:30", fold=1)

    def test_a_window_that_spring_skips_is_a_week_later(self):
        """Open on Sundays from two to three only, and on this Sunday there is no such hour."""
        quiet = Quiet(BERLIN, clock("03:00"), clock("02:00"), frozenset(range(6)))

        assert quiet.ends_at(at("2031-03-29T12:00")) == at("2031-04-06T02:00")

    def test_what_is_open_ends_now(self):
        assert nights().ends_at(at("2031-03-03T12:00")) == at("2031-03-03T12:00")

    @settings(max_examples=50, deadline=None)
    @given(
        zone=st.sampled_from(ZONES),
        since=clocks,
        until=clocks,
        days=days,
        start=st.sampled_from(CHANGES),
        later=st.integers(0, 10 * 24 * 60),
    )
    def test_it_is_what_walking_minute_by_minute_finds(self, zone, since, until, days, start, later):
        quiet, moment = Quiet(zone, since, until, days), start + later * MINUTE
        if is_endless(since, until, days):
            with pytest.raises(ValueError, match="never end"):
                quiet.ends_at(moment)
            return
        walked = moment
        while quiet.is_quiet(walked):
            walked += MINUTE

        assert quiet.ends_at(moment) == walked


class TestIsEndless:
    @pytest.mark.parametrize(
        ("since", "until", "days", "never"),
        [
            ("22:00", "06:00", [], False),
            ("08:00", "08:00", [], True),
            ("00:00", "23:59", [], False),  # one minute is left
            ("00:00", "23:59:30", [], True),
            ("08:00:30", "08:00:00", [0, 1], True),
            ("22:00", "06:00", range(7), True),
            ("22:00", "06:00", range(6), False),
        ],
    )
    def test_whether_a_minute_is_left(self, since, until, days, never):
        assert is_endless(clock(since), clock(until), frozenset(days)) is never

    def test_nothing_said_is_not_endless(self):
        assert not is_endless(None, None, frozenset({0}))
        assert is_endless(None, None, frozenset(range(7)))

    @settings(max_examples=25, deadline=None)
    @given(since=clocks, until=clocks, days=st.frozensets(st.integers(0, 6)))
    def test_it_is_what_a_week_of_minutes_says(self, since, until, days):
        if since == until:
            assert is_endless(since, until, days)
            return
        quiet = Quiet(zoneinfo.ZoneInfo("UTC"), since, until, days)
        week = (datetime.datetime(2031, 3, 3, tzinfo=datetime.UTC) + n * MINUTE for n in range(7 * 24 * 60))

        assert is_endless(since, until, days) is all(quiet.is_quiet(minute) for minute in week)


class TestSpans:
    @pytest.mark.parametrize(
        ("quiet", "weekday", "spans"),
        [
            (nights(), 0, [(0, 360), (1320, 1440)]),
            (nights(days=frozenset({5})), 5, [(0, 1440)]),
            (Quiet(BERLIN, clock("12:00"), clock("13:00")), 0, [(720, 780)]),
            (Quiet(BERLIN, clock("22:00"), clock("00:00")), 0, [(1320, 1440)]),
            (Quiet(BERLIN), 0, []),
        ],
    )
    def test_the_quiet_parts_of_a_day(self, quiet, weekday, spans):
        assert quiet.spans_of(weekday) == spans


class TestNextSlot:
    OPEN = Quiet(BERLIN)

    @pytest.mark.parametrize(
        ("after", "slot"),
        [("2031-03-03T06:59", "2031-03-03T07:00"), ("2031-03-03T07:00", "2031-03-04T07:00")],
    )
    def test_daily_is_the_next_seven_o_clock(self, after, slot):
        assert next_slot(DigestRhythm.DAILY, clock("07:00"), self.OPEN, after=at(after)) == at(slot)

    def test_daily_is_once_on_the_day_with_two_such_hours(self):
        """Half past two comes twice on 26 October 2031, the digest once."""
        first = next_slot(DigestRhythm.DAILY, clock("02:30"), self.OPEN, after=at("2031-10-26T00:00"))

        assert first == at("2031-10-26T02:30")
        assert next_slot(DigestRhythm.DAILY, clock("02:30"), self.OPEN, after=first) == at("2031-10-27T02:30")

    def test_daily_is_not_left_out_on_the_day_without_that_hour(self):
        slot = next_slot(DigestRhythm.DAILY, clock("02:30"), self.OPEN, after=at("2031-03-30T00:00"))

        assert slot == at("2031-03-30T03:00")

    def test_a_clock_that_jumps_at_midnight_leaves_no_day_out(self):
        """Havana's wall goes from 23:59 to 01:00."""
        havana = Quiet(zoneinfo.ZoneInfo("America/Havana"))
        before = at("2031-03-08T12:00", havana.zone)

        slot = next_slot(DigestRhythm.DAILY, clock("00:30"), havana, after=before)

        assert slot == at("2031-03-09T01:00", havana.zone)

    def test_a_slot_in_quiet_hours_waits_for_their_end(self):
        assert next_slot(DigestRhythm.DAILY, clock("05:00"), nights(), after=at("2031-03-03T12:00")) == at(
            "2031-03-04T06:00"
        )
        assert next_slot(DigestRhythm.HOURLY, clock("07:00"), nights(), after=at("2031-03-03T22:10")) == at(
            "2031-03-04T06:00"
        )

    def test_hourly_is_on_the_hour_of_the_own_wall(self):
        kathmandu = Quiet(zoneinfo.ZoneInfo("Asia/Kathmandu"))  # 5:45 before Greenwich

        slot = next_slot(DigestRhythm.HOURLY, clock("07:00"), kathmandu, after=at("2031-03-03T10:00", datetime.UTC))

        assert slot == at("2031-03-03T10:15", datetime.UTC)

    @settings(max_examples=60, deadline=None)
    @given(
        zone=st.sampled_from(ZONES),
        rhythm=st.sampled_from(DigestRhythm.values),
        digest_at=clocks,
        since=clocks,
        until=clocks,
        days=days,
        start=st.sampled_from(CHANGES),
        later=st.integers(0, 10 * 24 * 60),
    )
    def test_slots_go_forward_and_never_into_quiet_hours(
        self, zone, rhythm, digest_at, since, until, days, start, later
    ):
        if is_endless(since, until, days):
            return
        quiet, moment = Quiet(zone, since, until, days), start + later * MINUTE
        slot = next_slot(rhythm, digest_at, quiet, after=moment)
        following = next_slot(rhythm, digest_at, quiet, after=slot)

        assert moment < slot < following
        assert not quiet.is_quiet(slot)
        assert slot <= next_slot(rhythm, digest_at, quiet, after=moment + MINUTE)


class TestInstants:
    def test_none_in_the_skipped_hour_and_two_in_the_repeated_one(self):
        assert instants(datetime.datetime(2031, 3, 30, 2, 30), BERLIN) == []
        assert len(instants(datetime.datetime(2031, 10, 26, 2, 30), BERLIN)) == 2
        assert len(instants(datetime.datetime(2031, 10, 26, 12, 0), BERLIN)) == 1
