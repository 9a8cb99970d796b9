"""Plans and everybody else at the same time, on PostgreSQL: one winner, nobody with two, nothing half done."""

import contextlib
import os
import subprocess
import sys
from unittest import mock

import pytest

from dispatch.actions import assignments, plans
from dispatch.actions.plans import handing, publishing
from dispatch.models import Assignment, Plan, PlanItem, PlanPublishing, PlanStep
from tenants import relay
from tenants.context import tenant
from tenants.errors import NotAllowed, Stale
from tenants.models import Event, TenantQuerySet
from tests.factories import DepartmentFactory, OperatorFactory, OrganizationFactory, PlannerFactory, WorkOrderFactory
from tests.support import databases
from tests.support.racing import Meeting, no_constraint, no_lock, no_version, race
from workorder.models import WorkOrderTask

pytestmark = pytest.mark.django_db(transaction=True)

ONE_OPEN = ("dispatch_assignment", "assignment_one_open_per_task")
LABEL, PUBLISHING = "dispatch.planstep", "dispatch.planpublishing"
TASKS = 3


class Floor:
    """An organization with a department, two operators, two planners, and a computed plan of a few tasks."""

    def __init__(self):
        self.north = OrganizationFactory(slug="north")
        self.department = DepartmentFactory(organization=self.north)
        place = {"organization": self.north, "department": self.department}
        self.people = [OperatorFactory(**place) for _ in range(2)]
        self.planners = [PlannerFactory(organization=self.north) for _ in range(2)]
        for _ in range(TASKS):
            WorkOrderFactory(organization=self.north, line__department=self.department, at="released")
        with tenant(self.north):
            self.tasks = list(WorkOrderTask.objects.order_by("pk"))
        self.plan = self.computed("Monday")

    def computed(self, name):
        with tenant(self.north):
            plan = plans.create(by=self.planners[0], name=name)
            step = PlanStep.objects.get(plan=plan)
        relay.run(LABEL, self.north, step.pk)
        return plan

    def here(self, act, *args, **named):
        def acted():
            with tenant(self.north):
                return act(*args, **named)

        return acted

    def publish(self, plan=None, by=None, **more):
        return self.here(plans.publish, plan or self.plan, by=by or self.planners[0], **more)

    def queued(self):
        """The plan is published as if it were a large one: the row that a worker is to take."""
        with mock.patch.object(publishing, "MOST_AT_ONCE", 0):
            self.publish()()
        with tenant(self.north):
            return PlanPublishing.objects.get(plan=self.plan)

    def held(self):
        """How many open assignments each task has, and whether the task names the same member."""
        with tenant(self.north):
            rows = list(Assignment.objects.open().values_list("task_id", "member_id"))
            holders = dict(WorkOrderTask.objects.values_list("pk", "assigned_member_id"))
        tasks = [task for task, _ in rows]
        return max([tasks.count(task) for task in tasks], default=0), all(holders[task] == who for task, who in rows)


@pytest.fixture
def floor():
    return Floor()


def refusals(answers):
    return [answer for answer in answers if isinstance(answer, Exception)]


class TestPublishAndPublish:
    def test_two_planners_with_one_plan_publish_it_once(self, floor):
        """The plan's own row decides: the other one is told that it is published."""
        answers = race(*[floor.publish(by=by) for by in floor.planners])

        [loss] = refusals(answers)
        assert isinstance(loss, NotAllowed)
        assert [problem.code for problem in loss.problems] == ["already_published"]
        assert floor.held() == (1, True)

    def test_two_plans_of_the_same_tasks_do_not_both_get_them(self, floor):
        """Whoever comes second finds every task in somebody's hands."""
        other = floor.computed("Tuesday")

        answers = race(floor.publish(), floor.publish(other, by=floor.planners[1]))

        [loss] = refusals(answers)
        assert isinstance(loss, NotAllowed)
        assert {problem.code for problem in loss.problems} == {"stale_item"}
        assert floor.held() == (1, True)

    def test_control_without_guards_tasks_are_given_twice(self, floor, database_urls):
        """The race is real: without locks, versions and the index both plans go through."""
        other = floor.computed("Tuesday")
        meeting = Meeting(2)
        with contextlib.ExitStack() as off:
            off.enter_context(no_locks())
            off.enter_context(no_constraint(database_urls.owner, *ONE_OPEN))
            off.enter_context(mock.patch.object(publishing, "judge", meeting.after(publishing.judge)))
            answers = race(floor.publish(), floor.publish(other, by=floor.planners[1]))
            most, _ = floor.held()

        assert refusals(answers) == []
        assert most == 2


