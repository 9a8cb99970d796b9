"""Giving tasks to people: by the engine, by a supervisor, or by whoever claims one.

Each verb writes the assignment and the task in one transaction. Locks are taken in one order (work order, process,
task, member), several of a kind by their ids, and the last word has a constraint: one open assignment per task. An
assignment is held together with its task.
"""

from django.db import transaction

from dispatch import problems, queries
from dispatch.actions.assignments import offering
from dispatch.engine import Decision
from dispatch.models import Assignment
from tenants import events
from tenants.errors import refuse, refuse_input, refuse_stale
from tenants.models import Department, Member
from tenants.transitions import move
from workorder.actions import tasks
from workorder.models import WorkOrderTask
from workorder.states import TaskStatus

AT_ONCE = 50  # tasks that one person who is there again can be the reason for


@transaction.atomic
def offer_best(task: WorkOrderTask, *, by: Member | None = None) -> Assignment | None:
    """Offer a task to whom the rules and the loads choose; None if it stays in a queue.

    A task somebody has already, whose turn it is not or whose order is on hold is left alone: saying it twice is
    harmless, and what is missed here is offered when the order goes on.
    """
    task = tasks.lock(task)
    if standing := Assignment.objects.of_task(task).open().first():
        return standing
    if not is_to_be_offered(task):
        return None
    return next(iter(offering.offer_all([task], by=by)))[1]


@transaction.atomic
def run(*, by: Member | None) -> list[Decision]:
    """Decide every queued task, the most urgent first, exactly as `queries.preview` said a moment ago."""
    held = offering.hold_tasks(queries.queued()).values()
    waiting = [task for task in held if task.assigned_member_id is None and is_to_be_offered(task)]
    return [decision for decision, _ in offering.offer_all(waiting, by=by)]


@transaction.atomic
def offer_stranded(department: Department, *, by: Member | None = None) -> list[Assignment]:
    """Somebody can who could not before: offer what nobody could take. What still nobody can is left, and is no news.

    The most urgent come first, and not without end: what is left over is offered when the next one can.
    """
    held = offering.hold_tasks(queries.stranded(department)[:AT_ONCE]).values()
    waiting = [task for task in held if task.assigned_member_id is None and is_to_be_offered(task)]
    decided = offering.offer_all(waiting, by=by, quiet=True) if waiting else []
    return [made for _, made in decided if made]


def is_somebody_there(department: Department) -> bool:
    """Whether `offer_stranded` would give anything to anybody now. Holds nothing."""
    waiting = list(queries.stranded(department)[:AT_ONCE])
    return any(decision.chosen for decision in queries.preview(waiting))


@transaction.atomic
def assign(
    task: WorkOrderTask,
    *,
    by: Member | None,
    member: Member | None = None,
    department: Department | None = None,
    force: str = "",
    seen: int | None = None,
) -> WorkOrderTask:
    """Give a task to a member, or to a department whose people may claim it. Answers the task as it is then.

    `force` is a reason in words. With it somebody may get the task although they are away or have enough to do; it
    lifts nothing else. Raises `Invalid` unless exactly one is named, and `NotAllowed` if somebody has the task or the
    member cannot.
    """
    refuse_input(problems.of_target(member, department) + problems.of_given_force(force))
    task = tasks.lock(task)
    if member and _was_given(task, to=member, by=by) or department and _was_sent(task, to=department, by=by):
        return task
    refuse_stale(task, seen)
    refuse(problems.of_assigning(task))
    giver = by.name if by else "Workfloor"
    if department:
        tasks.assign(task, by=by, department=department, member=None, data={"why": f"{giver} sent it to {department}."})
    elif member:
        member = offering.locked_member(member)
        grant = offering.allowed(task, member, force=force, later=True)
        offering.offer(task, member, by=by, why=f"{giver} gave it to {member.name}.", grant=grant)
    return WorkOrderTask.objects.get(pk=task.pk)


@transaction.atomic
def claim(task: WorkOrderTask, *, by: Member, seen: int | None = None) -> WorkOrderTask:
    """Take a task from the queue for oneself: offered and accepted at once. Of several who try, one gets it."""
    task = tasks.lock(task)
    if _was_given(task, to=by, by=by):
        return task
    refuse_stale(task, seen)
    refuse(problems.of_claiming(task))
    by = offering.locked_member(by)
    grant = offering.allowed(task, by, later=False)
    assignment = offering.offer(task, by, by=by, why=f"{by.name} claimed it.", grant=grant)
    move(assignment, "accept", by=by)
    return WorkOrderTask.objects.get(pk=task.pk)


def is_to_be_offered(task: WorkOrderTask) -> bool:
    """Its turn has come, and its order was not stopped on purpose."""
    return task.status == TaskStatus.READY and not task.work_order.is_held


def _was_given(task: WorkOrderTask, *, to: Member, by: Member | None) -> bool:
    """Whether this is a retry: the task went to that member, and the same person gave it."""
    standing = Assignment.objects.of_task(task).open().filter(member=to).first()
    return standing is not None and offering.was_given_by(standing, by)


def _was_sent(task: WorkOrderTask, *, to: Department, by: Member | None) -> bool:
    """The same for a department: nothing has happened since the same person sent it there."""
    last = events.newest(task)
    if last is None or last.kind != "task.queued" or last.actor_id != (by.pk if by else None):
        return False
    return task.assigned_department_id == to.pk
