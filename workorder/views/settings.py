"""How the organization works: what its planners and admins decide once for all orders."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect

from tenants.access import members
from tenants.errors import Invalid, NotAllowed, Stale
from tenants.forms import SettingsForm
from tenants.pages import goto, page
from tenants.states import Role
from workorder.actions import approval_policy, catalogue
from workorder.forms import PolicyForm, ReasonEditForm, ReasonForm
from workorder.models import ApprovalPolicy, ReasonCode


@members()
def policy(request):
    """How the organization agrees to orders: admins change it, everybody reads it."""
    found = ApprovalPolicy.objects.current()
    form, values, status = PolicyForm.of(found), {}, 200
    if request.method == "POST":
        if not request.member.is_at_least(Role.ADMIN):
            raise PermissionDenied("Admins say how orders are approved.")
        form = PolicyForm.of(found, request.POST)
        try:
            if form.is_valid():
                approval_policy.edit(by=request.member, seen=form.cleaned_data["version"], **form.words())
                messages.success(request, "Saved: it holds for orders submitted from now on.")
                return goto(request, "workorder:policy")
            status = 422
        except Invalid as refusal:
            form.take(refusal.problems)
            status = 422
        except Stale as other:
            form, values, status = PolicyForm.of(other.obj), {"stale": True}, 409
    may_edit = request.member.is_at_least(Role.ADMIN)
    values |= {"form": form, "policy": found, "may_edit": may_edit}
    return page(request, "workorder/policy.html", part="workorder/_policy.html", status=status, **values)


@members()
def reason_list(request):
    """Why pieces are defect and why work stands still: planners write, everybody reads."""
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return _show_reasons(request, form)
    _only_planners(request)
    if form.is_valid():
        try:
            made = catalogue.create(ReasonCode, by=request.member, **form.words())
        except Invalid as refusal:
            form.take(refusal.problems)
        else:
            messages.success(request, f"{made}: added.")
            return goto(request, "workorder:reason_list")
    return _show_reasons(request, form, status=422)


@members()
def reason_edit(request, pk):
    reason = get_object_or_404(ReasonCode, pk=pk)
    _only_planners(request)
    form = ReasonEditForm.of(reason, request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return _show_reason(request, reason, form)
    if form.is_valid():
        try:
            saved = catalogue.edit(reason, by=request.member, seen=form.cleaned_data["version"], **form.words())
        except Invalid as refusal:
            form.take(refusal.problems)
        except Stale as other:
            return _show_reason(request, other.obj, ReasonEditForm.of(other.obj), stale=True, status=409)
        else:
            messages.success(request, f"{saved}: saved.")
            return goto(request, "workorder:reason_list")
    return _show_reason(request, reason, form, status=422)


@members()
def reason_remove(request, pk):
    reason = get_object_or_404(ReasonCode, pk=pk)
    _only_planners(request)
    if request.method != "POST":
        return redirect("workorder:reason_edit", pk=pk)
    sent, shown = SettingsForm(request.POST), ReasonEditForm.of(reason)
    if not sent.is_valid():
        return _show_reason(request, reason, shown, status=422)
    try:
        catalogue.remove(reason, by=request.member, seen=sent.cleaned_data["version"])
    except NotAllowed as refusal:
        return _show_reason(request, reason, shown, problems=refusal.problems, status=409)
    except Stale as other:
        return _show_reason(request, other.obj, ReasonEditForm.of(other.obj), stale=True, status=409)
    messages.success(request, f"{reason}: removed.")
    return goto(request, "workorder:reason_list")


def _only_planners(request):
    """Asked after the thing was looked up: what is somebody else's is missing for every role."""
    if not request.member.is_at_least(Role.PLANNER):
        raise PermissionDenied("Planners and admins keep the reasons.")


def _show_reasons(request, form, *, status=200):
    values = {"form": form, "reasons": ReasonCode.objects.all(), "may_edit": request.member.is_at_least(Role.PLANNER)}
    return page(request, "workorder/reasons.html", part="workorder/_reasons.html", status=status, **values)


def _show_reason(request, reason, form, *, status=200, **values):
    values |= {"form": form, "reason": reason}
    return page(request, "workorder/reason.html", part="workorder/_reason.html", status=status, **values)
