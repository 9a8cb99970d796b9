"""What escalations wait for: the things they are about, in one shape, and whether somebody still has to react.

A list of escalations is read with a few queries per kind of thing, however long it is.
"""

import datetime
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse

from dispatch.models import Assignment
from dispatch.states import AssignmentStatus
from notifications.states import Trigger
from tenants import context
from workorder.models import Ticket, WorkOrder, WorkOrderProcess, WorkOrderTask
from workorder.states import ORDER_OPEN, TICKET_OPEN, OrderStatus, TaskStatus

AGREED = ORDER_OPEN - {OrderStatus.DRAFT, OrderStatus.SUBMITTED, OrderStatus.REJECTED}
SUBJECTS: dict[Trigger, Any] = {
    Trigger.ASSIGNMENT_UNANSWERED: Assignment,
    Trigger.ORDER_LATE: WorkOrder,
    Trigger.APPROVAL_WAITING: WorkOrder,
    Trigger.TICKET_OPEN: Ticket,
    Trigger.NOBODY_ELIGIBLE: WorkOrderTask,
}
WAITS: dict[Trigger, Callable[[Any], bool]] = {
    Trigger.ASSIGNMENT_UNANSWERED: lambda assignment: assignment.status == AssignmentStatus.OFFERED,
    Trigger.ORDER_LATE: lambda order: order.status in AGREED and order.due_at is not None,
    Trigger.APPROVAL_WAITING: lambda order: order.status == OrderStatus.SUBMITTED,
    Trigger.TICKET_OPEN: lambda ticket: ticket.status in TICKET_OPEN,
    Trigger.NOBODY_ELIGIBLE: lambda task: (
        task.assigned_member_id is None and task.status in (TaskStatus.WAITING, TaskStatus.READY)
    ),
}


@dataclass(frozen=True)
class Watched:
    """A thing somebody should react to. `departments` and `holders` are those it lies in, and those who have it.

    `shown` is what has a page, and can be followed: an assignment is seen on its task.
    """

    row: Any
    shown: Any
    name: str
    url: str
    priority: str
    submitter: uuid.UUID | None
    departments: frozenset[uuid.UUID] = field(default_factory=frozenset)
    holders: frozenset[uuid.UUID] = field(default_factory=frozenset)


def waits(trigger: str, row: Any) -> bool:
    """Whether somebody has still to react to what the trigger is about."""
    return WAITS[Trigger(trigger)](row)


def is_due(trigger: str, row: Any) -> bool:
    """The same, and for an order also that its date has passed by now: it may have been moved since."""
    is_late = trigger != Trigger.ORDER_LATE or row.due_at is None or row.due_at <= context.now()
    return waits(trigger, row) and is_late


def begins_at(trigger: str, row: Any, moment: datetime.datetime) -> datetime.datetime:
    """From when on waiting counts: for an order from its due date, unless that has passed already."""
    return max(row.due_at, moment) if trigger == Trigger.ORDER_LATE else moment


def watched(trigger: str, ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Watched]:
    """Dict[id of the thing -> what it is], of those that are things of this trigger; two or three queries for all."""
    model = SUBJECTS[Trigger(trigger)]
    return _READ[model.NOUN](list(ids))


def _assignments(ids: list[uuid.UUID]) -> dict[uuid.UUID, Watched]:
    rows = Assignment.objects.filter(pk__in=ids).select_related("task__work_order", "member__user")
    return {
        row.pk: Watched(
            row,
            row.task,
            f"{row.task.title} ({row.task.work_order.number})",
            reverse("workorder:task_detail", args=[row.task_id]),
            row.task.work_order.priority,
            row.task.work_order.submitted_by_id,
            frozenset({row.task.assigned_department_id}),
            frozenset({row.member_id}),
        )
        for row in rows
    }


def _tasks(ids: list[uuid.UUID]) -> dict[uuid.UUID, Watched]:
    rows = WorkOrderTask.objects.filter(pk__in=ids).select_related("work_order")
    return {
        row.pk: Watched(
            row,
            row,
            f"{row.title} ({row.work_order.number})",
            reverse("workorder:task_detail", args=[row.pk]),
            row.work_order.priority,
            row.work_order.submitted_by_id,
            frozenset({row.assigned_department_id}),
            _known(row.assigned_member_id),
        )
        for row in rows
    }


def _tickets(ids: list[uuid.UUID]) -> dict[uuid.UUID, Watched]:
    return {
        row.pk: Watched(
            row,
            row,
            row.title,
            reverse("workorder:ticket_detail", args=[row.pk]),
            row.priority,
            row.reported_by_id,
            _known(row.department_id),
            _known(row.assigned_member_id),
        )
        for row in Ticket.objects.filter(pk__in=ids)
    }


def _orders(ids: list[uuid.UUID]) -> dict[uuid.UUID, Watched]:
    """An order lies where its open work is, and is held by whoever has a task of it."""
    places: dict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    holders: dict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    processes = WorkOrderProcess.objects.open().filter(work_order__in=ids).order_by()
    for order_id, department_id in processes.values_list("work_order_id", "department_id"):
        places[order_id].add(department_id)
    tasks = WorkOrderTask.objects.open().filter(work_order__in=ids).order_by()
    for order_id, department_id, member_id in tasks.values_list(
        "work_order_id", "assigned_department_id", "assigned_member_id"
    ):
        places[order_id].add(department_id)
        holders[order_id] |= _known(member_id)
    return {
        row.pk: Watched(
            row,
            row,
            f"{row.number} {row.title}",
            reverse("workorder:order_detail", args=[row.pk]),
            row.priority,
            row.submitted_by_id,
            frozenset(places[row.pk]),
            frozenset(holders[row.pk]),
        )
        for row in WorkOrder.objects.filter(pk__in=ids)
    }


def _known(pk: uuid.UUID | None) -> frozenset[uuid.UUID]:
    return frozenset() if pk is None else frozenset({pk})


_READ: dict[str, Callable[[list[uuid.UUID]], dict[uuid.UUID, Watched]]] = {
    Assignment.NOUN: _assignments,
    WorkOrderTask.NOUN: _tasks,
    Ticket.NOUN: _tickets,
    WorkOrder.NOUN: _orders,
}
