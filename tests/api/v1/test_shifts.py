"""Shifts through the API: weekly patterns, who works them, and that nobody is in two places at once."""

import datetime

import pytest

from dispatch.models import MemberShift
from tenants import context
from tenants.context import tenant
from tenants.models import Event
from tests.factories import MemberShiftFactory, ShiftFactory

pytestmark = pytest.mark.django_db

EARLY = {"name": "Early", "starts": "06:00", "ends": "14:00"}
SINCE = datetime.date(2031, 3, 3)  # a Monday


@pytest.fixture
def pia(api_client, world):
    return api_client.as_(world.pia)


@pytest.fixture
def shift(world):
    """A function that defines shifts of north: `shift("Nights", 22, 6)`."""

    def made(name, starts, ends, **facts):
        hours = {"starts": datetime.time(starts), "ends": datetime.time(ends)}
        return ShiftFactory(organization=world.north, name=name, **hours, **facts)

    return made


@pytest.fixture
def works(world):
    """A function that puts somebody on a shift."""
    return lambda member, shift, since=SINCE, **facts: MemberShiftFactory(
        organization=world.north, member=member, shift=shift, since=since, **facts
    )


def refused(answer):
    assert answer.status_code == 400
    return {name: [mistake["code"] for mistake in found] for name, found in answer.body["fields"].items()}


def body(member, shift, since="2031-03-03", **more):
    return {"member": str(member.pk), "shift": str(shift.pk), "since": since, **more}


class TestShifts:
    def test_shift_is_defined_changed_and_removed(self, pia):
        made = pia.post("shifts/", {**EARLY, "saturday": True})
        changed = pia.patch(f"shifts/{made.body['id']}/", {"ends": "14:30", "version": 1})
        gone = pia.delete(f"shifts/{made.body['id']}/")

        assert made.status_code == 201
        assert (made.body["starts"], made.body["monday"], made.body["sunday"]) == ("06:00:00", True, False)
        assert (changed.body["ends"], changed.body["version"]) == ("14:30:00", 2)
        assert gone.status_code == 204

    @pytest.mark.parametrize(
        ("sent", "fields"),
        [
            ({"name": " "}, {"name": ["blank"]}),
            ({"starts": "25:00"}, {"starts": ["invalid"]}),
            ({"starts": "06:00+02:00"}, {"starts": ["invalid"]}),
            (dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), False), {"monday": ["no_day"]}),
        ],
        ids=str,
    )
    def test_what_cannot_be_meant_is_refused_by_its_field(self, world, pia, sent, fields):
        before = world.fingerprint()

        answer = pia.post("shifts/", EARLY | sent)

        assert refused(answer) == fields
        assert world.fingerprint() == before

    def test_name_stands_for_one_shift(self, pia):
        pia.post("shifts/", EARLY)

        assert refused(pia.post("shifts/", EARLY)) == {"name": ["name_taken"]}

    def test_shift_that_was_worked_stays(self, world, pia, shift, works):
        early = shift("Early", 6, 14)
        works(world.omar, early)

        answer = pia.delete(f"shifts/{early.pk}/")

        assert (answer.status_code, answer.codes) == (409, ["shift_in_use"])


class TestWorkingAShift:
    def test_somebody_is_put_on_a_shift(self, world, pia, shift):
        answer = pia.post("member-shifts/", body(world.omar, shift("Early", 6, 14), until="2031-12-31"))

        assert answer.status_code == 201
        assert (answer.body["since"], answer.body["until"]) == ("2031-03-03", "2031-12-31")
        assert pia.get("member-shifts/", {"on": "2031-12-31", "member": str(world.omar.pk)}).body["count"] == 1
        assert pia.get("member-shifts/", {"on": "2032-01-01", "member": str(world.omar.pk)}).body["count"] == 0

    def test_supervisor_puts_on_the_own_people_only(self, world, api_client, shift):
        sina, early = api_client.as_(world.sina), shift("Early", 6, 14)

        found = [sina.post("member-shifts/", body(who, early)).status_code for who in (world.omar, world.odd)]

        assert found == [201, 403]

    @pytest.mark.parametrize(
        ("sent", "fields"),
        [
            ({"until": "2031-03-02"}, {"until": ["ends_before_start"]}),
            ({"since": "1031-03-03"}, {"since": ["out_of_range"]}),
            ({"since": "2031-03-03T08:00:00Z"}, {"since": ["invalid"]}),
        ],
        ids=str,
    )
    def test_days_that_cannot_be_meant(self, world, pia, shift, sent, fields):
        assert refused(pia.post("member-shifts/", body(world.omar, shift("Early", 6, 14)) | sent)) == fields

    def test_nobody_gone_and_no_shift_out_of_use(self, world, pia, shift):
        early, old = shift("Early", 6, 14), shift("Old", 6, 14, active=False)

        assert refused(pia.post("member-shifts/", body(world.ivan, early))) == {"member": ["inactive"]}
        assert refused(pia.post("member-shifts/", body(world.omar, old))) == {"shift": ["inactive"]}


