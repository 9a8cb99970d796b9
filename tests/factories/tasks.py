"""Processes and tasks. They exist only on orders, so each comes with one that was walked to where it is."""

from decimal import Decimal

import factory

from tests.factories.base import BaseFactory, same_organization
from tests.factories.members import OperatorFactory
from tests.factories.orders import WorkOrderFactory
from tests.support import walk
from workorder.actions import tasks
from workorder.models import Downtime, ReasonCode, TaskReport, WorkOrderProcess, WorkOrderTask


class OnTheFloorFactory(BaseFactory):
    """Takes one process or task of a released order: of its first step, or of the second when it shall still wait.

    `department` and `quantity` are those of the order's product; `work_order` names an order already released.
    """

    class Meta:
        abstract = True

    work_order = None

    @classmethod
    def _generate(cls, strategy, params):
        params["step"] = 1 if params.get("at") == "waiting" else 0
        return super()._generate(strategy, params)

    @classmethod
    def _made(cls, model_class, *, organization, work_order, step=0, department=None, quantity=Decimal(10), **values):
        order = work_order or WorkOrderFactory(
            organization=organization,
            line__steps=[1] * (step + 1),
            line__department=department,
            line__quantity=quantity,
            at="released",
        )
        return cls._taken(order, step, **values)

    @factory.post_generation
    def at(row, create, state, by=None):
        if state:
            walk.walk(row, to=state, by=by)


class WorkOrderProcessFactory(OnTheFloorFactory):
    class Meta:
        model = WorkOrderProcess

    @classmethod
    def _taken(cls, order, step):
        return order.processes.select_related("work_order")[step]


class WorkOrderTaskFactory(OnTheFloorFactory):
    """A ready task of ten pieces, nobody's. `member` is who has it; `at="completed"` walks the real verbs."""

    class Meta:
        model = WorkOrderTask

    @classmethod
    def _taken(cls, order, step, member=None):
        task = order.tasks.select_related("work_order", "process", "assigned_department").order_by("process__sequence")[
            step
        ]
        return tasks.assign(task, by=None, department=member.department, member=member) if member else task


class ReasonCodeFactory(BaseFactory):
    """A reason for defects; `kind="downtime"` for one why work stands still."""

    class Meta:
        model = ReasonCode

    kind = "defect"
    code = factory.Sequence(lambda n: f"R{n + 1:04d}")
    name = factory.Sequence(lambda n: f"Reason {n + 1}")


class TaskReportFactory(BaseFactory):
    """One piece, reported by whoever works on the task."""

    class Meta:
        model = TaskReport

    task = factory.SubFactory(WorkOrderTaskFactory, organization=same_organization(), at="in_progress")
    member = factory.SubFactory(OperatorFactory, organization=same_organization())
    good = Decimal(1)
    defect = Decimal(0)

    @classmethod
    def _made(cls, model_class, *, organization, task, member, **values):
        return tasks.report(task, by=member, **values)


class DowntimeFactory(BaseFactory):
    """One that lasts: of a task that is paused."""

    class Meta:
        model = Downtime

    task = factory.SubFactory(WorkOrderTaskFactory, organization=same_organization(), at="paused")

    @classmethod
    def _made(cls, model_class, *, organization, task):
        return model_class.objects.of_task(task).running().get()
