"""The time clock through the API: punches follow from each other, and what was forgotten is added, never changed."""

import datetime
import uuid

import pytest

from dispatch.actions import looking_again, policy
from dispatch.models import Assignment, Attendance, StayEnd
from tenants import context, relay
from tenants.context import tenant
from tenants.models import ScheduledRun
from tests.factories import (
    AttendanceFactory,
    MemberShiftFactory,
    OperatorFactory,
    ShiftFactory,
    WorkOrderTaskFactory,
)

pytestmark = pytest.mark.django_db

CLOCK = datetime.datetime(2026, 3, 16, 9, 0, tzinfo=datetime.UTC)


@pytest.fixture(autouse=True)
def _at_a_known_time(frozen_clock):
    """Everything here happens on Monday 16 March 2026, from nine o'clock on."""


@pytest.fixture
def omar(api_client, world, _at_a_known_time):
    return api_client.as_(world.omar)


@pytest.fixture
def sina(api_client, world, _at_a_known_time):
    return api_client.as_(world.sina)


@pytest.fixture
def time_clock(world):
    """The house keeps a time clock that counts."""
    with tenant(world.north):
        policy.edit(by=world.ada, time_clock=True)


def at(hours):
    return (CLOCK + datetime.timedelta(hours=hours)).isoformat()


def punched(client, *punches):
    return [client.post("attendance/", {"punch": punch}).status_code for punch in punches]


def refused(answer):
    assert answer.status_code == 400
    return {name: [mistake["code"] for mistake in found] for name, found in answer.body["fields"].items()}


class TestPunching:
    def test_a_day(self, omar, frozen_clock):
        found = []
        for punch in ("in", "break", "back", "out"):
            found.append(omar.post("attendance/", {"punch": punch}).body["presence"])
            frozen_clock.shift(hours=1)

        day = omar.get("attendance/days/", {"since": "2026-03-16", "until": "2026-03-16"}).body["days"][0]

        assert found == ["here", "on_break", "here", "away"]
        assert (day["worked_minutes"], day["missing"]) == (120, [])
        assert [span["start"] for span in day["worked"]] == ["2026-03-16T09:00:00Z", "2026-03-16T11:00:00Z"]

    @pytest.mark.parametrize(
        ("told", "then"),
        [
            ([], "out"),
            ([], "back"),
            (["in"], "in"),
            (["in"], "back"),
            (["in", "break"], "break"),
            (["in", "break"], "in"),
            (["in", "out"], "out"),
        ],
        ids=str,
    )
    def test_what_does_not_follow_is_refused_with_what_to_do(self, world, omar, frozen_clock, told, then):
        for punch in told:
            punched(omar, punch)
            frozen_clock.shift(seconds=5)
        before = world.fingerprint()

        answer = omar.post("attendance/", {"punch": then})

        assert (answer.status_code, answer.codes) == (409, ["does_not_follow"])
        assert "say" in answer.body["problems"][0]["message"].lower()
        assert world.fingerprint() == before

    def test_who_forgot_to_go_comes_in_again_the_next_morning(self, omar, frozen_clock):
        """Nobody has to wait for a supervisor to begin a day."""
        punched(omar, "in")
        frozen_clock.shift(hours=22)

        assert punched(omar, "in") == [201]

    def test_sent_twice_it_is_written_once(self, world, omar):
        body = {"punch": "in", "client_id": str(uuid.uuid4())}

        first, second = omar.post("attendance/", body), omar.post("attendance/", body)

        assert (first.status_code, second.status_code) == (201, 200)
        assert first.body["id"] == second.body["id"]
        with tenant(world.north):
            assert Attendance.objects.filter(member=world.omar).count() == 1

    def test_an_id_of_somebody_elses_punch_is_refused(self, api_client, world, omar):
        body = {"punch": "in", "client_id": str(uuid.uuid4())}
        omar.post("attendance/", body)

        answer = api_client.as_(world.odd).post("attendance/", body)

        assert refused(answer) == {"client_id": ["client_id_used"]}
        assert "id" not in answer.body

    def test_everybody_sees_their_own(self, world, omar, sina):
        of_odd = AttendanceFactory(organization=world.north, member=world.odd)

        assert omar.get("attendance/").body["count"] == 0
        assert omar.get(f"attendance/{of_odd.pk}/").status_code == 404
        assert omar.get("attendance/days/", {"member": str(world.odd.pk)}).status_code == 403
        assert sina.get("attendance/").body["count"] == 1

    def test_whoever_goes_hears_what_still_runs(self, world, omar):
        """Nobody's work is stopped behind their back."""
        task = WorkOrderTaskFactory(
            organization=world.north, department=world.assembly, member=world.omar, at="in_progress", at__by=world.omar
        )
        punched(omar, "in")

        answer = omar.post("attendance/", {"punch": "out"})

        assert answer.body["still_running"] == [{"id": str(task.pk), "title": task.title}]
        with tenant(world.north):
            task.refresh_from_db()
        assert task.status == "in_progress"


