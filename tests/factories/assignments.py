"""Tasks in somebody's hands, put there by the real verbs."""

import factory

from dispatch.actions import assignments
from dispatch.models import Assignment
from tests.factories.base import BaseFactory, same_organization
from tests.factories.members import OperatorFactory
from tests.factories.tasks import WorkOrderTaskFactory

WALKS = {
    "offered": (),
    "accepted": ("accept",),
    "declined": ("decline",),
    "withdrawn": ("withdraw",),
    "finished": ("accept", "finish"),
}


class AssignmentFactory(BaseFactory):
    """A task given by hand to an operator of its department. `at="accepted"` and so on walks on from there."""

    class Meta:
        model = Assignment

    task = factory.SubFactory(WorkOrderTaskFactory, organization=same_organization())
    member = factory.SubFactory(
        OperatorFactory,
        organization=same_organization(),
        department=factory.SelfAttribute("..task.assigned_department"),
    )
    at = "offered"

    @classmethod
    def _made(cls, model_class, *, organization, task, member, at, by=None):
        assignments.assign(task, by=by, member=member)
        made = model_class.objects.of_task(task).open().get()
        for verb in WALKS[at]:
            answered = {"reason": "Not today"} if verb == "decline" else {}
            speaker = by if verb == "withdraw" and by else member
            made = getattr(assignments, verb)(made, by=speaker, **answered)
        return made
