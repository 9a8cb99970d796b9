"""Being away through the API: asked for by oneself, answered by somebody else, and what becomes of one's work."""

import datetime

import pytest

from dispatch.models import Absence, AbsenceStart, Assignment
from tenants import context, relay
from tenants.context import tenant
from tests.factories import AbsenceFactory, OperatorFactory, WorkOrderTaskFactory

pytestmark = pytest.mark.django_db

MORNING = {"starts_at": "2026-03-23T06:00:00Z", "ends_at": "2026-03-23T12:00:00+01:00"}
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


def at(hours):
    return (CLOCK + datetime.timedelta(hours=hours)).isoformat()


def refused(answer):
    assert answer.status_code == 400
    return {name: [mistake["code"] for mistake in found] for name, found in answer.body["fields"].items()}


class TestAsking:
    def test_half_a_day_is_asked_for(self, world, omar):
        answer = omar.post("absences/", {**MORNING, "kind": "training", "note": "Forklift"})

        assert answer.status_code == 201
        assert (answer.body["member"], answer.body["status"]) == (str(world.omar.pk), "requested")
        assert answer.body["ends_at"] == "2026-03-23T11:00:00Z"
        assert answer.body["allowed_actions"] == ["cancel"]

    @pytest.mark.parametrize(
        ("sent", "fields"),
        [
            ({"ends_at": "2026-03-23T06:00:00Z"}, {"ends_at": ["ends_before_start"]}),
            ({"ends_at": "2027-03-25T06:00:00Z"}, {"ends_at": ["too_long"]}),
            ({"starts_at": "2026-03-23T06:00:00"}, {"starts_at": ["zone"]}),
            ({"starts_at": "1996-03-23T06:00:00Z", "ends_at": "1996-03-24T06:00:00Z"}, {"starts_at": ["out_of_range"]}),
            ({"kind": "nap"}, {"kind": ["invalid_choice"]}),
            ({"note": "x" * 501}, {"note": ["max_length"]}),
        ],
        ids=["end", "length", "zone", "year", "kind", "note"],
    )
    def test_what_cannot_be_meant_is_refused_by_its_field(self, world, omar, sent, fields):
        before = world.fingerprint()

        answer = omar.post("absences/", MORNING | sent)

        assert refused(answer) == fields
        assert world.fingerprint() == before

    def test_one_time_is_asked_for_once(self, world, omar):
        """Two that meet are two; two that overlap are one too many."""
        omar.post("absences/", MORNING)

        again = omar.post("absences/", MORNING | {"starts_at": "2026-03-23T10:59:00Z"})
        after = omar.post("absences/", {"starts_at": MORNING["ends_at"], "ends_at": "2026-03-23T16:00:00Z"})

        assert refused(again) == {"starts_at": ["overlaps"]}
        assert after.status_code == 201

    def test_what_was_refused_may_be_asked_for_again(self, world, omar, sina):
        first = omar.post("absences/", MORNING).body
        sina.post(f"absences/{first['id']}/reject/", {"comment": "Stocktaking."})

        assert omar.post("absences/", MORNING).status_code == 201

    def test_supervisor_asks_for_the_own_people_only(self, world, sina):
        found = [
            sina.post("absences/", {**MORNING, "member": str(who.pk)}).status_code for who in (world.omar, world.odd)
        ]

        assert found == [201, 403]

    def test_nobody_sees_what_is_wrong_with_their_colleagues(self, world, omar, sina):
        """That somebody is ill is for those who lead them."""
        of_odd = AbsenceFactory(organization=world.north, member=world.odd, kind="sick")

        assert omar.get("absences/").body["count"] == 0
        assert omar.get(f"absences/{of_odd.pk}/").status_code == 404
        assert sina.get("absences/").body["count"] == 1
        assert "sick" not in omar.get("events/", {"kind": "absence.requested"}).text


