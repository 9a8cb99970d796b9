"""A plan from the wish for one until it is undone, through its verbs and the worker that computes it."""

import datetime

import pytest

from dispatch.actions import assignments, plans
from dispatch.models import Absence, Assignment, DispatchPolicy, Plan, PlanItem, PlanStep
from tenants import context, relay
from tenants.context import tenant
from tenants.errors import Invalid, NotAllowed
from tenants.models import Event
from tests.factories import OperatorFactory
from workorder.actions import tasks
from workorder.models import WorkOrderTask

LABEL = "dispatch.planstep"


@pytest.fixture
def north(world):
    with tenant(world.north):
        yield world.north


@pytest.fixture
def lea(world):
    """A second operator of Assembly."""
    return OperatorFactory(organization=world.north, department=world.assembly, user__name="Lea")


@pytest.fixture
def computed(world):
    """`computed()` -> a plan of north that a worker has computed."""

    def computed(*, by=None, **values):
        with tenant(world.north):
            plan = plans.create(by=by or world.pia, name=values.pop("name", "Monday"), **values)
            step = PlanStep.objects.get(plan=plan)
        relay.run(LABEL, world.north, step.pk)
        with tenant(world.north):
            return Plan.objects.get(pk=plan.pk)

    return computed


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

    def test_the_same_backlog_has_the_same_hash(self, world, north, released, computed, frozen_time):
        """What an answer was made from can be proven: the snapshot is kept, and its hash with it."""
        released()

        one, two = computed(), computed(name="Again")

        assert one.input_hash == two.input_hash != ""
        assert [str(job["id"]) for job in one.snapshot["jobs"]]
