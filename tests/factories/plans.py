"""Plans: asked for, computed by the worker's own step, and brought further by the real verbs."""

import factory

from dispatch.actions import plans
from dispatch.actions.plans import computing
from dispatch.models import Plan, PlanItem, PlanStep
from tenants.context import tenant
from tests.factories.base import BaseFactory, same_organization
from tests.factories.members import PlannerFactory
from tests.factories.tasks import WorkOrderTaskFactory

WAY = {
    "computing": [],
    "ready": ["compute"],
    "waiting": ["compute", "submit"],
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


def _step(plan, attempts=1):
    with tenant(plan.organization_id):
        step = PlanStep.objects.get(plan=plan)
        PlanStep.objects.filter(pk=step.pk).update(state="done", done_at=step.run_after)
    step.attempts = attempts
    computing.run(step)


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
    "undo": _verb(plans.undo),
    "discard": _verb(plans.discard),
}
