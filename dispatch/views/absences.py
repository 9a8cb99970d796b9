"""Asking to be away, and answering."""

import datetime
import re

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, resolve_url

from dispatch import access, pages, queries
from dispatch.actions import absences
from dispatch.forms import ABSENCE_FORMS, AbsenceForm
from dispatch.models import Absence
from dispatch.pages.settings import only_who_cares_for
from tenants.access import members
from tenants.errors import Invalid
from tenants.pages import goto, page
from tenants.states import Role
from workorder.pages import press

MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")
ABSENCE_ACTIONS = {"approve": absences.approve, "reject": absences.reject, "cancel": absences.cancel}
DONE = {"approve": "Approved.", "reject": "Rejected.", "cancel": "Cancelled."}


@members()
def absence_list(request):
    """One's own absences and those of one's people: asked for, answered, and drawn into a month."""
    if request.method != "POST":
        return _show(request)
    form = AbsenceForm(request.POST, by=request.member)
    if not form.is_valid():
        return _show(request, form=form, status=422)
    words = {"member": request.member} | form.words()
    if words["member"].pk != request.member.pk:
        only_who_cares_for(request, words["member"])
    try:
        absences.request(by=request.member, **words)
    except Invalid as refusal:
        form.take(refusal.problems)
        return _show(request, form=form, status=422)
    messages.success(request, "Asked for. You are told when it is answered.")
    return goto(request, "dispatch:absences")


@members()
def absence_verb(request, pk, verb):
    rows = Absence.objects.select_related("member__user")
    if not request.member.is_at_least(Role.SUPERVISOR):
        rows = rows.filter(member=request.member)
    absence = get_object_or_404(rows, pk=pk)
    if request.method != "POST":
        return redirect("dispatch:absences")
    if not access.may_absence(request.member, verb, absence):
        raise PermissionDenied("They belong to another department.")
    form = ABSENCE_FORMS[verb](request.POST)
    done = f"{absence.member}: {DONE[verb]}"
    home = resolve_url("dispatch:absences")
    return press(request, absence, verb, ABSENCE_ACTIONS[verb], _after, form=form, done=done, home=home)


def _after(request, absence, *, pressed=None, **said):
    """The list with what became of one of them; a form that was refused comes back where it was."""
    return _show(request, pressed=pressed, **said)


def _show(request, *, form=None, status=200, **values):
    values = {"problems": (), "stale": False, "pressed": None} | values
    return page(
        request,
        "dispatch/absences.html",
        part="dispatch/_absences.html",
        status=status,
        form=form or AbsenceForm(by=request.member),
        month=pages.month_of(request.member, _month(request)),
        **pages.absences_of(request.member),
        **values,
    )


def _month(request):
    found = MONTH.fullmatch(request.GET.get("month", ""))
    return datetime.date(int(found[1]), int(found[2]), 1) if found else queries.today()
