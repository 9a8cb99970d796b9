"""Work of whoever cannot do it any more, and how much of it one can do at once."""

import datetime

import pytest

from dispatch.actions import assignments
from dispatch.models import Absence, Assignment
from tenants import context, relay
from tenants.actions import members
from tenants.errors import NotAllowed
from tenants.models import Event
from tests.factories import (
    AbsenceFactory,
    CapacityFactory,
    MemberSkillFactory,
    OperatorFactory,
    ProcessFactory,
    SkillFactory,
)
from tests.support.reasons import codes
from workorder.actions import tasks
from workorder.models import WorkOrderTask

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


def holder(task):
    return WorkOrderTask.objects.get(pk=getattr(task, "task_id", task.pk)).assigned_member_id


class TestReoffer:
    """What somebody cannot do any more goes to the next best, with nobody having to notice."""

    def test_unstarted_work_goes_to_the_next_best_with_the_reason(self, world, given, ines):
        his = given(world.omar)
        on_leave(world.omar)

        [task] = assignments.reoffer(world.omar, by=None, because="Omar is on leave until Monday.")

        after = Assignment.objects.of_task(task).open().get()
        assert (task.assigned_member_id, after.status) == (ines.pk, "offered")
        assert after.why.startswith("Omar is on leave until Monday. No rule matches, so it stays in Assembly. Ines ")
        assert Event.objects.about(his).first().data["because"] == "Omar is on leave until Monday."

    def test_with_nobody_left_it_waits_in_its_queue_and_says_so(self, world, given):
        his = given(world.omar)

        assignments.reoffer(world.omar, by=None, because="Omar is on leave.")

        told = Event.objects.about(his.task).first()
        assert (holder(his), told.kind) == (None, "task.queued")
        assert told.data["why"].startswith("Omar is on leave. No rule matches, so it stays in Assembly.")
        assert told.data["nobody_eligible"] is True

    def test_what_has_begun_stays_and_is_named(self, world, given, ines):
        running, waiting = given(world.omar), given(world.omar)
        tasks.start(running.task, by=world.omar)

        taken = assignments.reoffer(world.omar, by=None, because="Omar has clocked out.")

        assert [task.pk for task in taken] == [waiting.task_id]
        assert holder(running) == world.omar.pk
        assert Event.objects.about(waiting).first().data["stays"] == [str(running.task_id)]

    def test_paused_work_stays_too(self, world, given):
        paused = given(world.omar)
        tasks.start(paused.task, by=world.omar)
        tasks.pause(paused.task, by=world.omar)

        assert assignments.reoffer(world.omar, by=None, because="Omar has clocked out.") == []

    def test_what_is_not_due_yet_waits_for_its_turn(self, world, waiting, ines):
        assignments.assign(waiting, by=world.ada, member=world.omar)

        assignments.reoffer(world.omar, by=None, because="Omar is on leave.")

        assert holder(waiting) is None
        assert Event.objects.about(waiting).first().data["why"] == "Omar is on leave."

    def test_only_what_needs_the_skill(self, world, given, released, ines):
        skill = SkillFactory(organization=world.north, code="WELD2")
        for member in (world.omar, ines):
            MemberSkillFactory(organization=world.north, member=member, skill=skill)
        process = ProcessFactory(organization=world.north, department=world.assembly, required_skill="WELD2")
        plain, welded = given(world.omar), given(world.omar, process=process)

        assignments.reoffer(world.omar, by=None, because="Omar's certificate has run out.", needing="WELD2")

        assert (holder(plain), holder(welded)) == (world.omar.pk, ines.pk)

    def test_they_are_not_asked_again(self, world, given):
        """Leave that begins tomorrow is no reason against them now, but they shall not get it back."""
        his = given(world.omar)

        assignments.reoffer(world.omar, by=None, because="Omar leaves tomorrow.")

        assert holder(his) is None

    def test_said_twice_is_done_once(self, world, given, ines):
        given(world.omar)
        assignments.reoffer(world.omar, by=None, because="Omar is on leave.")
        before = world.fingerprint()

        assert assignments.reoffer(world.omar, by=None, because="Omar is on leave.") == []
        assert world.fingerprint() == before

    def test_many_are_spread_over_who_is_left(self, world, given, ines):
        jo = OperatorFactory(organization=world.north, department=world.assembly, user__name="Jo")
        his = [given(world.omar) for _ in range(4)]

        assignments.reoffer(world.omar, by=None, because="Omar is on leave.")

        who = [holder(one) for one in his]
        assert (who.count(ines.pk), who.count(jo.pk)) == (2, 2)


