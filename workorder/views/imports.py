"""The pages of an import: sending a file, seeing what it would make, writing or discarding it."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect

from tenants.access import members
from tenants.errors import Invalid
from tenants.pages import goto
from tenants.states import Role
from workorder import access, formats
from workorder.actions import imports
from workorder.forms import FileForm
from workorder.models import OrderImport
from workorder.pages import form_of, press, show_import, show_upload
from workorder.templatetags.floor import VERBS

IMPORT_ACTIONS = {"write": imports.write, "discard": imports.discard}


@members(role=Role.PLANNER)
def import_upload(request):
    if request.method != "POST":
        return show_upload(request)
    form = FileForm(request.POST, request.FILES)
    if not form.is_valid():
        return show_upload(request, form=form, status=422)
    file = form.cleaned_data["file"]
    try:
        made = imports.upload(by=request.member, file=file, name=file.name)
    except Invalid as refusal:
        for problem in refusal.problems:
            form.add_error("file", problem.message)
        return show_upload(request, form=form, status=422)
    return goto(request, "workorder:import_detail", pk=made.pk)


@members(role=Role.PLANNER)
def import_template(request):
    named = {"Content-Disposition": 'attachment; filename="orders.csv"'}
    return HttpResponse(formats.template(), content_type="text/csv; charset=utf-8", headers=named)


@members()
def import_detail(request, pk):
    return show_import(request, _import_for(request.member, pk))


@members()
def import_verb(request, pk, verb):
    order_import = _import_for(request.member, pk)
    if request.method != "POST":
        return redirect("workorder:import_detail", pk=pk)
    form = form_of(order_import, verb, request.POST)
    done = f"{order_import.name}: {VERBS['import'][verb].done}"
    return press(request, order_import, verb, IMPORT_ACTIONS[verb], show_import, form=form, done=done)


def _import_for(member, pk):
    """An import, for those who may see it: nobody else learns what was brought."""
    order_import = get_object_or_404(OrderImport, pk=pk)
    if not access.may(member, "retrieve", order_import):
        raise PermissionDenied("Planners and admins import orders.")
    return order_import
