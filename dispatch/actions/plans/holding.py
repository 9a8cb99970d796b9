"""What publishing and undoing hold while they look: orders, then tasks, then members, each by their ids."""

import datetime
import uuid
from collections.abc import Collection
from dataclasses import dataclass

from dispatch.actions.assignments import offering
from tenants.models import Member, TenantQuerySet
from workorder.models import WorkOrder, WorkOrderTask

COLUMNS = (
    "organization",
    "version",
    "title",
    "status",
    "started_at",
    "work_order",
    "assigned_department",
    "assigned_member",
    "due_at",
    "estimate_minutes",
    "quantity",
    "reported_quantity",
)


@dataclass(frozen=True)
class Held:
    """The tasks of some items by id, the skills they need, when their orders are due, and the members, all held."""

    tasks: dict[uuid.UUID, WorkOrderTask]
    skills: dict[uuid.UUID, str]
    due: dict[uuid.UUID, datetime.datetime | None]
    members: dict[uuid.UUID, Member]


def hold(items: TenantQuerySet, members: Collection[uuid.UUID]) -> Held:
    """Hold everything some items of a plan are about. Who holds the order may change what belongs to it, so the
    processes between order and task need no lock of their own."""
    orders = WorkOrder.objects.filter(pk__in=items.order_by().values("task__work_order")).order_by("pk")
    due = dict(orders.select_for_update(no_key=True).values_list("pk", "due_at"))
    rows = WorkOrderTask.objects.filter(pk__in=items.order_by().values("task")).order_by("pk")
    tasks = {task.pk: task for task in rows.select_for_update(of=("self",), no_key=True).only(*COLUMNS)}
    skills = dict(rows.order_by().values_list("pk", "process__process__required_skill"))
    found = offering.locked_members([Member(pk=pk) for pk in members]) if members else []
    return Held(tasks, skills, due, {member.pk: member for member in found})
