"""A plan from the wish for one until it is undone, through its verbs and the worker that computes it."""

import datetime
from unittest import mock

import pytest

from dispatch.actions import assignments, plans
from dispatch.actions.plans import computing
from dispatch.models import Absence, Assignment, Capacity, DispatchPolicy, MemberShift, Plan, PlanItem, PlanStep, Shift
from notifications.models import Notification
from tenants import context, relay
from tenants.context import tenant
from tenants.errors import Invalid, NotAllowed
from tenants.models import Event, Member
from tests.factories import DepartmentFactory
from workorder.actions import orders, tasks
from workorder.models import WorkOrderTask

LABEL = "dispatch.planstep"


@pytest.fixture
def burst_of(world):
    """`burst_of(member)` -> what stands in their inbox once everything has been relayed."""

    def burst_of(member):
        relay.drain_here(world.north)
        return list(Notification.objects.filter(recipient=member))

    return burst_of


def item_of(plan, task):
    return PlanItem.objects.get(plan=plan, task=task)


def holder_of(task):
    return WorkOrderTask.objects.get(pk=task.pk).assigned_member


def codes(error):
    return [problem.code for problem in error.value.problems]


class TestComputing:
    def test_everybody_who_can_gets_their_share(self, world, north, lea, released, computed):
        """Two tasks of an hour, two people: one each, with a time, and the figures say what it is worth."""
        one, two = released(), released()

        plan = computed(department=world.assembly)

        given = {item_of(plan, task).member_id for task in (one, two)}
        assert plan.status == "ready"
        assert given == {world.omar.pk, lea.pk}
        assert all(item.starts_at < item.ends_at for item in plan.items.filter(task__in=[one, two]))
        assert (plan.before["unassigned"] - plan.after["unassigned"]) == plan.tasks_moved
        assert (plan.tasks_done, plan.tasks_total) == (plan.items.count(), plan.items.count())

    def test_the_same_backlog_has_the_same_hash(self, world, north, released, computed, frozen_clock):
        """What an answer was made from can be proven: the snapshot is kept, and its hash with it."""
        released()

        one, two = computed(), computed(name="Again")

        assert one.input_hash == two.input_hash != ""
        assert [str(job["id"]) for job in one.snapshot["jobs"]]

    def test_it_is_computed_in_the_background_and_says_how_far_it_is(self, world, north, released, computed):
        """Whoever watches sees it grow: the progress is committed while the answer is not there yet."""
        released()
        seen = []

        def watching(snapshot, settings, *, seconds, tell):
            for done in (1, 2, 3):
                tell("giving", done, 4)
                seen.append(Plan.objects.values_list("phase", "tasks_done", "status").get())
            return computing_plan(snapshot, settings, seconds=seconds, tell=tell)

        computing_plan = computing.plan
        with mock.patch.multiple(computing, plan=watching, EVERY_SECONDS=0):
            plan = computed()

        assert {phase for phase, _, _ in seen} == {"Giving tasks to people"}
        assert [done for _, done, _ in seen] == sorted(done for _, done, _ in seen)
        assert {status for _, _, status in seen} == {"computing"}
        assert (plan.status, plan.phase) == ("ready", "")

    def test_a_run_that_breaks_is_repeated_and_at_last_says_why(self, world, north, released):
        """A plan must not be computing for ever."""
        with mock.patch.object(computing, "plan", side_effect=RuntimeError("no memory")):
            plan = plans.create(by=world.pia, name="Monday")
            step = PlanStep.objects.get(plan=plan)
            for attempt in (1, 2, 3):
                step.attempts = attempt
                with pytest.raises(RuntimeError):
                    computing.run(step)
            step.attempts = 4
            computing.run(step)

        found = Plan.objects.get(pk=plan.pk)
        assert (found.status, found.problem) == (
            "failed",
            "Something broke on our side, several times. Nothing was changed.",
        )
        assert "plan.failed" in kinds_of(plan)

    def test_an_empty_floor_has_an_empty_plan(self, world, computed):
        with tenant(world.south):
            department = DepartmentFactory(organization=world.south)
            plan = plans.create(by=world.bea_in_south, name="Nothing", department=department)
            step = PlanStep.objects.get(plan=plan)
        relay.run(LABEL, world.south, step.pk)

        with tenant(world.south):
            found = Plan.objects.get(pk=plan.pk)
            assert (found.status, found.items.count(), found.tasks_moved) == ("ready", 0, 0)

    def test_what_runs_or_is_pinned_stays(self, world, north, lea, released, computed):
        """Nobody loses work they are at, nor what was pinned."""
        running, pinned = released(), released()
        assignments.assign(running, by=world.ada, member=world.omar)
        tasks.start(running, by=world.omar)
        assignments.assign(pinned, by=world.ada, member=world.omar)
        Assignment.objects.of_task(pinned).update(pinned=True)

        plan = computed()

        kept = [item_of(plan, task) for task in (running, pinned)]
        assert [item.member_id for item in kept] == [world.omar.pk] * 2
        assert all(item.parts["fixed"] for item in kept)

    @pytest.mark.parametrize(
        ("values", "field"),
        [
            ({"name": "  "}, "name"),
            ({"name": "x" * 121}, "name"),
            ({"name": "A", "move_penalty": -1}, "move_penalty"),
            ({"name": "A", "balance_weight": 10_001}, "balance_weight"),
        ],
    )
    def test_what_cannot_be_meant_names_its_field(self, world, north, values, field):
        with pytest.raises(Invalid) as refused:
            plans.create(by=world.pia, **values)

        assert [problem.field for problem in refused.value.problems] == [field]
        assert not Plan.objects.exists()

    def test_twenty_scenarios_are_enough(self, world, north):
        """Each holds a copy of the backlog."""
        for number in range(20):
            plans.create(by=world.pia, name=f"Scenario {number}")

        with pytest.raises(NotAllowed) as refused:
            plans.create(by=world.pia, name="One more")

        assert codes(refused) == ["too_many_plans"]


