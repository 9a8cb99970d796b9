"""Giving tasks to people: by the engine, by a supervisor, or by whoever claims one.

Each verb writes the assignment and the task in one transaction. Locks are taken in one order (work order, process,
task, member, assignment), and the last word has a constraint: one open assignment per task.
"""

from typing import Any

from django.db import IntegrityError, transaction

from dispatch import problems, queries
from dispatch.engine import Decision
from dispatch.models import Assignment
from tenants import events
from tenants.errors import NotAllowed, refuse, refuse_input
from tenants.models import Department, Member
from tenants.transitions import move
from workorder.actions import tasks
from workorder.models import WorkOrder, WorkOrderTask
from workorder.states import TaskStatus


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
    return carry_out(task, queries.preview([task])[0], by=by)


@transaction.atomic
def run(*, by: Member | None) -> list[Decision]:
    """Decide every queued task, the most urgent first, exactly as `queries.preview` said a moment ago."""
    orders = WorkOrder.objects.filter(pk__in=queries.queued().values("work_order")).order_by("pk")
    held = list(orders.select_for_update(of=("self",)))  # by id: two runs never wait for each other in a ring
    by_id = {task.pk: task for task in queries.queued().filter(work_order__in=held)}
    decisions = queries.preview(list(by_id.values()))
    for decision in decisions:
        carry_out(tasks.lock(by_id[decision.job]), decision, by=by)
    return decisions


@transaction.atomic
def assign(
    task: WorkOrderTask,
    *,
    by: Member | None,
    member: Member | None = None,
    department: Department | None = None,
    seen: int | None = None,
) -> WorkOrderTask:
    """Give a task to a member, or to a department whose people may claim it. Answers the task as it is then.

    Raises `Invalid` unless exactly one is named, and `NotAllowed` if somebody has the task or the member cannot.
    """
    refuse_input(problems.of_target(member, department))
    task = tasks.lock(task, seen=seen)
    if member and _was_given(task, to=member, by=by) or department and _was_sent(task, to=department, by=by):
        return task
    refuse(problems.of_assigning(task))
    giver = by.name if by else "Workfloor"
    if department:
        tasks.assign(task, by=by, department=department, member=None, data={"why": f"{giver} sent it to {department}."})
    elif member:
        member = locked_member(member)
        refuse(problems.of_recipient(task, member))
        _offer(task, member, by=by, why=f"{giver} gave it to {member.name}.")
    return WorkOrderTask.objects.get(pk=task.pk)


@transaction.atomic
def claim(task: WorkOrderTask, *, by: Member, seen: int | None = None) -> WorkOrderTask:
    """Take a task from the queue for oneself: offered and accepted at once. Of several who try, one gets it."""
    task = tasks.lock(task, seen=seen)
    if _was_given(task, to=by, by=by):
        return task
    refuse(problems.of_claiming(task))
    by = locked_member(by)
    refuse(problems.of_recipient(task, by))
    assignment = _offer(task, by, by=by, why=f"{by.name} claimed it.")
    move(assignment, "accept", by=by)
    return WorkOrderTask.objects.get(pk=task.pk)


def is_to_be_offered(task: WorkOrderTask) -> bool:
    """Its turn has come, and its order was not stopped on purpose."""
    return task.status == TaskStatus.READY and not task.work_order.is_held


def locked_member(member: Member) -> Member:
    """Hold a member without stopping those who merely refer to them: every event they cause does."""
    return Member.objects.select_for_update(of=("self",), no_key=True).select_related("user").get(pk=member.pk)


def _was_given(task: WorkOrderTask, *, to: Member, by: Member | None) -> bool:
    """Whether this is a retry: the task went to that member, and the same person gave it."""
    standing = Assignment.objects.of_task(task).open().filter(member=to).first()
    if standing is None:
        return False
    offered = events.Event.objects.about(standing).filter(kind="assignment.offered").first()
    return offered is not None and offered.actor_id == (by.pk if by else None)


def _was_sent(task: WorkOrderTask, *, to: Department, by: Member | None) -> bool:
    """The same for a department: nothing has happened since the same person sent it there."""
    last = events.newest(task)
    if last is None or last.kind != "task.queued" or last.actor_id != (by.pk if by else None):
        return False
    return task.assigned_department_id == to.pk


def carry_out(task: WorkOrderTask, decision: Decision, *, by: Member | None) -> Assignment | None:
    if decision.chosen is None:
        _queue(task, decision, by=by)
        return None
    member = locked_member(Member(pk=decision.chosen.id))
    return _offer(task, member, by=by, why=decision.why, decision=decision)


def _offer(
    task: WorkOrderTask, member: Member, *, by: Member | None, why: str, decision: Decision | None = None
) -> Assignment:
    """Write the assignment and the task's two columns together."""
    rule = decision.rule if decision else None
    try:
        with transaction.atomic():
            assignment = Assignment.objects.create(
                task=task,
                member=member,
                rule_id=rule.id if rule else None,
                why=why,
                decision=decision.as_dict() if decision else _by_hand(member),
            )
    except IntegrityError as error:  # where locks are missing, as on SQLite, the constraint still knows
        raise NotAllowed([problems.already_assigned()]) from error
    events.record(assignment, "assignment.offered", by=by, task=task.pk, member=member.pk, why=why)
    tasks.assign(task, by=by, department=member.department, member=member, data={"why": why})
    return assignment


def _by_hand(member: Member) -> dict[str, Any]:
    """The decision record of a choice nobody computed."""
    chosen = {"id": str(member.pk), "name": member.name}
    return {"rule": None, "department": None, "chosen": chosen, "candidates": [], "refused": []}


def _queue(task: WorkOrderTask, decision: Decision, *, by: Member | None) -> None:
    """Leave the task to its department, saying why. The same answer as last time is not news."""
    last = events.newest(task)
    if last and last.kind == "task.queued" and last.data.get("why") == decision.why:
        return
    department = Department.objects.get(pk=decision.place.id)
    refused = [refused.as_dict() for refused in decision.refused]
    data = {"why": decision.why, "nobody_eligible": decision.nobody_eligible, "refused": refused}
    tasks.assign(task, by=by, department=department, member=None, data=data)


def back_to_queue(task: WorkOrderTask, *, by: Member | None, why: str) -> None:
    tasks.assign(task, by=by, department=task.assigned_department, member=None, data={"why": why})
