"""The pages of work orders and tasks. A view finds the thing, asks who may, and lets the verb say the rest."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect

from tenants import context
from tenants.access import members
from tenants.errors import Invalid, NotAllowed, Stale
from tenants.pages import goto, page
from tenants.states import Role
from workorder import access, queries
from workorder.actions import orders, processes, tasks, tickets
from workorder.forms import OrderFilter, TicketFilter, TicketForm, WorkForm, edit_form_of
from workorder.models import Ticket, WorkOrder, WorkOrderProcess, WorkOrderTask
from workorder.pages import cards, form_of, press, show_order, show_order_of, show_task, show_ticket, task_values
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
}
TASK_ACTIONS = {
    "start": tasks.start,
    "pause": tasks.pause,
    "resume": tasks.resume,
    "report": tasks.report,
    "complete": tasks.complete,
    "cancel": tasks.cancel,
}
TICKET_ACTIONS = {
    "triage": tickets.triage,
    "start": tickets.start,
    "resolve": tickets.resolve,
    "close": tickets.close,
    "reopen": tickets.reopen,
    "convert": tickets.convert,
}


@members()
def order_list(request):
    """Filters, order and page live in the address, so that a list can be sent to somebody."""
    moment = context.now()
    asked = OrderFilter(request.GET)
    listing = Paginator(asked.chosen(moment), PAGE_LENGTH).get_page(request.GET.get("page"))
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
    return _write(request, work, lambda: orders.create(by=request.member, **work.values), "Created as a draft.")


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
    done = f"{order.number}: {VERBS['workorder'][verb].done}"
    form = form_of(order, verb, request.POST)
    return press(request, order, verb, ORDER_ACTIONS[verb], show_order, form=form, done=done)


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


@members()
def my_tasks(request):
    """What is in somebody's hands, and what their department's queue holds."""
    member = request.member
    queue = queries.queue(member.department) if member.department_id and member.is_at_least(Role.OPERATOR) else []
    return page(
        request,
        "workorder/my_tasks.html",
        part="workorder/_my_tasks.html",
        mine=cards(request, list(queries.my_tasks(member)), brief=True),
        queue=cards(request, list(queue), brief=True),
    )


@members()
def task_detail(request, pk):
    get_object_or_404(WorkOrderTask, pk=pk)
    values = task_values(request, pk)
    return page(request, "workorder/task_detail.html", part="workorder/_task.html", **values)


@members()
def task_verb(request, pk, verb):
    task = get_object_or_404(WorkOrderTask, pk=pk)
    if request.method != "POST":
        return redirect("workorder:task_detail", pk=pk)
    if not access.may(request.member, verb, task):
        raise PermissionDenied("The task is somebody else's.")
    form = form_of(task, verb, request.POST)
    done = f"{task.title}: {VERBS['task'][verb].done}"
    return press(request, task, verb, TASK_ACTIONS[verb], show_task, form=form, done=done)


@members()
def ticket_list(request):
    asked = TicketFilter(request.GET)
    listing = Paginator(asked.chosen(request.member), PAGE_LENGTH).get_page(request.GET.get("page"))
    may_create = access.may(request.member, "create", Ticket)
    values = {"filter": asked, "listing": listing, "may_create": may_create}
    return page(request, "workorder/ticket_list.html", part="workorder/_tickets.html", **values)


@members(role=Role.OPERATOR)
def ticket_create(request):
    form = TicketForm(request.POST or None, initial={"order_number": request.GET.get("order", "")})
    return _note(request, form, lambda: tickets.open(by=request.member, **form.words()))


@members()
def ticket_edit(request, pk):
    ticket = get_object_or_404(Ticket.objects.select_related("work_order"), pk=pk)
    if not access.may(request.member, "edit", ticket):
        raise PermissionDenied("Your role does not include this.")
    form = edit_form_of(ticket, request.POST if request.method == "POST" else None)

    def save():
        return tickets.edit(ticket, by=request.member, seen=form.cleaned_data["version"], **form.words())

    return _note(request, form, save, ticket=ticket)


def _note(request, form, save, ticket=None):
    """Show the ticket's form, or save it."""
    problems, stale, status = [], False, 200
    if request.method == "POST" and not form.is_valid():
        status = 422
    elif request.method == "POST":
        try:
            saved = save()
        except Invalid as refusal:
            status = 422
            for problem in refusal.problems:
                form.add_error(problem.field if problem.field in form.fields else None, problem.message)
        except NotAllowed as refusal:
            problems, status = refusal.problems, 409
        except Stale as other:
            form, stale, status = edit_form_of(other.obj), True, 409
        else:
            messages.success(request, "Saved." if ticket else "Thank you: the planners see it now.")
            return goto(request, "workorder:ticket_detail", pk=saved.pk)
    values = {"form": form, "ticket": ticket, "problems": problems, "stale": stale}
    return page(request, "workorder/ticket_form.html", part="workorder/_ticket_form.html", status=status, **values)


@members()
def ticket_detail(request, pk):
    return show_ticket(request, get_object_or_404(Ticket, pk=pk))


@members()
def ticket_verb(request, pk, verb):
    ticket = get_object_or_404(Ticket, pk=pk)
    if request.method != "POST":
        return redirect("workorder:ticket_detail", pk=pk)
    if not access.may(request.member, verb, ticket):
        raise PermissionDenied("Your role does not include this.")
    done = f"{ticket.title}: {VERBS['ticket'][verb].done}"
    form = form_of(ticket, verb, request.POST)
    return press(request, ticket, verb, TICKET_ACTIONS[verb], show_ticket, form=form, done=done)