class TestPublishing:
    def test_everybody_has_what_the_plan_says(self, world, north, lea, released, computed):
        """Task, assignment and history agree, and the record says from which snapshot and who would have been next."""
        one, two = released(), released()
        plan = computed()

        plans.publish(plan, by=world.pia)

        for task in (one, two):
            item = item_of(plan, task)
            [made] = Assignment.objects.of_task(task).open()
            assert (made.member_id, made.plan_id, made.pk) == (item.member_id, plan.pk, item.assignment_id)
            assert (made.starts_at, made.ends_at) == (item.starts_at, item.ends_at)
            assert holder_of(task).pk == item.member_id
            assert made.why.startswith(f"Plan 'Monday' gives it to {made.member.name}")
            assert made.decision["input_hash"] == plan.input_hash
            assert made.decision["candidates"][0]["name"] == made.member.name
            assert kinds_of(made) == ["assignment.offered"]
            assert kinds_of(task)[0] == "task.assigned"
        assert kinds_of(plan)[0] == "plan.published"

    def test_people_are_told_once_however_many_tasks_they_get(self, world, north, released, computed, burst_of):
        """Ten thousand tasks are no ten thousand messages."""
        for _ in range(3):
            released()
        plan = computed()
        plans.publish(plan, by=world.pia)

        told = burst_of(world.omar)

        assert plan.tasks_moved >= 3
        assert [entry.title for entry in told] == [f"{plan.tasks_moved} tasks are yours"]
        assert "Monday" in told[0].content

    def test_the_same_member_may_say_it_twice(self, world, north, released, computed):
        """The answer was lost on the way: a retry changes nothing, somebody else is told they come second."""
        released()
        plan = computed()
        plans.publish(plan, by=world.pia)
        before = Event.objects.count()

        assert plans.publish(plan, by=world.pia).status == "published"
        with pytest.raises(NotAllowed) as refused:
            plans.publish(plan, by=world.ada)

        assert codes(refused) == ["already_published"]
        assert Event.objects.count() == before

    @pytest.mark.parametrize("change", ["claimed", "absent", "due", "split", "moved_away"])
    def test_what_has_changed_is_named_and_nothing_is_published(self, world, north, released, computed, change):
        """A plan is a promise about a moment; later, somebody must look again."""
        task = released()
        plan = computed()
        CHANGES[change](world, task)

        with pytest.raises(NotAllowed) as refused:
            plans.publish(plan, by=world.pia)

        assert set(codes(refused)) == {"stale_item"}
        assert any(problem.message.startswith(f"{task.title}: ") for problem in refused.value.problems)
        assert Plan.objects.get(pk=plan.pk).status == "ready"
        assert not Assignment.objects.filter(plan=plan).exists()

    def test_the_rest_is_published_if_that_is_wanted(self, world, north, released, computed):
        task, other = released(), released()
        plan = computed()
        CHANGES["claimed"](world, task)

        plans.publish(plan, by=world.pia, skip_stale=True)

        assert item_of(plan, task).problem == "somebody else has it by now."
        assert item_of(plan, other).assignment is not None
        assert Event.objects.about(plan).first().data["skipped"] == 1

    def test_a_task_that_has_merely_become_ready_is_no_surprise(self, world, north, waiting, computed):
        """Earlier work ends all the time; that is what the plan counted on."""
        plan = computed()
        first = WorkOrderTask.objects.exclude(pk=waiting.pk).get(work_order=waiting.work_order_id)
        assert item_of(plan, waiting).member_id == world.omar.pk
        plans.move(plan, by=world.pia, task=first, member=None)
        tasks.start(first, by=world.omar)
        tasks.report(first, by=world.omar, good=1)
        tasks.complete(first, by=world.omar)

        plans.publish(plan, by=world.pia)

        assert holder_of(waiting).pk == world.omar.pk

    def test_what_begins_with_a_shift_is_not_before_it(self, world, north, released, computed):
        """A plan made at any fraction of a second gives whole ones, so nobody is found off shift at its beginning."""
        start = (context.now() + datetime.timedelta(hours=3)).astimezone(north.zone).replace(microsecond=0)
        shift = Shift.objects.create(
            name="Late",
            starts=start.time(),
            ends=(start + datetime.timedelta(hours=4)).time(),
            saturday=True,
            sunday=True,
        )
        MemberShift.objects.create(member=world.omar, shift=shift, since=start.date() - datetime.timedelta(days=9))
        task = released()

        plan = plans.publish(computed(), by=world.pia)

        assert item_of(plan, task).starts_at >= start

    def test_two_plans_do_not_give_one_hour_twice(self, world, north, released, computed):
        """Both were computed when Omar was free at eight; the second to be published finds him taken."""
        one, two = released(), released()
        first, second = computed(name="First"), computed(name="Second")
        plans.move(first, by=world.pia, task=two, member=None)
        plans.move(second, by=world.pia, task=one, member=None)
        PlanItem.objects.filter(plan=second, task=two).update(
            starts_at=item_of(first, one).starts_at, ends_at=item_of(first, one).ends_at
        )
        plans.publish(first, by=world.pia)

        with pytest.raises(NotAllowed) as refused:
            plans.publish(second, by=world.pia)

        assert "another plan has given this time" in str(refused.value)

    def test_a_member_with_too_much_by_now_gets_no_more(self, world, north, released, computed):
        """The room is asked for when it counts, with what came meanwhile."""
        released(minutes=60)
        plan = computed()
        Capacity.objects.create(member=world.omar, open_minutes=30)

        with pytest.raises(NotAllowed, match="too much to do"):
            plans.publish(plan, by=world.pia)


