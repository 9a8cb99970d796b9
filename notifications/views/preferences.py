"""What I am told, over what and when; for admins also what holds for those who did not choose; and the door for those
who only have a mail."""

from functools import partial

from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt

from dispatch.pages.settings import save
from notifications.access import UnsubscribeThrottle
from notifications.actions import preferences
from notifications.forms.preferences import COLUMNS, GridForm, HoursForm
from notifications.pages import week_of
from notifications.queries.hours import hours_in, schedule_of
from notifications.queries.preferences import grid, missing_of, standard_grid
from notifications.states import Kind, Source
from notifications.transports.email import unsubscribe as addresses
from tenants import context
from tenants.access import members
from tenants.context import tenant
from tenants.models import Member
from tenants.pages import page
from tenants.states import Role


@members()
def own(request):
    if request.method != "POST":
        return _show(request)
    form = _grid_form(request, request.POST)

    def act():
        if cells := form.changed_cells():
            preferences.choose(cells, by=request.member, seen=form.cleaned_data["version"])

    back = ["notifications:preferences"]
    return save(request, form, act, partial(_show, request, "grid"), done=lambda _: "Saved.", back=back)


@members()
def hours(request):
    """When I may be disturbed."""
    if request.method != "POST":
        return redirect("notifications:preferences")
    form = HoursForm.of(schedule_of(request.member), request.organization, request.POST)

    def act():
        preferences.edit_schedule(by=request.member, seen=form.cleaned_data["version"], **form.words())

    back = ["notifications:preferences"]
    return save(request, form, act, partial(_show, request, "hours"), done=lambda _: "Saved.", back=back)


@members(role=Role.ADMIN)
def defaults(request):
    if request.method != "POST":
        return _show_defaults(request)
    form = _defaults_form(request.POST)

    def act():
        if cells := form.changed_cells():
            preferences.choose_default(cells, by=request.member)

    back = ["notifications:default_preferences"]
    return save(request, form, act, partial(_show_defaults, request), done=lambda _: "Saved.", back=back)


@csrf_exempt  # a mail program sends this without cookies (RFC 8058); the token is the proof
def unsubscribe(request, token):
    """Turn off what a mail is like, for whoever holds it. Looking changes nothing: programs look at every link."""
    if not UnsubscribeThrottle().allow_request(request, None):
        return render(request, "429.html", status=429)
    wish = addresses.read(token)
    if wish is None:
        raise Http404
    with tenant(wish.organization_id):
        member = Member.objects.select_related("user", "organization").filter(pk=wish.member_id).first()
        if member is None:
            raise Http404
        kind = "" if wish.kind == addresses.DIGEST else wish.kind
        if request.method == "POST":
            preferences.unsubscribe(member, kind=kind)
        what = Kind(kind).label if kind else ""
        done = request.method == "POST"
        return render(request, "notifications/unsubscribe.html", {"whose": member, "what": what, "done": done})


def _grid_form(request, data=None):
    schedule = schedule_of(request.member)
    return GridForm(data, initial={"version": schedule.version}, cells=grid(request.member))


def _defaults_form(data=None):
    return GridForm(data, cells=standard_grid(), source=Source.ORGANIZATION)


def _show(request, which="", *, form=None, fresh=None, status=200, **values):
    """`form` is the one of the two that was sent; the other one is shown as it is."""
    schedule = schedule_of(request.member)
    found = hours_in(schedule, request.organization.zone)
    now = context.now()
    sent = {which: form} if form is not None and fresh is None else {}
    values = {"problems": (), "stale": False} | values
    return page(
        request,
        "notifications/preferences.html",
        part="notifications/_preferences.html",
        status=status,
        grid_form=sent.get("grid") or _grid_form(request),
        hours_form=sent.get("hours") or HoursForm.of(schedule, request.organization),
        columns=COLUMNS,
        missing=missing_of(request.member),
        week=week_of(found.quiet),
        zone=found.quiet.zone,
        quiet_until=found.quiet.ends_at(now) if found.quiet.is_quiet(now) else None,
        next_digest=found.next_digest(now),
        wall=now.astimezone(found.quiet.zone),
        **values,
    )


def _show_defaults(request, *, form=None, status=200, **values):
    values = {"problems": (), "stale": False} | values
    return page(
        request,
        "notifications/default_preferences.html",
        part="notifications/_default_preferences.html",
        status=status,
        grid_form=form or _defaults_form(),
        columns=COLUMNS,
        **values,
    )
