"""The pages of orders and their processes. A view finds the thing, asks who may, and lets the verb say the rest."""

import functools

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect

from tenants import context
from tenants.access import members
from tenants.errors import Invalid, NotAllowed, Problem, Stale
from tenants.pages import goto, page
from tenants.states import Role
from workorder import access
from workorder.actions import orders, processes
from workorder.forms import (
    CopyForm,
    OrderFilter,
    WorkForm,
)
from workorder.models import WorkOrder, WorkOrderProcess
from workorder.pages import (
    form_of,
    press,
    said_of,
    show_order,
    show_order_of,
)
from workorder.templatetags.floor import VERBS

PAGE_LENGTH = 25
ORDER_ACTIONS = {
    "submit": orders.submit,
    "approve": orders.approve,
    "reject": orders.reject,
    "revise": orders.revise,
    "release": orders.release,
    "hold": orders.hold,
    "resume": orders.resume,
    "cancel": orders.cancel,
    "close": orders.close,
    "reopen": orders.reopen,
    "reschedule": orders.reschedule,
    "prioritize": orders.prioritize,
}


@members()
def order_list(request):
    """Filters, order and page live in the address, so that a list can be sent to somebody."""
    moment = context.now()
    asked = OrderFilter(request.GET)
    listing = Paginator(asked.chosen(moment).with_tags(), PAGE_LENGTH).get_page(request.GET.get("page"))
    for order in listing.object_list:
        order.late = order.is_late(moment)
    return page(
        request,
        "workorder/order_list.html",
        part="workorder/_orders.html",
        filter=asked,
        listing=listing,
        may_create=request.member.is_at_least(Role.PLANNER),
    )


@members(role=Role.PLANNER)
def order_create(request):
    work = WorkForm(request.POST) if request.method == "POST" else WorkForm()
    return _write(
        request,
        work,
        lambda: orders.create(by=request.member, client_id=work.client_id, **work.values),
        "Created as a draft.",
    )


@members()
def order_edit(request, pk):
    order = get_object_or_404(WorkOrder, pk=pk)
    if not access.may(request.member, "edit", order):
        raise PermissionDenied("Your role does not include this.")
    if request.method != "POST" and order.status != "draft":
        messages.info(request, "Only a draft can be edited.")
        return goto(request, "workorder:order_detail", pk=order.pk)
    work = WorkForm(request.POST) if request.method == "POST" else WorkForm.of(order)

    def save():
        return orders.edit(order, by=request.member, seen=work.order.cleaned_data["version"], **work.values)

    return _write(request, work, save, "Saved.", order=order)


def _write(request, work, save, done, order=None):
    """Show the order's form, give it a row more or less, or save it."""
    problems, stale, status = [], False, 200
    if request.method == "POST" and {"add", "drop"} & request.POST.keys():
        work = WorkForm.rearranged(request.POST)
    elif request.method == "POST" and not work.is_valid():
        status = 422
    elif request.method == "POST":
        try:
            saved = save()
        except Invalid as refusal:
            problems, status = work.take(refusal.problems), 422
        except NotAllowed as refusal:
            problems, status = refusal.problems, 409
        except Stale as other:
            work, stale, status = WorkForm.of(other.obj), True, 409
        else:
            messages.success(request, f"{saved.number}: {done}")
            return goto(request, "workorder:order_detail", pk=saved.pk)
    template = "workorder/order_form.html"
    values = {"work": work, "order": order, "problems": problems, "stale": stale, "added": request.POST.get("add", "")}
    return page(request, template, part="workorder/_order_form.html", status=status, **values)


@members()
def order_detail(request, pk):
    return show_order(request, get_object_or_404(WorkOrder, pk=pk))


@members()
def order_verb(request, pk, verb):
    order = get_object_or_404(WorkOrder, pk=pk)
    if request.method != "POST":  # somebody came back from signing in
        return redirect("workorder:order_detail", pk=pk)
    if not access.may(request.member, verb, order):
        raise PermissionDenied("Your role does not include this.")
    form, done = form_of(order, verb, request.POST), functools.partial(said_of, verb)
    return press(request, order, verb, ORDER_ACTIONS[verb], show_order, form=form, done=done)


@members()
def order_copy(request, pk):
    """A new draft of what the order was for; it opens to be edited, since it has no due date yet."""
    order = get_object_or_404(WorkOrder, pk=pk)
    if request.method != "POST":
        return redirect("workorder:order_detail", pk=pk)
    if not access.may(request.member, "copy", order):
        raise PermissionDenied("Your role does not include this.")
    form = CopyForm(request.POST)
    if not form.is_valid():
        said = [Problem("invalid", "The page sent something else than it should: load it again.")]
        return show_order(request, order, problems=said, status=422)
    try:
        made = orders.copy(order, by=request.member, seen=form.cleaned_data["version"], **form.words())
    except (Invalid, NotAllowed) as refusal:
        return show_order(request, order, problems=refusal.problems, status=409)
    except Stale:
        return show_order(request, order, stale=True, status=409)
    messages.success(request, f"{made.number} is a copy of {order.number}. Say when it is due.")
    return goto(request, "workorder:order_edit", pk=made.pk)


@members()
def process_skip(request, pk):
    process = get_object_or_404(WorkOrderProcess.objects.select_related("process", "work_order"), pk=pk)
    if request.method != "POST":
        return redirect("workorder:order_detail", pk=process.work_order_id)
    if not access.may(request.member, "skip", process):
        raise PermissionDenied("Planners, admins and the department's supervisor may skip a process.")
    form = form_of(process, "skip", request.POST)
    done = f"{process.process}: {VERBS['process']['skip'].done}"
    return press(request, process, "skip", processes.skip, show_order_of, form=form, done=done)