class TestApproval:
    @pytest.fixture
    def large(self, world, north, released, computed):
        """A plan that moves two tasks where two need a second pair of eyes."""
        DispatchPolicy.objects.create(approval_from=2)
        released(), released()
        return computed()

    def test_a_large_plan_needs_somebody_else(self, world, large):
        """Four eyes: who submitted it cannot agree to it."""
        with pytest.raises(NotAllowed) as at_once:
            plans.publish(large, by=world.pia)
        plans.submit(large, by=world.pia)
        with pytest.raises(NotAllowed) as own:
            plans.publish(large, by=world.pia)
        found = plans.publish(large, by=world.ada)

        assert (codes(at_once), codes(own)) == (["needs_approval"], ["own_submission"])
        assert (found.status, found.approved_by) == ("published", world.ada)

    def test_what_waits_is_not_changed_under_the_eyes_of_who_agrees(self, world, large):
        plans.submit(large, by=world.pia)
        item = large.items.that_change_something().select_related("task").first()

        with pytest.raises(NotAllowed) as refused:
            plans.move(large, by=world.pia, task=item.task, member=None)

        assert codes(refused) == ["wrong_state"]

    def test_it_goes_back_with_a_word(self, world, large):
        plans.submit(large, by=world.pia)
        with pytest.raises(Invalid):
            plans.return_(large, by=world.ada, comment=" ")

        found = plans.return_(large, by=world.ada, comment="Not on Monday.")

        assert found.status == "ready"
        assert Event.objects.about(large).first().data == {"comment": "Not on Monday."}


def kinds_of(obj):
    return list(Event.objects.about(obj).values_list("kind", flat=True))


def _claim(world, task):
    assignments.claim(task, by=world.omar)


def _leave(world, task):
    start = context.now()
    Absence.objects.create(
        member=world.omar,
        starts_at=start - datetime.timedelta(hours=1),
        ends_at=start + datetime.timedelta(days=9),
        status="approved",
        decided_by=world.ada,
        decided_at=start,
    )


def _due(world, task):
    orders.reschedule(task.work_order, by=world.pia, due_at=context.now() + datetime.timedelta(days=1))
    WorkOrderTask.objects.filter(pk=task.pk).update(version=task.version + 1)


def _split(world, task):
    WorkOrderTask.objects.filter(pk=task.pk).update(estimate_minutes=7, version=task.version + 1)


def _move_away(world, task):
    Member.objects.filter(pk=world.omar.pk).update(department=world.welding)


CHANGES = {"claimed": _claim, "absent": _leave, "due": _due, "split": _split, "moved_away": _move_away}
