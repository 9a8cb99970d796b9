"""Giving by hand: for whom it is refused, and what a supervisor may overrule in so many words."""

import datetime

import pytest

from dispatch.actions import assignments
from dispatch.models import Absence, Assignment, Capacity
from tenants import context
from tenants.errors import Invalid, NotAllowed
from tenants.models import Event
from tests.factories import (
    AbsenceFactory,
    CapacityFactory,
    MemberSkillFactory,
    ProcessFactory,
    SkillFactory,
)
from tests.support.reasons import codes, named

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_north")]


def on_leave(member, *, approved=True):
    """Away since an hour ago, for two hours."""
    start = context.now() - datetime.timedelta(hours=1)
    absence = AbsenceFactory(
        organization=member.organization,
        member=member,
        starts_at=start,
        ends_at=start + datetime.timedelta(hours=2),
    )
    if approved:
        Absence.objects.filter(pk=absence.pk).update(status="approved", decided_by=member, decided_at=context.now())


def room(member, minutes):
    return CapacityFactory(organization=member.organization, member=member, open_minutes=minutes)


def kinds_of(subject):
    return list(Event.objects.about(subject).order_by("subject_version").values_list("kind", flat=True))


class TestGivingByHand:
    """Somebody else's word counts for much, but not for skills, and for full plates only with a reason."""

    def test_who_lacks_the_skill_is_refused_by_name(self, world, released):
        process = ProcessFactory(organization=world.north, department=world.assembly, required_skill="WELD2")

        with pytest.raises(NotAllowed) as refusal:
            assignments.assign(released(process=process), by=world.sina, member=world.omar)

        assert named(refusal) == [("member", "skill_missing")]
        assert str(refusal.value).startswith("Omar has no WELD2")

    def test_who_has_it_is_given_it(self, world, released):
        skill = SkillFactory(organization=world.north, code="WELD2")
        MemberSkillFactory(organization=world.north, member=world.omar, skill=skill)
        process = ProcessFactory(organization=world.north, department=world.assembly, required_skill="WELD2")

        task = assignments.assign(released(process=process), by=world.sina, member=world.omar)

        assert task.assigned_member_id == world.omar.pk

    def test_who_is_on_leave_is_refused(self, world, released):
        on_leave(world.omar)

        with pytest.raises(NotAllowed) as refusal:
            assignments.assign(released(), by=world.sina, member=world.omar)

        assert codes(refusal) == ["absent"]
        assert str(refusal.value).startswith("Omar is on leave until")

    def test_leave_that_was_only_asked_for_hinders_nobody(self, world, released):
        on_leave(world.omar, approved=False)

        assert assignments.assign(released(), by=world.sina, member=world.omar).assigned_member_id == world.omar.pk

    def test_more_than_there_is_room_for_is_refused(self, world, released, given):
        room(world.omar, 100)
        given(world.omar, minutes=60)

        with pytest.raises(NotAllowed) as refusal:
            assignments.assign(released(minutes=41), by=world.sina, member=world.omar)

        assert codes(refusal) == ["overloaded"]
        assert str(refusal.value) == "Omar would be at 101 % of load."
        assert assignments.assign(released(minutes=40), by=world.sina, member=world.omar)

    def test_who_claims_needs_room_as_well(self, world, released):
        room(world.omar, 30)

        with pytest.raises(NotAllowed) as refusal:
            assignments.claim(released(minutes=31), by=world.omar)

        assert codes(refusal) == ["overloaded"]


class TestForce:
    """A supervisor may overrule the calendar and the load in so many words; everybody can read them afterwards."""

    def test_reason_lifts_leave_and_load_and_is_kept(self, world, released):
        on_leave(world.omar)
        room(world.omar, 30)

        task = assignments.assign(released(minutes=40), by=world.sina, member=world.omar, force="He offered to come in")

        assignment = Assignment.objects.of_task(task).get()
        offered = Event.objects.about(assignment).get()
        assert assignment.why.startswith("Sina gave it to Omar. In spite of: on leave until")
        assert assignment.why.endswith(", at 133 % of load. Reason: He offered to come in")
        assert [reason["code"] for reason in assignment.decision["against"]] == ["absent", "overloaded"]
        assert (assignment.decision["forced"], offered.data["forced"]) == ("He offered to come in",) * 2

    @pytest.mark.parametrize("reason", ["", "   "])
    def test_without_words_nothing_is_lifted(self, world, released, reason):
        on_leave(world.omar)

        with pytest.raises(NotAllowed):
            assignments.assign(released(), by=world.sina, member=world.omar, force=reason)

    def test_skill_department_and_role_are_beyond_it(self, world, released):
        """No reason makes somebody able to weld."""
        process = ProcessFactory(organization=world.north, department=world.assembly, required_skill="WELD2")
        task = released(process=process)

        for who, found in (
            (world.omar, ["skill_missing"]),
            (world.odd, ["other_department", "skill_missing"]),
            (world.vera, ["not_operator", "other_department", "skill_missing"]),
            (world.ivan, ["inactive", "skill_missing"]),
        ):
            if who.active:
                on_leave(who)
            with pytest.raises(NotAllowed) as refusal:
                assignments.assign(task, by=world.ada, member=who, force="Because I say so")
            assert codes(refusal) == found

    def test_nothing_to_lift_leaves_no_trace(self, world, released):
        task = assignments.assign(released(), by=world.sina, member=world.omar, force="To be sure")

        assignment = Assignment.objects.of_task(task).get()
        assert assignment.why == "Sina gave it to Omar."
        assert "forced" not in assignment.decision

    def test_too_many_words_are_refused(self, world, released):
        with pytest.raises(Invalid) as refusal:
            assignments.assign(released(), by=world.sina, member=world.omar, force="x" * 501)

        assert named(refusal) == [("force", "max_length")]

    def test_crossing_the_room_is_told_once(self, world, released):
        """The next one too many is no news: whoever reads it has known since the first."""
        capacity = room(world.omar, 50)

        for minutes in (40, 20, 30):
            assignments.assign(released(minutes=minutes), by=world.sina, member=world.omar, force="The truck waits")

        [told] = Event.objects.about(capacity).filter(kind="capacity.exceeded")
        assert told.data == {
            "member": str(world.omar.pk),
            "load_minutes": "60.00",
            "room_minutes": "50.00",
            "because": "The truck waits",
        }

    def test_overload_of_who_has_no_capacity_of_their_own(self, world, released):
        """The organization's rule holds for them: 2400 minutes."""
        assignments.assign(released(minutes=2401), by=world.sina, member=world.omar, force="One big job")

        assert kinds_of(Capacity.objects.get(member=world.omar))[-1] == "capacity.exceeded"
