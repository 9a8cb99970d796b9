"""Plans too large for a request: queued by whoever presses, published by a worker, all of it or nothing."""

from unittest import mock

import pytest
from django.db import transaction

from dispatch.actions import assignments, plans
from dispatch.actions.plans import handing, publishing
from dispatch.models import Assignment, DispatchPolicy, Plan, PlanItem, PlanPublishing
from notifications.models import Notification
from tenants import relay
from tenants.errors import NotAllowed
from tenants.models import Event
from workorder.models import WorkOrderTask

LABEL = "dispatch.planpublishing"


@pytest.fixture(autouse=True)
def small_requests(monkeypatch):
    """Here two tasks are many."""
    monkeypatch.setattr(publishing, "MOST_AT_ONCE", 1)


@pytest.fixture
def two(world, north, lea, released):
    return [released(), released()]


@pytest.fixture
def plan(two, computed):
    return computed()


def work(world):
    """Let a worker do what is queued."""
    row = PlanPublishing.objects.get(state="pending")
    relay.run(LABEL, world.north, row.pk)
    return Plan.objects.get(pk=row.plan_id)


def given(plan):
    """Everything that publishing writes, but for the ids and times of its own."""
    offers = Assignment.objects.filter(plan=plan).order_by("task")
    columns = ("task", "member", "status", "why", "decision", "starts_at", "ends_at", "pinned", "input_hash")
    tasks = WorkOrderTask.objects.order_by("pk")
    told = Event.objects.exclude(kind="plan.queued").order_by("kind", "subject_id")
    return {
        "offers": list(offers.values_list(*columns)),
        "tasks": list(tasks.values_list("pk", "assigned_member", "assigned_department", "version")),
        "items": list(PlanItem.objects.filter(plan=plan).order_by("pk").values_list("assignment", "problem")),
        "events": list(told.values_list("kind", "subject_id", "actor", "data")),
        "approved": Plan.objects.get(pk=plan.pk).approved_by_id,
    }


def codes(error):
    return [problem.code for problem in error.value.problems]


class TestQueued:
    def test_nobody_has_anything_until_a_worker_comes(self, world, two, plan):
        """Whoever presses is answered at once, and what they saw is not changed by anybody meanwhile."""
        found = plans.publish(plan, by=world.pia)

        assert (found.status, found.published_at) == ("publishing", None)
        assert not Assignment.objects.filter(plan=plan).exists()
        with pytest.raises(NotAllowed):
            plans.move(plan, by=world.pia, task=two[0], member=None)
        with pytest.raises(NotAllowed):
            plans.discard(plan, by=world.pia)

    def test_said_twice_it_is_queued_once(self, world, plan):
        """A retry is told yes, somebody else that they come second; and so it is once it has been published."""
        for _ in range(2):
            plans.publish(plan, by=world.pia, seen=plan.version)
        with pytest.raises(NotAllowed) as refused:
            plans.publish(plan, by=world.ada)

        assert codes(refused) == ["wrong_state"]
        assert work(world).status == "published"
        assert plans.publish(plan, by=world.pia, seen=plan.version).status == "published"
        with pytest.raises(NotAllowed) as second:
            plans.publish(plan, by=world.ada)
        assert codes(second) == ["already_published"]
        assert PlanPublishing.objects.count() == 1

    def test_it_counts_as_unpublished(self, world, plan):
        """Twenty plans may lie about; one that is being published is one of them."""
        plans.publish(plan, by=world.pia)
        for number in range(19):
            plans.create(by=world.pia, name=f"Scenario {number}")

        with pytest.raises(NotAllowed):
            plans.create(by=world.pia, name="One more")