class TestAdding:
    def test_supervisor_adds_what_was_forgotten(self, world, omar, sina, frozen_clock):
        punched(omar, "in")
        frozen_clock.shift(hours=22)
        punched(omar, "in")
        body = {"punch": "out", "at": at(8), "member": str(world.omar.pk), "note": "Forgot the badge."}

        answer = sina.post("attendance/", body)

        assert answer.status_code == 201
        assert (answer.body["method"], answer.body["recorded_by"]) == ("added", str(world.sina.pk))
        day = omar.get("attendance/days/", {"since": "2026-03-16", "until": "2026-03-16"}).body["days"][0]
        assert (day["worked_minutes"], day["missing"]) == (480, [])

    def test_who_forgot_to_come_and_to_go_is_added_in_either_order(self, world, omar, sina, frozen_clock):
        """In at seven and out at eight are missing before an in at nine: one has to be said first."""
        punched(omar, "in")
        who = {"member": str(world.omar.pk), "note": "Was at the dentist."}

        found = [
            sina.post("attendance/", {"punch": punch, "at": at(hours), **who}).status_code
            for punch, hours in (("out", -1), ("in", -2))
        ]

        assert found == [201, 201]

    def test_what_fits_neither_before_nor_after_is_refused(self, world, omar, sina, frozen_clock):
        punched(omar, "in")
        frozen_clock.shift(hours=4)
        punched(omar, "out")

        answer = sina.post(
            "attendance/", {"punch": "back", "at": at(-1), "member": str(world.omar.pk), "note": "He says so."}
        )

        assert (answer.status_code, answer.codes) == (409, ["does_not_follow"])

    @pytest.mark.parametrize(
        ("sent", "fields"),
        [
            ({"at": at(1)}, {"at": ["in_the_future"]}),
            ({"at": at(-31 * 24)}, {"at": ["too_old"]}),
            ({"at": "2026-03-16T07:00:00"}, {"at": ["zone"]}),
            ({"note": ""}, {"note": ["required"]}),
            ({"punch": "hop"}, {"punch": ["invalid_choice"]}),
        ],
        ids=["future", "old", "zone", "note", "punch"],
    )
    def test_what_cannot_be_meant_is_refused_by_its_field(self, world, sina, sent, fields):
        body = {"punch": "in", "at": at(-1), "member": str(world.omar.pk), "note": "Forgot."}
        before = world.fingerprint()

        answer = sina.post("attendance/", body | sent)

        assert refused(answer) == fields
        assert world.fingerprint() == before

    def test_the_same_moment_twice_is_refused(self, world, sina):
        body = {"punch": "in", "at": at(-1), "member": str(world.omar.pk), "note": "Forgot."}
        sina.post("attendance/", body)

        assert refused(sina.post("attendance/", body)) == {"at": ["already_there"]}

    def test_nobody_adds_for_themselves_or_for_other_departments(self, world, omar, sina):
        own = omar.post("attendance/", {"punch": "in", "at": at(-1), "note": "I was here, honestly."})
        elsewhere = sina.post(
            "attendance/", {"punch": "in", "at": at(-1), "member": str(world.odd.pk), "note": "He was here."}
        )

        assert (own.status_code, elsewhere.status_code) == (403, 403)

    def test_no_punch_is_ever_changed(self, world):
        row = AttendanceFactory(organization=world.north, member=world.omar)

        with tenant(world.north), pytest.raises(TypeError, match="never changed"):
            Attendance.objects.filter(pk=row.pk).update(punch="out")