class TestAnswering:
    def test_granted_by_the_supervisor(self, world, omar, sina):
        asked = omar.post("absences/", MORNING).body

        answer = sina.post(f"absences/{asked['id']}/approve/", {"comment": "Have fun.", "version": 1})

        assert answer.status_code == 200
        assert (answer.body["status"], answer.body["answer"]) == ("approved", "Have fun.")
        assert answer.body["decided_by"] == str(world.sina.pk)
        assert answer.body["allowed_actions"] == ["cancel"]

    def test_nobody_answers_their_own(self, world, sina):
        asked = sina.post("absences/", MORNING).body

        answers = [sina.post(f"absences/{asked['id']}/{verb}/", {"comment": "Me."}) for verb in ("approve", "reject")]

        assert [(answer.status_code, answer.codes) for answer in answers] == [(409, ["own_absence"])] * 2

    def test_a_refusal_says_why(self, omar, sina):
        asked = omar.post("absences/", MORNING).body

        assert refused(sina.post(f"absences/{asked['id']}/reject/", {"comment": " "})) == {"comment": ["blank"]}
        assert sina.post(f"absences/{asked['id']}/reject/", {"comment": "Stocktaking."}).body["status"] == "rejected"

    def test_an_outdated_page_decides_nothing(self, omar, sina):
        asked = omar.post("absences/", MORNING).body
        omar.post(f"absences/{asked['id']}/cancel/", {})

        answer = sina.post(f"absences/{asked['id']}/approve/", {"version": 1})

        assert (answer.status_code, answer.body["code"]) == (409, "stale")

    def test_what_was_taken_is_put_right_by_somebody_else(self, world, omar, sina, frozen_clock):
        past = AbsenceFactory(
            organization=world.north,
            member=world.omar,
            starts_at=CLOCK - datetime.timedelta(days=2),
            at="approved",
        )

        assert omar.post(f"absences/{past.pk}/cancel/", {}).codes == ["absence_over"]
        assert sina.post(f"absences/{past.pk}/cancel/", {"reason": "He came."}).status_code == 200


class TestUnstartedWork:
    """What somebody has not begun goes to others when they are away, and not before."""

    @pytest.fixture
    def held(self, world):
        """Omar's task, of which he has begun nothing; Olga, who came later, could do it too."""
        task = WorkOrderTaskFactory(organization=world.north, department=world.assembly)
        relay.drain_here(world.north)
        OperatorFactory(organization=world.north, department=world.assembly, user__name="Olga")
        return task

    @staticmethod
    def holder(world, task):
        relay.drain_here(world.north)
        with tenant(world.north):
            standing = Assignment.objects.of_task(task).open().first()
            return standing and standing.member.name

    @staticmethod
    def run_what_is_due(world):
        with tenant(world.north):
            due = list(AbsenceStart.objects.due(context.now()))
        assert len(due) == 1
        for row in due:
            relay.run("dispatch.absencestart", world.north, row.pk)

    def test_leave_for_now_hands_it_over(self, world, omar, sina, held):
        asked = omar.post("absences/", {"starts_at": at(-1), "ends_at": at(8)}).body
        assert self.holder(world, held) == "Omar"

        sina.post(f"absences/{asked['id']}/approve/", {})

        assert self.holder(world, held) == "Olga"
        with tenant(world.north):
            said = Assignment.objects.of_task(held).get(status="withdrawn")
        assert said.member_id == world.omar.pk

    def test_leave_for_later_hands_it_over_when_it_begins(self, world, omar, sina, held, frozen_clock):
        asked = omar.post("absences/", {"starts_at": at(48), "ends_at": at(72)}).body
        sina.post(f"absences/{asked['id']}/approve/", {})
        assert self.holder(world, held) == "Omar"

        frozen_clock.shift(hours=48, minutes=1)
        self.run_what_is_due(world)

        assert self.holder(world, held) == "Olga"

    def test_leave_taken_back_in_time_hands_over_nothing(self, world, omar, sina, held, frozen_clock):
        asked = omar.post("absences/", {"starts_at": at(48), "ends_at": at(72)}).body
        sina.post(f"absences/{asked['id']}/approve/", {})
        omar.post(f"absences/{asked['id']}/cancel/", {})

        frozen_clock.shift(hours=49)
        self.run_what_is_due(world)

        assert self.holder(world, held) == "Omar"

    def test_work_that_has_begun_stays(self, world, omar, sina):
        running = WorkOrderTaskFactory(
            organization=world.north, department=world.assembly, member=world.omar, at="in_progress", at__by=world.omar
        )
        asked = omar.post("absences/", {"starts_at": at(-1), "ends_at": at(8)}).body
        sina.post(f"absences/{asked['id']}/approve/", {})
        relay.drain_here(world.north)

        with tenant(world.north):
            running.refresh_from_db()
        assert running.assigned_member_id == world.omar.pk

    def test_refused_leave_hands_over_nothing(self, world, omar, sina, held):
        asked = omar.post("absences/", {"starts_at": at(-1), "ends_at": at(8)}).body
        sina.post(f"absences/{asked['id']}/reject/", {"comment": "No."})

        assert self.holder(world, held) == "Omar"
        with tenant(world.north):
            assert Absence.objects.get().decided_by_id == world.sina.pk
