"""Settings: which shifts there are, and who works them."""

from functools import partial

from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.shortcuts import get_object_or_404, redirect

from dispatch import queries
from dispatch.actions import shifts
from dispatch.forms import DaysForm, ShiftEditForm, ShiftForm, WorkForm
from dispatch.models import MemberShift, Shift
from dispatch.pages.settings import bars, changeable, only_planners, only_who_cares_for, paged, save, show, take_away
from tenants.access import members
from tenants.states import Role

PAGE_LENGTH = 50


@members()
def shift_list(request):
    """The weekly patterns of work, each as a picture: planners write, everybody reads."""
    if request.method != "POST":
        return _show_shifts(request, form=ShiftForm())
    only_planners(request)
    form = ShiftForm(request.POST)

    def act():
        return shifts.create(by=request.member, **form.words())

    again = partial(_show_shifts, request)
    return save(request, form, act, again, done=lambda made: f"{made}: added.", back=["dispatch:shift_list"])


@members()
def shift_detail(request, pk):
    shift = get_object_or_404(Shift, pk=pk)
    if request.method != "POST":
        return _show_shift(request, shift, form=ShiftEditForm.of(shift))
    only_planners(request)
    form = ShiftEditForm.of(shift, request.POST)

    def act():
        return shifts.edit(shift, by=request.member, seen=form.cleaned_data["version"], **form.words())

    again = partial(_show_shift, request, shift)
    return save(request, form, act, again, done=lambda saved: f"{saved}: saved.", back=["dispatch:shift_list"])


@members()
def shift_remove(request, pk):
    shift = get_object_or_404(Shift, pk=pk)
    only_planners(request)
    if request.method != "POST":
        return redirect("dispatch:shift_detail", pk=pk)

    def act(seen):
        shifts.remove(shift, by=request.member, seen=seen)

    again = partial(_show_shift, request, shift)
    return take_away(request, act, again, done=lambda _: f"{shift}: removed.", back=["dispatch:shift_list"])


@members()
def member_shift_list(request):
    """Who works which shift, now and from when on. Whoever cares for somebody writes it down."""
    cares = request.member.is_at_least(Role.SUPERVISOR)
    if request.method != "POST":
        chosen = {name: request.GET.get(name) for name in ("member", "shift")} | {"since": queries.today()}
        form = WorkForm(by=request.member, initial=chosen) if cares else None
        return _show_member_shifts(request, form=form)
    if not cares:
        raise PermissionDenied("Supervisors, planners and admins write this down.")
    form = WorkForm(request.POST, by=request.member)
    if form.is_valid():
        only_who_cares_for(request, form.cleaned_data["member"])

    def act():
        return shifts.assign(by=request.member, **form.words())

    def done(row):
        return f"{row.member.name} works {row.shift}."

    again = partial(_show_member_shifts, request)
    return save(request, form, act, again, done=done, back=["dispatch:member_shift_list"])


@members()
def member_shift_edit(request, pk):
    row = get_object_or_404(MemberShift.objects.select_related("member__user", "shift"), pk=pk)
    only_who_cares_for(request, row.member)
    if request.method != "POST":
        return _show_member_shift(request, row, form=DaysForm.of(row))
    form = DaysForm.of(row, request.POST)

    def act():
        return shifts.change_days(row, by=request.member, seen=form.cleaned_data["version"], **form.words())

    def done(saved):
        return f"{row.shift} of {row.member.name}: saved."

    again = partial(_show_member_shift, request, row)
    return save(request, form, act, again, done=done, back=["dispatch:member_shift_list"])


@members()
def member_shift_end(request, pk):
    row = get_object_or_404(MemberShift.objects.select_related("member__user", "shift"), pk=pk)
    only_who_cares_for(request, row.member)
    if request.method != "POST":
        return redirect("dispatch:member_shift_edit", pk=pk)

    def act(seen):
        shifts.end(row, by=request.member, seen=seen)

    def done(_):
        return f"{row.member.name}: off {row.shift} from tomorrow on."

    again = partial(_show_member_shift, request, row)
    return take_away(request, act, again, done=done, back=["dispatch:member_shift_list"])


def _in_force():
    """Rows of people who are here that count today or later."""
    return MemberShift.objects.filter(Q(until=None) | Q(until__gte=queries.today()), member__active=True)


def _show_shifts(request, *, form, **values):
    today = queries.today()
    now = Q(members__since__lte=today, members__member__active=True)
    now &= Q(members__until=None) | Q(members__until__gte=today)
    rows = paged(
        request, Shift.objects.annotate(people=Count("members", filter=now)).order_by("starts", "name"), PAGE_LENGTH
    )
    values |= {
        "form": form,
        "rows": rows,
        "weeks": [(shift, bars(shift)) for shift in rows.object_list],
        "may_edit": request.member.is_at_least(Role.PLANNER),
    }
    return show(request, "shifts", **values)


def _show_shift(request, shift, *, form=None, fresh=None, **values):
    shift = fresh or Shift.objects.get(pk=shift.pk)
    rows = _in_force().filter(shift=shift).select_related("member__user", "member__department", "shift")
    rows = paged(request, rows.order_by("member__user__name", "since", "pk"), PAGE_LENGTH)
    values |= {
        "shift": shift,
        "bars": bars(shift),
        "form": form or ShiftEditForm.of(shift),
        "rows": rows,
        "changeable": changeable(request, rows),
        "may_edit": request.member.is_at_least(Role.PLANNER),
        "may_assign": request.member.is_at_least(Role.SUPERVISOR) and shift.active,
    }
    return show(request, "shift", **values)


def _show_member_shifts(request, *, form, **values):
    rows = _in_force().select_related("member__user", "member__department", "shift")
    rows = paged(request, rows.order_by("member__user__name", "member", "since", "pk"), PAGE_LENGTH)
    values |= {"form": form, "rows": rows, "changeable": changeable(request, rows)}
    return show(request, "member_shifts", **values)


def _show_member_shift(request, row, *, form=None, fresh=None, **values):
    values |= {"row": fresh or row, "form": form or DaysForm.of(fresh or row)}
    return show(request, "member_shift", **values)