class TestGoingHome:
    """Where the clock counts, unstarted work goes to those who are here."""

    @pytest.fixture
    def held(self, world, time_clock):
        """Omar's task, of which he has begun nothing; Olga, who came later, could do it too."""
        AttendanceFactory(organization=world.north, member=world.omar)
        task = WorkOrderTaskFactory(organization=world.north, department=world.assembly)
        relay.drain_here(world.north)
        olga = OperatorFactory(organization=world.north, department=world.assembly, user__name="Olga")
        AttendanceFactory(organization=world.north, member=olga)
        return task

    @staticmethod
    def holder(world, task):
        relay.drain_here(world.north)
        with tenant(world.north):
            return Assignment.objects.of_task(task).open().get().member.name

    def test_clocking_out_hands_over(self, world, omar, held):
        assert self.holder(world, held) == "Omar"

        assert punched(omar, "out") == [201]

        assert self.holder(world, held) == "Olga"

    def test_a_break_hands_over_nothing(self, world, omar, held):
        punched(omar, "break")

        assert self.holder(world, held) == "Omar"

    def test_a_clock_that_does_not_count_hands_over_nothing(self, world, omar, held):
        with tenant(world.north):
            policy.edit(by=world.ada, time_clock=False)
        punched(omar, "out")

        assert self.holder(world, held) == "Omar"

    def test_who_forgot_to_go_hands_over_after_sixteen_hours(self, world, held, frozen_clock):
        self.holder(world, held)
        frozen_clock.shift(hours=15)
        with tenant(world.north):
            assert not StayEnd.objects.due(context.now()).exists()
            olga = Attendance.objects.exclude(member=world.omar).get().member
        AttendanceFactory(organization=world.north, member=olga, punch="out")
        AttendanceFactory(organization=world.north, member=olga, punch="in")
        frozen_clock.shift(hours=1, minutes=1)

        with tenant(world.north):
            row = StayEnd.objects.get(punch__member=world.omar)
            assert row in StayEnd.objects.due(context.now())
        relay.run("dispatch.stayend", world.north, row.pk)

        assert self.holder(world, held) == "Olga"

    def test_what_was_waited_for_is_forgotten_after_a_month(self, world, omar, held, frozen_clock):
        """One row per punch, for ever, would be the largest table of all."""
        with tenant(world.north):
            row = StayEnd.objects.get(punch__member=world.omar)
        frozen_clock.shift(hours=17)
        relay.run("dispatch.stayend", world.north, row.pk)
        frozen_clock.shift(days=29)
        early = looking_again.tidy(ScheduledRun(organization=world.north))
        frozen_clock.shift(days=2)
        punched(omar, "in")
        late = looking_again.tidy(ScheduledRun(organization=world.north))

        assert (early, late) == ({"forgotten": 0}, {"forgotten": 1})
        with tenant(world.north):
            assert not StayEnd.objects.filter(pk=row.pk).exists()
            assert Attendance.objects.filter(pk=row.punch_id).exists()
            assert StayEnd.objects.filter(punch__member=world.omar, state="pending").exists()

    def test_who_said_something_since_keeps_what_they_have(self, world, omar, held, frozen_clock):
        frozen_clock.shift(hours=10)
        punched(omar, "break")
        frozen_clock.shift(hours=7)
        with tenant(world.north):
            row = StayEnd.objects.get(punch__member=world.omar, punch__punch="in")

        relay.run("dispatch.stayend", world.north, row.pk)

        assert self.holder(world, held) == "Omar"


class TestTimesheet:
    def test_late_and_gone_early_on_a_night_shift(self, world, omar, sina, frozen_clock):
        """A night belongs to the day it began on: 22:10 to 05:30 of a shift from 22:00 to 06:00."""
        nights = ShiftFactory(organization=world.north, starts=datetime.time(22), ends=datetime.time(6))
        MemberShiftFactory(organization=world.north, member=world.omar, shift=nights)
        frozen_clock.move_to(CLOCK + datetime.timedelta(hours=24))
        for punch, moment in (("in", 13 + 10 / 60), ("out", 20.5)):
            AttendanceFactory(
                organization=world.north,
                member=world.omar,
                punch=punch,
                by=world.sina,
                at=CLOCK + datetime.timedelta(hours=moment),
            )

        days = omar.get("attendance/days/", {"since": "2026-03-15", "until": "2026-03-17"}).body["days"]

        found = [(day["planned_minutes"], day["worked_minutes"], day["late_minutes"]) for day in days]
        assert found == [(0, 0, 0), (480, 440, 10), (480, 0, 0)]
        assert [day["early_minutes"] for day in days] == [0, 30, 0]

    def test_who_did_not_come_is_missing_unless_they_were_on_leave(self, world, omar, sina, frozen_clock):
        early = ShiftFactory(organization=world.north, starts=datetime.time(6), ends=datetime.time(14))
        MemberShiftFactory(organization=world.north, member=world.omar, shift=early)
        asked = omar.post("absences/", {"starts_at": at(-9), "ends_at": at(15)}).body
        sina.post(f"absences/{asked['id']}/approve/", {})
        frozen_clock.shift(hours=48)

        days = omar.get("attendance/days/", {"since": "2026-03-16", "until": "2026-03-17"}).body["days"]

        assert [(day["away"], day["missed_minutes"]) for day in days] == [(True, 0), (False, 480)]

    @pytest.mark.parametrize(
        "asked",
        [{"since": "1900-01-01"}, {"since": "2026-01-01", "until": "2026-12-31"}, {"until": "soon"}, {"member": "x"}],
        ids=str,
    )
    def test_days_that_cannot_be_meant(self, omar, asked):
        assert omar.get("attendance/days/", asked).status_code == 400
