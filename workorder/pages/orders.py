"""What the order's page shows."""

from functools import partial

from django.db.models import Prefetch

from tenants import context
from tenants.access import contributed
from tenants.pages import page
from workorder import access, problems
from workorder.forms import CopyForm, TagsForm
from workorder.models import Approval, WorkOrder, WorkOrderProcess, WorkOrderTask, steps_of
from workorder.pages.approvals import decisions
from workorder.pages.buttons import buttons_of
from workorder.pages.conversation import talk_of
from workorder.pages.costs import costs_of
from workorder.pages.history import history, history_url
from workorder.pages.tasks import keys_of, why_of
from workorder.states import OrderStatus


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
    orders = (
        WorkOrder.objects.with_tags()
        .select_related("customer", "submitted_by__user")
        .prefetch_related(
            "lines__product",
            Prefetch("processes", processes),
            Prefetch("tasks", tasks),
            Prefetch("approvals", Approval.objects.with_people()),
        )
    )
    return orders.get(pk=pk)


def order_values(request, order, pressed=None):
    member, processes, tasks = request.member, list(order.processes.all()), list(order.tasks.all())
    panels = [panel([order], request=request) for panel in contributed("workorder", "panels")]
    in_the_way = {verb: _in_the_way(order, verb, member, processes) for verb in access.verbs(member, order)}
    return {
        "order": order,
        "late": order.is_late(context.now()),
        "buttons": buttons_of(member, order, pressed=pressed, without=keys_of(in_the_way) | _said_by_editing(order)),
        "may_edit": "edit" in in_the_way,
        "copy": CopyForm(initial={"version": order.version}, auto_id="copy_%s")
        if access.may(member, "copy", order)
        else None,
        "panels": [html[order.pk] for html in panels if html.get(order.pk)],
        "hints": [problem for found in in_the_way.values() for problem in found],
        "approvals": decisions(order, context.now()),
        "steps": _steps(request, order, processes, tasks, pressed),
        "watched": [order.pk, *(row.pk for row in (*processes, *tasks))],
        "history": partial(history, order),
        "history_url": history_url(order),
        "talk": partial(talk_of, request, order),
        "costs": costs_of(order, member.organization.currency),
        "reference_url": order.reference_link,
        "tags_form": _tags_form(order, pressed) if access.may(member, "set_tags", order) else None,
    }


def _copy_form(order):
    return CopyForm(initial={"version": order.version}, auto_id="copy_%s")


def _tags_form(order, pressed):
    if pressed and pressed.verb == "set_tags":
        return pressed.form
    tags = ", ".join(link.tag.name for link in order.tag_links.all())
    return TagsForm(initial={"version": order.version, "tags": tags}, auto_id="tags_%s")


def _said_by_editing(order):
    """The date and the priority of a draft are changed where everything else of it is."""
    return set(access.REPLANNING) if order.status == OrderStatus.DRAFT else set()


def _in_the_way(order, verb, member, processes):
    """Why a verb of the order would be refused, as far as it can be said before it is tried."""
    match verb:
        case "submit":
            return problems.of_submitting(order, has_work=bool(processes or order.lines.all()))
        case "approve":
            is_enough = problems.holds(member, order.approval_level)
            behind = [] if is_enough else member.stands_in_for
            return problems.of_approving(order, by=member, standing_in=behind, trail=order.approvals.all())
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
