"""Figures of the dashboard. Each is counted from the rows a list would show, so a card and its list never disagree."""

import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, Sum

from tenants.models import Department
from workorder.models import WorkOrder, WorkOrderTask
from workorder.states import ORDER_OPEN, OrderStatus, TaskStatus

NEXT_DUE = 6


@dataclass(frozen=True)
class Share:
    """One bar: how many orders are in a state, and how long the bar is, in percent of the longest."""

    status: OrderStatus
    count: int
    percent: int


def figures(moment: datetime.datetime) -> dict[str, int]:
    """Open, late, running and waiting orders, in one query."""
    is_open = Q(status__in=ORDER_OPEN)
    return WorkOrder.objects.aggregate(
        open=Count("pk", filter=is_open),
        late=Count("pk", filter=is_open & Q(due_at__lt=moment)),
        in_progress=Count("pk", filter=Q(status=OrderStatus.IN_PROGRESS)),
        submitted=Count("pk", filter=Q(status=OrderStatus.SUBMITTED)),
    )


def work_by_state() -> list[Share]:
    """How many orders are in each state, in the order of an order's life; empty states included."""
    counted = dict(WorkOrder.objects.order_by().values("status").annotate(n=Count("pk")).values_list("status", "n"))
    longest = max(counted.values(), default=0) or 1
    return [
        Share(status, counted.get(status, 0), round(counted.get(status, 0) * 100 / longest)) for status in OrderStatus
    ]


def next_due():
    """Open orders that are due first, the late ones among them."""
    return WorkOrder.objects.open().exclude(due_at=None).with_customer().order_by("due_at", "number")[:NEXT_DUE]


def backlog() -> list[dict[str, Any]]:
    """Per department: tasks that can be started, tasks begun, and minutes released and not done."""
    on_floor = [TaskStatus.READY, TaskStatus.IN_PROGRESS, TaskStatus.PAUSED]
    rows = WorkOrderTask.objects.filter(status__in=on_floor).order_by().values("assigned_department")
    counted = {
        row["assigned_department"]: row
        for row in rows.annotate(
            ready=Count("pk", filter=Q(status=TaskStatus.READY)),
            begun=Count("pk", filter=~Q(status=TaskStatus.READY)),
            minutes=Sum("estimate_minutes"),
        )
    }
    return [
        {
            "department": department,
            "ready": counted.get(department.pk, {}).get("ready", 0),
            "begun": counted.get(department.pk, {}).get("begun", 0),
            "minutes": counted.get(department.pk, {}).get("minutes") or Decimal(0),
        }
        for department in Department.objects.order_by("code")
    ]
