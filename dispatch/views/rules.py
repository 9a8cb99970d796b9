"""The rules of dispatch: planners write them, everybody reads them, since they explain who got what."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect

from dispatch.actions import rules
from dispatch.forms.rules import RuleForm
from dispatch.models import AssignmentRule
from dispatch.pages import rules as pages
from tenants.access import members
from tenants.errors import Invalid, Stale
from tenants.forms import SettingsForm
from tenants.pages import goto

WAYS = {"up": -1, "down": 1}


@members()
def rule_list(request):
    return pages.show_rules(request)


@members()
def rule_new(request):
    _only_planners(request)
    form = pages.new_form(request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return pages.show_rule(request, None, form)
    if form.is_valid():
        try:
            made = rules.create(by=request.member, **form.words())
        except Invalid as refusal:
            form.take(refusal.problems)
        else:
            messages.success(request, f"{made}: added.")
            return goto(request, "dispatch:rule_list")
    return pages.show_rule(request, None, form, status=422)


@members()
def rule_edit(request, pk):
    rule = _read(pk)
    _only_planners(request)
    form = RuleForm.of(rule, request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return pages.show_rule(request, rule, form)
    if form.is_valid():
        try:
            saved = rules.edit(rule, by=request.member, seen=form.cleaned_data["version"], **form.words())
        except Invalid as refusal:
            form.take(refusal.problems)
        except Stale as other:
            now = _read(other.obj.pk)
            return pages.show_rule(request, now, RuleForm.of(now), stale=True, status=409)
        else:
            messages.success(request, f"{saved}: saved. It counts from the next decision on.")
            return goto(request, "dispatch:rule_list")
    return pages.show_rule(request, rule, form, status=422)


@members()
def rule_catches(request, pk):
    """Which tasks the rule, as it stands in the form, would catch. Nothing is saved."""
    rule = _read(pk)
    _only_planners(request)
    if request.method != "POST":
        return redirect("dispatch:rule_edit", pk=pk)
    return pages.show_catches(request, rule, RuleForm.of(rule, request.POST))


@members()
def rule_new_catches(request):
    _only_planners(request)
    if request.method != "POST":
        return redirect("dispatch:rule_new")
    return pages.show_catches(request, None, pages.new_form(request.POST))


@members()
def rule_up(request, pk):
    return _move(request, pk, "up")


@members()
def rule_down(request, pk):
    return _move(request, pk, "down")


@members()
def rule_remove(request, pk):
    rule = _read(pk)
    _only_planners(request)
    if request.method != "POST":
        return redirect("dispatch:rule_edit", pk=pk)
    sent, shown = SettingsForm(request.POST), RuleForm.of(rule)
    if not sent.is_valid():
        return pages.show_rule(request, rule, shown, status=422)
    try:
        rules.remove(rule, by=request.member, seen=sent.cleaned_data["version"])
    except Stale as other:
        now = _read(other.obj.pk)
        return pages.show_rule(request, now, RuleForm.of(now), stale=True, status=409)
    messages.success(request, f"{rule}: removed.")
    return goto(request, "dispatch:rule_list")


def _move(request, pk, way):
    rule = _read(pk)
    _only_planners(request)
    if request.method != "POST":
        return redirect("dispatch:rule_list")
    sent = SettingsForm(request.POST)
    if not sent.is_valid():
        return pages.show_rules(request, status=422)
    try:
        rules.move(rule, by=request.member, places=WAYS[way], seen=sent.cleaned_data["version"])
    except Stale:
        return pages.show_rules(request, stale=True, status=409)
    if not request.htmx:
        return redirect("dispatch:rule_list")
    return pages.show_rules(request)


def _read(pk):
    return get_object_or_404(AssignmentRule.objects.select_related(*pages.NAMES), pk=pk)


def _only_planners(request):
    """Asked after the thing was looked up: what is somebody else's is missing for every role."""
    if not pages.may_edit(request.member):
        raise PermissionDenied("Planners and admins write the rules.")
