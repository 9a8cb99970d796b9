"""Who is told if nobody reacts: policies, business hours, and what waits for somebody now."""

from functools import partial

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect
from django.utils.http import url_has_allowed_host_and_scheme

from dispatch.pages.settings import save, take_away
from notifications import access
from notifications.actions import business_calendars, escalation_policies, escalations
from notifications.forms.escalations import CalendarForm, LadderForm
from notifications.models import BusinessCalendar, Escalation, EscalationPolicy
from notifications.pages import escalations as pages
from tenants.access import members
from tenants.errors import NotAllowed, Stale
from tenants.forms import SettingsForm
from tenants.pages import goto, toast, wants_part

REARRANGE = {"add", "drop"}


@members()
def policy_list(request):
    return pages.show_policies(request)


@members()
def policy_new(request):
    _only_planners(request)
    form = LadderForm(request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return pages.show_policy(request, None, form)
    if REARRANGE & request.POST.keys():
        return pages.show_policy(request, None, LadderForm.rearranged(request.POST))

    def act():
        return escalation_policies.create(by=request.member, **form.words())

    def again(*, form=form, **values):
        return pages.show_policy(request, None, form, **values)

    return save(request, form, act, again, done=lambda made: f"{made}: added.", back=["notifications:policy_list"])


@members()
def policy_edit(request, pk):
    policy = _policy(pk)
    _only_planners(request)
    if request.method != "POST":
        return pages.show_policy(request, policy, LadderForm.of(policy))
    if REARRANGE & request.POST.keys():
        return pages.show_policy(request, policy, LadderForm.rearranged(request.POST))
    form = LadderForm(request.POST)

    def act():
        seen = form.policy.cleaned_data["version"]
        return escalation_policies.edit(policy, by=request.member, seen=seen, **form.words())

    again = partial(_policy_again, request, policy)
    done = "{}: saved. What is running goes on as it was promised."
    return save(request, form, act, again, done=done.format, back=["notifications:policy_list"])


@members()
def policy_remove(request, pk):
    policy = _policy(pk)
    _only_planners(request)
    if request.method != "POST":
        return redirect("notifications:policy_edit", pk=pk)

    def act(seen):
        escalation_policies.remove(policy, by=request.member, seen=seen)

    again, done = partial(_policy_again, request, policy), f"{policy}: removed."
    return take_away(request, act, again, done=lambda _: done, back=["notifications:policy_list"])


@members()
def policy_dry_run(request, pk):
    """What would happen if nobody reacts: for everybody to read, since it says who is told."""
    return pages.show_dry_run(request, _policy(pk))


def _policy_again(request, policy, *, form=None, fresh=None, **values):
    policy = _policy((fresh or policy).pk)
    return pages.show_policy(request, policy, form or LadderForm.of(policy), **values)


def _policy(pk):
    found = EscalationPolicy.objects.select_related("calendar", "organization", "if_department")
    return get_object_or_404(found.prefetch_related("steps__member__user", "calendar__holidays"), pk=pk)


# --- business hours ------------------------------------------------------------------------------------------------
@members()
def calendar_list(request):
    if request.method != "POST":
        return _show_calendars(request, form=CalendarForm())
    _only_planners(request)
    form = CalendarForm(request.POST)

    def act():
        return business_calendars.create(by=request.member, **form.words())

    again = partial(_show_calendars, request)
    return save(request, form, act, again, done=lambda made: f"{made}: added.", back=["notifications:calendar_list"])


@members()
def calendar_edit(request, pk):
    calendar = _calendar(pk)
    _only_planners(request)
    if request.method != "POST":
        return _show_calendar(request, calendar)
    form = CalendarForm.of(calendar, request.POST)

    def act():
        seen = form.cleaned_data["version"]
        return business_calendars.edit(calendar, by=request.member, seen=seen, **form.words())

    again = partial(_show_calendar, request, calendar)
    return save(request, form, act, again, done=lambda saved: f"{saved}: saved.", back=["notifications:calendar_list"])


@members()
def calendar_remove(request, pk):
    calendar = _calendar(pk)
    _only_planners(request)
    if request.method != "POST":
        return redirect("notifications:calendar_edit", pk=pk)

    def act(seen):
        business_calendars.remove(calendar, by=request.member, seen=seen)

    again, done = partial(_show_calendar, request, calendar), f"{calendar}: removed."
    return take_away(request, act, again, done=lambda _: done, back=["notifications:calendar_list"])


def _show_calendars(request, *, form, **values):
    rows = BusinessCalendar.objects.prefetch_related("holidays", "policies").order_by("name")
    return pages.show(request, "calendars", form=form, calendars=rows, **values)


def _show_calendar(request, calendar, *, form=None, fresh=None, **values):
    calendar = _calendar((fresh or calendar).pk)
    return pages.show(request, "calendar", form=form or CalendarForm.of(calendar), calendar=calendar, **values)


def _calendar(pk):
    return get_object_or_404(BusinessCalendar.objects.prefetch_related("holidays"), pk=pk)


# --- what waits ----------------------------------------------------------------------------------------------------
@members()
def escalation_list(request):
    return pages.show_escalations(request)


@members()
def escalation_acknowledge(request, pk):
    """From the list or from the page of what it is about, which `back` names."""
    escalation = get_object_or_404(Escalation, pk=pk)
    if request.method != "POST":
        return redirect("notifications:escalation_list")
    if not access.may_acknowledge(request.member, escalation):
        raise PermissionDenied("It is taken care of by whom it concerns, or who has been told.")
    form = SettingsForm(request.POST)
    if not form.is_valid():
        return pages.show_escalations(request, status=422)
    said, back = "You take care of it. Nobody else is told.", _back(request)
    try:
        escalations.acknowledge(escalation, by=request.member, seen=form.cleaned_data["version"])
    except (NotAllowed, Stale) as refusal:
        if back:
            messages.info(request, str(refusal))
            return goto(request, back)
        is_stale = isinstance(refusal, Stale)
        found = () if is_stale else refusal.problems
        return pages.show_escalations(request, problems=found, stale=is_stale, status=409)
    if back:
        messages.success(request, said)
        return goto(request, back)
    if wants_part(request):
        return toast(pages.show_escalations(request), said)
    messages.success(request, said)
    return redirect("notifications:escalation_list")


def _back(request):
    """A path of ours, or nothing: a form must not send people to another site."""
    path = request.POST.get("back", "")
    return path if path.startswith("/") and url_has_allowed_host_and_scheme(path, allowed_hosts=None) else ""


def _only_planners(request):
    """Asked after the thing was looked up: what is somebody else's is missing for every role."""
    if not request.member.is_at_least(access.POLICIES):
        raise PermissionDenied("Planners and admins write these.")
