"""Taking back what somebody cannot do any more, and asking the next best at once."""

from django.db import transaction

from dispatch.actions.assignments import giving, offering
from dispatch.models import Assignment
from dispatch.models.assignments import AssignmentQuerySet
from tenants.models import Department, Member
from tenants.transitions import move
from workorder.models import WorkOrderTask
from workorder.states import TaskStatus

UNTOUCHED = (TaskStatus.WAITING, TaskStatus.READY)


@transaction.atomic
def reoffer(
    member: Member, *, by: Member | None, because: str, needing: str = "", leaving: Department | None = None
) -> list[WorkOrderTask]:
    """Take back what a member has and nobody has begun, and offer each to the next best; answers the tasks taken.

    `because` is a sentence ("Omar is on leave until Monday."). `needing` limits it to work that needs a skill,
    `leaving` to work of a department. What has begun stays, and the events name it as `stays`. The member is not asked
    again, whatever they could still do. Harmless when said twice.

    What they cannot do any more was written down before, under their lock, and that lock is gone: here as everywhere
    people are held after tasks.
    """
    mine = _open_work(member, needing=needing, leaving=leaving)
    held = offering.hold_tasks(assignment.task for assignment in mine.filter(task__status__in=UNTOUCHED))
    stays = sorted(str(pk) for pk in mine.exclude(task__status__in=UNTOUCHED).values_list("task_id", flat=True))
    because = because.strip()
    taken = []
    for assignment in mine.filter(task__in=list(held)).order_by("pk"):  # read again: now they are held
        task = held[assignment.task_id]
        if task.status in UNTOUCHED:
            move(assignment, "withdraw", by=by, data={"because": because, "stays": stays})
            taken.append(task)
    for task in taken:
        if not giving.is_to_be_offered(task):
            offering.back_to_queue(task, by=by, why=because)
    offering.offer_all(
        [task for task in taken if giving.is_to_be_offered(task)], by=by, without=member, because=because
    )
    return list(WorkOrderTask.objects.filter(pk__in=[task.pk for task in taken]).order_by("pk"))


def _open_work(member: Member, *, needing: str, leaving: Department | None) -> AssignmentQuerySet:
    found = Assignment.objects.open().filter(member=member).select_related("task")
    if needing:
        found = found.filter(task__process__process__required_skill=needing)
    return found.filter(task__assigned_department=leaving) if leaving else found
