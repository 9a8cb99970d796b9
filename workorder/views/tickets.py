"""The pages of tickets, from a note on the floor to an order."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect

from tenants.access import members
from tenants.errors import Invalid, NotAllowed, Stale
from tenants.pages import goto, page
from tenants.states import Role
from workorder import access
from workorder.actions import tickets
from workorder.forms import (
    TicketFilter,
    TicketForm,
    edit_form_of,
)
from workorder.models import Ticket
from workorder.pages import (
    form_of,
    press,
    show_ticket,
)
from workorder.templatetags.floor import VERBS

PAGE_LENGTH = 25
TICKET_ACTIONS = {
    "triage": tickets.triage,
    "start": tickets.start,
    "resolve": tickets.resolve,
    "close": tickets.close,
    "reopen": tickets.reopen,
    "convert": tickets.convert,
}


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