class TestWhenPeopleChange:
    """An admin edits a member and thinks of nothing else; their work finds others by itself."""

    def test_who_is_sent_away(self, world, given, ines):
        his = given(world.omar)

        members.edit(world.omar, by=world.ada, active=False)
        relay.drain_here(world.north)

        assert holder(his) == ines.pk
        assert Event.objects.about(his).first().data["because"] == "Omar is no longer active."

    def test_who_may_only_look_from_now_on(self, world, given, ines):
        his = given(world.omar)

        members.edit(world.omar, by=world.ada, role="viewer")
        relay.drain_here(world.north)

        assert holder(his) == ines.pk

    def test_who_moves_leaves_their_work_behind(self, world, given, ines):
        his = given(world.omar)

        members.edit(world.omar, by=world.ada, department=world.welding)
        relay.drain_here(world.north)

        assert holder(his) == ines.pk
        assert Event.objects.about(his).first().data["because"] == "Omar has moved to Welding."

    def test_what_came_after_the_move_is_theirs(self, world, given, released):
        """The news may be late: what they were given in the new place is none of its business."""
        members.edit(world.omar, by=world.ada, department=world.welding)
        new = released(department="welding")
        world.omar.refresh_from_db()
        assignments.assign(new, by=world.ada, member=world.omar)

        relay.drain_here(world.north)

        assert holder(new) == world.omar.pk

    def test_who_becomes_a_supervisor_keeps_it(self, world, given, ines):
        his = given(world.omar)

        members.edit(world.omar, by=world.ada, role="supervisor")
        relay.drain_here(world.north)

        assert holder(his) == world.omar.pk


class TestRunning:
    """How many things one can do at once: one, unless somebody has written down more."""

    @pytest.fixture
    def busy(self, world, given):
        """Omar is at one task, and has another."""
        first, second = given(world.omar), given(world.omar)
        tasks.start(first.task, by=world.omar)
        return first.task, second.task

    def test_second_cannot_be_started(self, world, busy):
        with pytest.raises(NotAllowed) as refusal:
            tasks.start(busy[1], by=world.omar)

        assert codes(refusal) == ["too_many_running"]
        assert str(refusal.value).startswith(f"Omar is already working on {busy[0].title}: pause or finish that first.")

    def test_whoever_presses_the_button(self, world, busy):
        """It is Omar who has two hands, not Sina."""
        with pytest.raises(NotAllowed):
            tasks.start(busy[1], by=world.sina)

    def test_after_a_pause_the_other_can(self, world, busy):
        tasks.pause(busy[0], by=world.omar)
        assert tasks.start(busy[1], by=world.omar).status == "in_progress"

        with pytest.raises(NotAllowed) as refusal:
            tasks.resume(busy[0], by=world.omar)
        assert codes(refusal) == ["too_many_running"]

    def test_who_may_run_two_may(self, world, busy):
        CapacityFactory(organization=world.north, member=world.omar, running_tasks=2)

        assert tasks.start(busy[1], by=world.omar).status == "in_progress"

    def test_of_nobodys_task_it_is_who_begins_it(self, world, given, released):
        hers = given(world.sina)
        tasks.start(hers.task, by=world.sina)

        with pytest.raises(NotAllowed) as refusal:
            tasks.start(released(), by=world.sina)

        assert codes(refusal) == ["too_many_running"]
