"""Plans, their items and the step that computes them."""

import factory

from dispatch.models import Plan, PlanItem, PlanStep
from tests.factories.base import BaseFactory, same_organization
from tests.factories.members import PlannerFactory
from tests.factories.tasks import WorkOrderTaskFactory


class PlanFactory(BaseFactory):
    class Meta:
        model = Plan

    name = factory.Sequence(lambda n: f"Plan {n + 1}")
    member = factory.SubFactory(PlannerFactory, organization=same_organization())


class PlanItemFactory(BaseFactory):
    class Meta:
        model = PlanItem

    plan = factory.SubFactory(PlanFactory, organization=same_organization())
    task = factory.SubFactory(WorkOrderTaskFactory, organization=same_organization())
    task_version = factory.SelfAttribute("task.version")


class PlanStepFactory(BaseFactory):
    class Meta:
        model = PlanStep

    plan = factory.SubFactory(PlanFactory, organization=same_organization())