class TestGiven:
    def test_a_worker_leaves_what_a_request_leaves(self, world, plan, monkeypatch):
        """One verb, two doors: the same offers with the same words, the same tasks, the same events."""
        with transaction.atomic():
            monkeypatch.setattr(publishing, "MOST_AT_ONCE", 200)
            plans.publish(plan, by=world.pia)
            by_request = given(plan)
            transaction.set_rollback(True)
        monkeypatch.setattr(publishing, "MOST_AT_ONCE", 1)
        plans.publish(plan, by=world.pia)

        work(world)

        by_worker = given(plan)
        assert len(by_request["offers"]) >= 2
        assert by_worker == by_request

    def test_it_says_what_it_is_at(self, world, plan):
        """Whoever watches sees that it has begun, while nobody has anything yet."""
        plans.publish(plan, by=world.pia)
        seen = []
        judging = publishing.judge

        def watching(*args, **named):
            seen.append(Plan.objects.values_list("status", "phase").get())
            return judging(*args, **named)

        with mock.patch.object(publishing, "judge", watching):
            done = work(world)

        assert seen == [("publishing", "Giving everybody their tasks")]
        assert (done.status, done.phase) == ("published", "")

    def test_people_are_told_once_and_by_name(self, world, plan):
        """That a worker did it is nobody's business: who pressed is who gave."""
        plans.publish(plan, by=world.pia)
        work(world)

        relay.drain_here(world.north)

        assert Notification.objects.filter(recipient=world.omar).count() == 1
        assert Event.objects.get(kind="plan.published").actor_id == world.pia.pk

    def test_it_can_be_undone(self, world, two, plan):
        plans.publish(plan, by=world.pia)
        work(world)

        plans.undo(plan, by=world.ada)

        assert not Assignment.objects.open().filter(plan=plan).exists()
        assert set(WorkOrderTask.objects.filter(pk__in=[t.pk for t in two]).values_list("assigned_member")) == {(None,)}

    def test_who_agreed_is_kept(self, world, plan):
        DispatchPolicy.objects.create(approval_from=2)
        plans.submit(plan, by=world.pia)
        plans.publish(plan, by=world.ada)

        assert work(world).approved_by_id == world.ada.pk


class TestStopped:
    def test_what_has_changed_is_named_and_nobody_gets_anything(self, world, two, plan):
        """It changed between the button and the worker: the plan is as it was, and each task says why."""
        plans.publish(plan, by=world.pia)
        assignments.claim(two[0], by=world.omar)

        found = work(world)

        assert (found.status, found.phase, found.published_at) == ("ready", "", None)
        assert two[0].title in found.problem
        assert PlanItem.objects.get(plan=plan, task=two[0]).problem == "somebody else has it by now."
        assert not Assignment.objects.filter(plan=plan).exists()
        assert Event.objects.about(plan).first().kind == "plan.stopped"

    def test_the_rest_is_published_if_that_is_wanted(self, world, two, plan):
        plans.publish(plan, by=world.pia)
        assignments.claim(two[0], by=world.omar)
        stopped = work(world)

        plans.publish(stopped, by=world.pia, skip_stale=True)
        found = work(world)

        assert (found.status, found.problem) == ("published", "")
        assert PlanItem.objects.get(plan=plan, task=two[0]).problem == "somebody else has it by now."
        assert PlanItem.objects.get(plan=plan, task=two[1]).assignment is not None

    def test_what_holds_again_is_published_without_its_old_reason(self, world, two, plan):
        """A reason of yesterday would keep an undo from giving the task back."""
        PlanItem.objects.filter(plan=plan, task=two[0]).update(problem="somebody else has it by now.")

        plans.publish(plan, by=world.pia)
        work(world)

        assert PlanItem.objects.get(plan=plan, task=two[0]).problem == ""

    def test_what_waited_for_agreement_waits_again(self, world, two, plan):
        """It was agreed to in vain; who agrees to what is left is asked anew."""
        DispatchPolicy.objects.create(approval_from=2)
        plans.submit(plan, by=world.pia)
        plans.publish(plan, by=world.ada)
        assignments.claim(two[0], by=world.omar)

        found = work(world)

        assert (found.status, found.approved_by) == ("waiting", None)

    def test_a_run_that_breaks_leaves_nothing_and_is_repeated(self, world, plan):
        """It broke after everything was given and before it was kept: there is no trace of it, and the next one does
        all of it."""
        plans.publish(plan, by=world.pia)
        row = PlanPublishing.objects.get()
        row.attempts = 1
        before = given(plan)
        with (
            mock.patch.object(publishing, "_keep_times", side_effect=RuntimeError("gone")),
            pytest.raises(RuntimeError),
        ):
            handing.run(row)

        assert given(plan) == before
        assert work(world).status == "published"

    @pytest.mark.parametrize(("attempts", "breaks"), [(handing.MOST_TRIES, True), (handing.MOST_TRIES + 1, False)])
    def test_one_that_always_breaks_is_given_up(self, world, plan, attempts, breaks):
        """With an exception, or without a word: a plan must not be publishing for ever."""
        plans.publish(plan, by=world.pia)
        row = PlanPublishing.objects.get()
        row.attempts = attempts

        with mock.patch.object(publishing, "_keep_times", side_effect=RuntimeError("gone") if breaks else None):
            handing.run(row)

        found = Plan.objects.get(pk=plan.pk)
        assert found.status == "ready"
        assert "again" in found.problem or "several times" in found.problem
        assert not Assignment.objects.filter(plan=plan).exists()

    def test_a_worker_thought_dead_finds_it_done(self, world, plan):
        """Two of them: the second changes nothing."""
        plans.publish(plan, by=world.pia)
        row = PlanPublishing.objects.get()
        work(world)
        before = given(plan)

        handing.run(row)

        assert given(plan) == before
