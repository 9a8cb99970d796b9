"""Plans: asked for, computed by the worker's own step, and brought further by the real verbs."""

from unittest import mock

import factory

from dispatch.actions import plans
from dispatch.actions.plans import computing, publishing
from dispatch.models import Plan, PlanItem, PlanPublishing, PlanStep
from tenants.context import tenant
from tests.factories.base import BaseFactory, same_organization
from tests.factories.members import PlannerFactory
from tests.factories.tasks import WorkOrderTaskFactory

WAY = {
    "computing": [],
    "ready": ["compute"],
    "waiting": ["compute", "submit"],
    "publishing": ["compute", "queue"],
    "published": ["compute", "publish"],
    "undone": ["compute", "publish", "undo"],
    "discarded": ["compute", "discard"],
    "failed": ["give_up"],
}


class PlanFactory(BaseFactory):
    """A plan that nobody has computed yet; `at` is how far it has come."""

    class Meta:
        model = Plan

    name = factory.Sequence(lambda n: f"Plan {n + 1}")
    member = factory.SubFactory(PlannerFactory, organization=same_organization())

    @classmethod
    def _made(cls, model_class, *, organization, member, **values):
        return plans.create(by=member, **values)

    @factory.post_generation
    def at(plan, create, state, by=None):
        """Walk the real steps, as the relay would run them."""
        by = by or plan.member
        for word in WAY[state or "computing"]:
            SAID[word](plan, by)
            with tenant(plan.organization_id):
                plan.refresh_from_db()


class PlanItemFactory(BaseFactory):
    """A task in a plan, whoever has it."""

    class Meta:
        model = PlanItem

    plan = factory.SubFactory(PlanFactory, organization=same_organization())
    task = factory.SubFactory(WorkOrderTaskFactory, organization=same_organization())
    task_version = factory.SelfAttribute("task.version")


class PlanStepFactory(BaseFactory):
    """What has a plan computed: it came with the plan."""

    class Meta:
        model = PlanStep

    plan = factory.SubFactory(PlanFactory, organization=same_organization())

    @classmethod
    def _made(cls, model_class, *, organization, plan):
        return PlanStep.objects.get(plan=plan)


class PlanPublishingFactory(BaseFactory):
    """What has a large plan published."""

    class Meta:
        model = PlanPublishing

    plan = factory.SubFactory(PlanFactory, organization=same_organization(), at="ready")

    @classmethod
    def _made(cls, model_class, *, organization, plan):
        if plan.status != "ready":
            return PlanPublishing.objects.create(plan=plan, member=plan.member)
        _queue(plan, plan.member)
        return PlanPublishing.objects.get(plan=plan)


def _step(plan, attempts=1):
    with tenant(plan.organization_id):
        step = PlanStep.objects.get(plan=plan)
        PlanStep.objects.filter(pk=step.pk).update(state="done", done_at=step.run_after)
    step.attempts = attempts
    computing.run(step)


def _queue(plan, by):
    """As if it were a large one."""
    with tenant(plan.organization_id), mock.patch.object(publishing, "MOST_AT_ONCE", -1):
        plans.publish(plan, by=by)


def _verb(act):
    def said(plan, by):
        with tenant(plan.organization_id):
            act(plan, by=by)

    return said


SAID = {
    "compute": lambda plan, by: _step(plan),
    "give_up": lambda plan, by: _step(plan, attempts=computing.MOST_TRIES + 1),
    "submit": _verb(plans.submit),
    "publish": _verb(plans.publish),
    "queue": _queue,
    "undo": _verb(plans.undo),
    "discard": _verb(plans.discard),
}