class TestPublishAndClaim:
    def test_a_task_is_claimed_or_planned_and_never_both(self, floor):
        """Either the claim comes too late, or the plan does and names the task."""
        claims = [floor.here(assignments.claim, task, by=floor.people[0]) for task in floor.tasks]

        answers = race(floor.publish(), *claims)

        assert all(isinstance(answer, NotAllowed | Stale) for answer in refusals(answers)), answers
        assert floor.held() == (1, True)
        with tenant(floor.north):
            published = Plan.objects.get(pk=floor.plan.pk).status == "published"
            claimed = Assignment.objects.filter(plan=None).count()
        assert published == (not claimed)

    def test_what_is_left_out_is_what_was_claimed(self, floor):
        claims = [floor.here(assignments.claim, task, by=floor.people[0]) for task in floor.tasks[:2]]

        race(floor.publish(skip_stale=True), *claims)

        with tenant(floor.north):
            left_out = set(PlanItem.objects.exclude(problem="").values_list("task_id", flat=True))
            claimed = set(Assignment.objects.filter(plan=None).values_list("task_id", flat=True))
        assert left_out == claimed
        assert floor.held() == (1, True)


class TestPublishAndUndo:
    def test_undoing_waits_for_publishing_or_is_refused(self, floor):
        """An undo never sees half a plan."""
        answers = race(floor.publish(), floor.here(plans.undo, floor.plan, by=floor.planners[1]))

        assert all(isinstance(answer, NotAllowed) for answer in refusals(answers))
        with tenant(floor.north):
            status = Plan.objects.get(pk=floor.plan.pk).status
            held = Assignment.objects.open().count()
        assert (status, held) in {("published", TASKS), ("undone", 0)}

    def test_undo_and_start_of_one_task(self, floor):
        """What somebody begins in this moment stays theirs; what they do not is given back."""
        from_plan = floor.publish()()
        with tenant(floor.north):
            row = Assignment.objects.open().select_related("member__user").first()
        accept = floor.here(assignments.decline, row, by=row.member, reason="No time.")

        race(floor.here(plans.undo, from_plan, by=floor.planners[0]), accept)

        assert floor.held()[0] <= 1
        assert floor.held()[1]


