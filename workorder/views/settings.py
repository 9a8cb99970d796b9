"""How the organization works: what its planners and admins decide once for all orders."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied

from tenants.access import members
from tenants.errors import Invalid, Stale
from tenants.pages import goto, page
from tenants.states import Role
from workorder.actions import approval_policy
from workorder.forms import (
    PolicyForm,
)
from workorder.models import ApprovalPolicy


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
