"""Settings: one person as dispatch sees them, and how the organization gives out work."""

from functools import partial

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect

from dispatch import access, queries
from dispatch.actions import capacity
from dispatch.actions import policy as policies
from dispatch.forms import CapacityForm, DispatchPolicyForm
from dispatch.models import Capacity
from dispatch.pages.settings import abilities_of, only_who_cares_for, save, show
from tenants.access import members
from tenants.models import Member
from tenants.states import Role


@members()
def person(request, pk):
    """What somebody can do, when they work, and how much they may have."""
    return _show_person(request, get_object_or_404(Member.objects.select_related("user", "department"), pk=pk))


@members()
def person_capacity(request, pk):
    member = get_object_or_404(Member.objects.select_related("user", "department"), pk=pk)
    if request.method != "POST":
        return redirect("dispatch:person", pk=pk)
    only_who_cares_for(request, member)
    form = CapacityForm(request.POST)

    def act():
        return capacity.set_for(member, by=request.member, seen=form.cleaned_data["version"], **form.words())

    again = partial(_show_person, request, member)
    return save(request, form, act, again, done=lambda saved: f"{member.name}: saved.", back=["dispatch:person", pk])


@members()
def dispatch_policy(request):
    """How work is given out here: admins change it, everybody reads it."""
    may_edit = request.member.is_at_least(Role.ADMIN)
    if request.method != "POST":
        return _show_policy(request)
    if not may_edit:
        raise PermissionDenied("Admins say how work is given out.")
    form = DispatchPolicyForm(request.POST)

    def act():
        return policies.edit(by=request.member, seen=form.cleaned_data["version"], **form.words())

    done = "Saved: it holds for what is decided from now on."
    return save(request, form, act, partial(_show_policy, request), done=lambda _: done, back=["dispatch:policy"])


def _show_person(request, member, *, form=None, fresh=None, **values):
    values |= abilities_of(member)
    standing = fresh or values["capacity"]
    values |= {
        "subject": member,
        "form": form or CapacityForm.of(standing if isinstance(standing, Capacity) else values["capacity"]),
        "may_edit": access.cares_for(request.member, member) and member.active,
    }
    return show(request, "person", **values)


def _show_policy(request, *, form=None, fresh=None, **values):
    policy = fresh or queries.policy()
    values |= {
        "policy": policy,
        "form": form or DispatchPolicyForm.of(policy),
        "may_edit": request.member.is_at_least(Role.ADMIN),
    }
    return show(request, "policy", **values)
