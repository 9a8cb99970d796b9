"""What the order's page shows."""

from functools import partial

from django.db.models import Prefetch

from tenants import context
from tenants.pages import page
from workorder import access, problems
from workorder.models import WorkOrder, WorkOrderProcess, WorkOrderTask, steps_of
from workorder.pages.buttons import buttons_of
from workorder.pages.history import history
from workorder.pages.tasks import keys_of, why_of


def show_order(request, order, *, pressed=None, problems=(), stale=False, status=200):
    """The order's page, or its part, read afresh."""
    order = _read_order(order.pk)
    values = order_values(request, order, pressed)
    return page(
        request,
        "workorder/order_detail.html",
        part="workorder/_order.html",
        status=status,
        problems=problems,
        stale=stale,
        **values,
    )


def show_order_of(request, process, **values):
    """The same for what happened to one of its processes."""
    return show_order(request, process.work_order, **values)


def _read_order(pk):
    processes = WorkOrderProcess.objects.select_related("process", "department").order_by("sequence")
    tasks = WorkOrderTask.objects.select_related("assigned_member__user", "assigned_department")
    orders = WorkOrder.objects.select_related("customer", "submitted_by__user").prefetch_related(
        "lines__product", Prefetch("processes", processes), Prefetch("tasks", tasks), "approvals__decided_by__user"
    )
    return orders.get(pk=pk)


def order_values(request, order, pressed=None):
    member, processes, tasks = request.member, list(order.processes.all()), list(order.tasks.all())
    in_the_way = {verb: _in_the_way(order, verb, member, processes) for verb in access.verbs(member, order)}
    return {
        "order": order,
        "late": order.is_late(context.now()),
        "buttons": buttons_of(member, order, pressed=pressed, without=keys_of(in_the_way)),
        "may_edit": "edit" in in_the_way,
        "hints": [problem for found in in_the_way.values() for problem in found],
        "steps": _steps(request, order, processes, tasks, pressed),
        "watched": [order.pk, *(row.pk for row in (*processes, *tasks))],
        "history": partial(history, order, processes, tasks),
    }


def _in_the_way(order, verb, member, processes):
    """Why a verb of the order would be refused, as far as it can be said before it is tried."""
    match verb:
        case "submit":
            return problems.of_submitting(order, has_work=bool(processes or order.lines.all()))
        case "approve":
            return problems.of_approving(order, by=member)
        case "release":
            has_work = bool(processes or order.lines.all())  # a routing may have come meanwhile
            return problems.of_releasing(order, has_work=has_work)
    return []


def _steps(request, order, processes, tasks, pressed):
    """The processes in their steps, each with its tasks, who has them and why, and how far it is."""
    added = why_of(tasks)
    by_process = {}
    for task in tasks:
        by_process.setdefault(task.process_id, []).append({"task": task, "why": added.get(task.pk, "")})
    return [
        [_process_row(request, order, process, by_process.get(process.pk, []), pressed) for process in step]
        for step in steps_of(processes)
    ]


def _process_row(request, order, process, tasks, pressed):
    process.work_order = order
    reported = sum(row["task"].reported_quantity for row in tasks)
    may_be_skipped = not problems.of_skipping(process)
    return {
        "process": process,
        "tasks": tasks,
        "reported": reported,
        "buttons": buttons_of(request.member, process, pressed=pressed) if may_be_skipped else [],
    }