def die_of(script, row, urls):
    """Let another process work on a row until it kills itself."""
    killed = subprocess.run(
        [sys.executable, "-c", script, str(row.organization_id), str(row.pk)],
        env=os.environ | {"DATABASE_URL": urls.app, "DJANGO_SETTINGS_MODULE": "config.settings"},
        cwd=databases.ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert killed.returncode == -9, killed.stderr


class TestKilled:
    def test_a_worker_killed_in_the_middle_leaves_the_plan_to_the_next(self, floor, database_urls):
        """No trace of the first run but the count of its start; the answer comes whole from the second."""
        with tenant(floor.north):
            plan = plans.create(by=floor.planners[0], name="Killed")
            step = PlanStep.objects.get(plan=plan)
        die_of(DIES, step, database_urls)
        with tenant(floor.north):
            found, step = Plan.objects.get(pk=plan.pk), PlanStep.objects.get(pk=step.pk)
            assert (found.status, found.phase, found.items.count()) == ("computing", "Giving tasks to people", 0)
            assert (step.state, step.attempts, step.failures) == ("pending", 1, 0)
            PlanStep.objects.filter(pk=step.pk).update(lease_until=step.run_after)

        relay.run(LABEL, floor.north, step.pk)

        with tenant(floor.north):
            found = Plan.objects.get(pk=plan.pk)
            assert (found.status, found.items.count()) == ("ready", TASKS)

    def test_a_worker_killed_while_it_publishes_leaves_nothing_half_done(self, floor, database_urls):
        """Everything was given and not yet kept: nobody has anything, and the next worker gives all of it."""
        row = floor.queued()
        die_of(DIES_PUBLISHING, row, database_urls)
        with tenant(floor.north):
            found, row = Plan.objects.get(pk=floor.plan.pk), PlanPublishing.objects.get(pk=row.pk)
            assert (found.status, found.phase) == ("publishing", "Giving everybody their tasks")
            assert not Assignment.objects.exists()
            assert not Event.objects.filter(kind__in=["assignment.offered", "task.assigned"]).exists()
            assert (row.state, row.attempts, row.failures) == ("pending", 1, 0)
            PlanPublishing.objects.filter(pk=row.pk).update(lease_until=row.run_after)

        relay.run(PUBLISHING, floor.north, row.pk)

        with tenant(floor.north):
            assert Plan.objects.get(pk=floor.plan.pk).status == "published"
            assert Assignment.objects.open().filter(plan=floor.plan).count() == TASKS
        assert floor.held() == (1, True)


class TestPublishedByAWorker:
    def test_a_claim_and_the_worker_do_not_both_get_a_task(self, floor):
        """Either the claim comes too late, or the worker stops and the plan says so."""
        row = floor.queued()
        claims = [floor.here(assignments.claim, task, by=floor.people[0]) for task in floor.tasks]

        answers = race(lambda: relay.run(PUBLISHING, floor.north, row.pk), *claims)

        assert all(isinstance(answer, NotAllowed | Stale) for answer in refusals(answers)), answers
        assert floor.held() == (1, True)
        with tenant(floor.north):
            plan = Plan.objects.get(pk=floor.plan.pk)
            claimed = Assignment.objects.filter(plan=None).count()
        assert plan.status == ("ready" if claimed else "published")
        assert bool(plan.problem) == bool(claimed)

    def test_two_workers_with_one_row_publish_it_once(self, floor):
        row = floor.queued()

        answers = race(*[lambda: handing.run(row) for _ in range(2)])

        assert refusals(answers) == []
        assert floor.held() == (1, True)
        with tenant(floor.north):
            assert Event.objects.filter(kind="plan.published").count() == 1


DIES = """
import os, signal, sys, uuid
import django
django.setup()
from dispatch.actions.plans import computing
from tenants import relay

def dying(snapshot, settings, *, seconds, tell):
    computing.EVERY_SECONDS = 0
    tell("giving", 1, 4)
    os.kill(os.getpid(), signal.SIGKILL)

computing.plan = dying
relay.run("dispatch.planstep", uuid.UUID(sys.argv[1]), uuid.UUID(sys.argv[2]))
"""


DIES_PUBLISHING = """
import os, signal, sys, uuid
import django
django.setup()
from dispatch.actions.plans import publishing
from tenants import relay

publishing._keep_times = lambda plan: os.kill(os.getpid(), signal.SIGKILL)
relay.run("dispatch.planpublishing", uuid.UUID(sys.argv[1]), uuid.UUID(sys.argv[2]))
"""


@contextlib.contextmanager
def no_locks():
    """Nothing is held: neither single rows nor whole sets of them."""
    free = mock.patch.object(TenantQuerySet, "select_for_update", lambda rows, **options: rows.all())
    with no_lock(), no_version(), free, mock.patch("tenants.events.record_all"), forgetful():
        yield


@contextlib.contextmanager
def forgetful():
    """Versions are not compared when many rows change either."""
    with mock.patch("workorder.actions.tasks.work.change_all", _set_all):
        yield


def _set_all(rows, kind, *, by, data=None, changes):
    for row in rows:
        WorkOrderTask.objects.filter(pk=row.pk).update(**changes(row))