class TestTwoAtOnce:
    """Nobody is in two places: across midnight, across weeks, and whoever's hours are changed."""

    @pytest.mark.parametrize(
        ("starts", "ends", "weekday", "is_refused"),
        [(13, 21, "tuesday", True), (14, 22, "tuesday", False), (5, 6, "saturday", False), (22, 7, "sunday", True)],
        ids=["an hour of it", "meets it", "another day", "over midnight and the week"],
    )
    def test_second_shift_beside_early_of_every_weekday(
        self, world, pia, shift, works, starts, ends, weekday, is_refused
    ):
        works(world.omar, shift("Early", 6, 14))
        days = {day: day == weekday for day in "monday tuesday wednesday thursday friday saturday sunday".split()}
        other = shift("Other", starts, ends, **days)
        before = world.fingerprint()

        answer = pia.post("member-shifts/", body(world.omar, other))

        assert (answer.status_code == 400) == is_refused
        assert not is_refused or refused(answer) == {"since": ["shifts_overlap"]}
        assert (world.fingerprint() == before) == is_refused

    def test_refusal_names_the_other_shift_and_the_day(self, world, pia, shift, works):
        works(world.omar, shift("Early", 6, 14))

        answer = pia.post("member-shifts/", body(world.omar, shift("Late", 13, 21), since="2031-03-05"))

        [mistake] = answer.body["fields"]["since"]
        assert mistake["message"] == "Omar works Early at the same time, first on Wednesday, 5 March 2031."

    def test_dates_keep_them_apart(self, world, pia, shift, works):
        works(world.omar, shift("Early", 6, 14), until=datetime.date(2031, 3, 31))
        late = shift("Late", 13, 21)

        first = pia.post("member-shifts/", body(world.omar, late, since="2031-04-01"))
        earlier = pia.patch(f"member-shifts/{first.body['id']}/", {"since": "2031-03-31"})

        assert first.status_code == 201
        assert refused(earlier) == {"since": ["shifts_overlap"]}

    def test_nobody_is_in_their_own_way(self, world, pia, shift, works):
        row = works(world.omar, shift("Early", 6, 14))

        answer = pia.patch(f"member-shifts/{row.pk}/", {"since": "2031-03-10", "until": "2031-03-31"})

        assert (answer.status_code, answer.body["since"]) == (200, "2031-03-10")

    def test_other_people_are_not_in_the_way(self, world, pia, shift, works):
        works(world.odd, shift("Early", 6, 14))

        assert pia.post("member-shifts/", body(world.omar, shift("Late", 13, 21))).status_code == 201

    def test_hours_of_a_shift_are_checked_for_everybody_on_it(self, world, pia, shift, works):
        """Omar works both: Early cannot be made to end after Late begins, whoever else is on it."""
        early, late = shift("Early", 6, 14), shift("Late", 14, 22)
        works(world.odd, early)
        works(world.omar, early)
        works(world.omar, late)
        before = world.fingerprint()

        longer = pia.patch(f"shifts/{early.pk}/", {"ends": "14:15"})
        moved = pia.patch(f"shifts/{early.pk}/", {"starts": "07:00", "ends": "15:00"})
        unchanged = world.fingerprint() == before

        assert (refused(longer), refused(moved)) == ({"ends": ["shifts_overlap"]}, {"starts": ["shifts_overlap"]})
        assert unchanged
        assert pia.patch(f"shifts/{early.pk}/", {"ends": "13:00"}).status_code == 200

    def test_shift_taken_into_use_again_is_checked(self, world, pia, shift, works):
        early, late = shift("Early", 6, 14), shift("Late", 13, 21)
        works(world.omar, early)
        pia.patch(f"shifts/{early.pk}/", {"active": False})
        works(world.omar, late)

        assert refused(pia.patch(f"shifts/{early.pk}/", {"active": True})) == {"starts": ["shifts_overlap"]}


class TestEnding:
    """What was worked stays on record; what has not begun yet goes."""

    def test_today_is_the_last_day(self, world, pia, shift, works):
        row = works(world.omar, shift("Early", 6, 14), since=datetime.date(2024, 1, 1))

        answer = pia.delete(f"member-shifts/{row.pk}/")

        assert answer.status_code == 204
        today = context.now().astimezone(world.north.zone).date()
        assert pia.get(f"member-shifts/{row.pk}/").body["until"] == today.isoformat()

    def test_what_has_not_begun_goes_and_is_remembered(self, world, pia, shift, works):
        row = works(world.omar, shift("Early", 6, 14), since=datetime.date(2099, 1, 1))

        pia.delete(f"member-shifts/{row.pk}/")

        with tenant(world.north):
            assert not MemberShift.objects.filter(pk=row.pk).exists()
            assert Event.objects.about(row).first().kind == "member_shift.ended"
