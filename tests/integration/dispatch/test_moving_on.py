"""Work that changes hands after it was given: given on, exchanged, and taken from whoever cannot do it any more."""

import datetime

import pytest

from dispatch.actions import assignments
from dispatch.models import Absence, Assignment, Capacity
from tenants import context, relay
from tenants.actions import members
from tenants.errors import Invalid, NotAllowed, Stale
from tenants.models import Event
from tests.factories import (
    AbsenceFactory,
    CapacityFactory,
    MemberSkillFactory,
    OperatorFactory,
    ProcessFactory,
    SkillFactory,
)
from tests.support.reasons import codes, named
from workorder.actions import tasks
from workorder.models import WorkOrderTask

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_north")]


@pytest.fixture
def ines(world):
    """A second operator in Assembly."""
    return OperatorFactory(organization=world.north, department=world.assembly, user__name="Ines")


@pytest.fixture
def given(world, released):
    """`given(member, minutes=60, …)`: a released task in a member's hands, as its open assignment."""

    def given(member, **values):
        task = released(department="welding" if member == world.odd else "assembly", **values)
        assignments.assign(task, by=world.ada, member=member)
        return Assignment.objects.of_task(task).get()

    return given


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


def holder(task):
    return WorkOrderTask.objects.get(pk=getattr(task, "task_id", task.pk)).assigned_member_id


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
