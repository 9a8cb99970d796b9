"""Work that changes hands after it was given: given on to another, or exchanged."""

import pytest

from dispatch.actions import assignments
from tenants.errors import NotAllowed, Stale
from tenants.models import Event
from tests.factories import (
    CapacityFactory,
)
from tests.support.reasons import codes, named
from workorder.actions import tasks
from workorder.models import WorkOrderTask

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_north")]


def room(member, minutes):
    return CapacityFactory(organization=member.organization, member=member, open_minutes=minutes)


def holder(task):
    return WorkOrderTask.objects.get(pk=getattr(task, "task_id", task.pk)).assigned_member_id


def kinds_of(subject):
    return list(Event.objects.about(subject).order_by("subject_version").values_list("kind", flat=True))


class TestReassign:
    """Taken from one and given to another in one step: nobody sees it lying about in between."""

    def test_it_goes_to_the_other_in_one_step(self, world, given, ines):
        before = given(world.omar)

        after = assignments.reassign(before, by=world.sina, member=ines, reason="Omar is needed at the press.")

        assert (holder(before), after.status) == (ines.pk, "offered")
        assert kinds_of(before) == ["assignment.offered", "assignment.withdrawn"]
        assert after.why == "Sina took it from Omar and gave it to Ines. Omar is needed at the press."
        assert kinds_of(before.task)[-2:] == ["task.assigned", "task.assigned"]

    def test_history_says_from_whom_to_whom_and_why(self, world, given, ines):
        before = given(world.omar)

        assignments.reassign(before, by=world.sina, member=ines, reason="Press")

        told = Event.objects.about(before).first()
        assert told.data == {"because": "Press", "given_to": str(ines.pk)}

    def test_who_cannot_have_it_leaves_it_where_it_was(self, world, given, ines):
        before = given(world.omar, minutes=60)
        room(ines, 59)

        with pytest.raises(NotAllowed) as refusal:
            assignments.reassign(before, by=world.sina, member=ines)

        assert codes(refusal) == ["overloaded"]
        assert holder(before) == world.omar.pk
        assert assignments.reassign(before, by=world.sina, member=ines, force="Only today").member_id == ines.pk

    def test_work_that_has_begun_stays_until_it_is_paused(self, world, given, ines):
        before = given(world.omar)
        tasks.start(before.task, by=world.omar)

        with pytest.raises(NotAllowed) as refusal:
            assignments.reassign(before, by=world.sina, member=ines)
        assert codes(refusal) == ["task_started"]

        tasks.pause(before.task, by=world.omar)
        assert assignments.reassign(before, by=world.sina, member=ines).member_id == ines.pk

    def test_to_who_has_it_is_no_move(self, world, given):
        with pytest.raises(NotAllowed) as refusal:
            assignments.reassign(given(world.omar), by=world.sina, member=world.omar)

        assert named(refusal) == [("member", "already_theirs")]

    def test_said_twice_is_done_once(self, world, given, ines):
        before = given(world.omar)
        first = assignments.reassign(before, by=world.sina, member=ines)

        assert assignments.reassign(before, by=world.sina, member=ines) == first
        with pytest.raises(NotAllowed):
            assignments.reassign(before, by=world.ada, member=ines)

    def test_version_seen_is_compared(self, world, given, ines):
        before = given(world.omar)
        assignments.accept(before, by=world.omar)

        with pytest.raises(Stale):
            assignments.reassign(before, by=world.sina, member=ines, seen=before.version)


class TestSwap:
    """Two people exchange what they have; both are judged as they would stand afterwards."""

    def test_each_has_what_the_other_had(self, world, given, ines):
        his, hers = given(world.omar), given(ines)

        gone, come = assignments.swap(his, hers, by=world.sina, reason="As agreed.")

        assert (holder(his), holder(hers)) == (ines.pk, world.omar.pk)
        assert (gone.member_id, come.member_id) == (ines.pk, world.omar.pk)
        assert gone.why == come.why == "Sina exchanged it between Omar and Ines. As agreed."

    def test_full_plates_can_be_exchanged(self, world, given, ines):
        """What is given away makes room for what comes."""
        room(world.omar, 60), room(ines, 60)
        his, hers = given(world.omar, minutes=60), given(ines, minutes=50)

        assignments.swap(his, hers, by=world.sina)

        assert (holder(his), holder(hers)) == (ines.pk, world.omar.pk)

    def test_what_does_not_fit_one_changes_nothing_for_both(self, world, given, ines):
        room(ines, 50)
        his, hers = given(world.omar, minutes=60), given(ines, minutes=50)
        before = world.fingerprint()

        with pytest.raises(NotAllowed) as refusal:
            assignments.swap(his, hers, by=world.sina)

        assert str(refusal.value) == "Ines would be at 120 % of load."
        assert world.fingerprint() == before

    def test_both_sides_are_told_at_once(self, world, given):
        his, odds = given(world.omar), given(world.odd)

        with pytest.raises(NotAllowed) as refusal:
            assignments.swap(his, odds, by=world.ada)

        assert codes(refusal) == ["other_department"] * 2

    def test_running_work_is_not_exchanged(self, world, given, ines):
        his, hers = given(world.omar), given(ines)
        tasks.start(hers.task, by=ines)

        with pytest.raises(NotAllowed) as refusal:
            assignments.swap(his, hers, by=world.sina)

        assert codes(refusal) == ["task_started"]

    def test_two_of_one_person_are_no_pair(self, world, given):
        his = given(world.omar)

        with pytest.raises(NotAllowed) as refusal:
            assignments.swap(his, given(world.omar), by=world.sina)
        assert codes(refusal) == ["same_member"]

        with pytest.raises(NotAllowed) as refusal:
            assignments.swap(his, his, by=world.sina)
        assert codes(refusal) == ["same_assignment"]

    def test_said_twice_is_done_once(self, world, given, ines):
        his, hers = given(world.omar), given(ines)
        first = assignments.swap(his, hers, by=world.sina)

        assert assignments.swap(his, hers, by=world.sina) == first
