"""The time clock on a phone and at a station, and the badges it reads."""

import segno
from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render

from dispatch import access, pages, queries
from dispatch.actions import attendance, badges
from dispatch.forms import AddPunchForm, BadgeForm, PersonForm, PunchForm
from dispatch.models import Badge
from dispatch.pages.settings import only_who_cares_for
from dispatch.states import PunchMethod
from tenants.access import members
from tenants.errors import Invalid, NotAllowed
from tenants.pages import goto, page, wants_part
from tenants.states import Role

SAID = {
    "in": "You are in.",
    "out": "You are out. Have a good time.",
    "break": "Enjoy your break.",
    "back": "Welcome back.",
}


@members()
def time_clock(request):
    """In, break, back, out; and how the day and the week have gone."""
    if request.method != "POST":
        return _show_clock(request)
    form = PunchForm(request.POST)
    if not form.is_valid():
        return _show_clock(request, form=form, status=422)
    try:
        row = attendance.punch(request.member, by=request.member, method=PunchMethod.PAGE, **form.words())
    except Invalid as refusal:
        form.take(refusal.problems)
        return _show_clock(request, form=form, status=422)
    except NotAllowed as refusal:
        return _show_clock(request, problems=refusal.problems, status=409)
    messages.success(request, SAID[row.punch])
    return goto(request, "dispatch:time_clock")


def _show_clock(request, *, form=None, status=200, problems=()):
    leads = request.member.is_at_least(Role.SUPERVISOR)
    return page(
        request,
        "dispatch/time_clock.html",
        part="dispatch/_time_clock.html",
        status=status,
        problems=problems,
        team=pages.team_of(request.member) if leads else [],
        leads=leads,
        **pages.clock_of(request, form=form),
    )


@members(role=Role.SUPERVISOR)
def punch_add(request):
    """What somebody forgot to tell the clock."""
    form = AddPunchForm(request.POST if request.method == "POST" else None, by=request.member)
    if request.method != "POST":
        return _show_form(request, "punch_add", form)
    if not form.is_valid():
        return _show_form(request, "punch_add", form, status=422)
    only_who_cares_for(request, form.cleaned_data["member"])
    try:
        row = attendance.add(by=request.member, **form.words())
    except Invalid as refusal:
        form.take(refusal.problems)
        return _show_form(request, "punch_add", form, status=422)
    except NotAllowed as refusal:
        form.take(refusal.problems)
        return _show_form(request, "punch_add", form, status=409)
    messages.success(request, f"{row.member}: added.")
    return goto(request, "dispatch:time_clock")


@members(role=Role.SUPERVISOR)
def badge_station(request):
    """A page that stays open beside the door: it reads badges and says who came or went."""
    if request.method != "POST":
        if wants_part(request):  # the greeting has been read
            return render(request, "dispatch/_scanned.html")
        return _show_station(request)
    throttle = access.BadgeThrottle()
    if not throttle.allow_request(request, None):
        answer = _show_station(request, said="Too many codes at once. Wait a moment.", status=429)
        answer.headers["Retry-After"] = str(throttle.wait())
        return answer
    form = BadgeForm(request.POST)
    if not form.is_valid():
        return _show_station(request, form=form, said="Hold the badge before the scanner again.", status=422)
    words = form.words()
    try:
        row = attendance.scan(words.pop("badge"), by=request.member, **words)
    except (Invalid, NotAllowed) as refusal:
        said = " ".join(problem.message for problem in refusal.problems)
        return _show_station(request, said=said, status=422 if isinstance(refusal, Invalid) else 409)
    running = queries.still_running(row.member) if row.punch == "out" else []
    return _show_station(request, row=row, still_running=running)


def _show_station(request, *, form=None, row=None, said="", still_running=(), status=200):
    values = {"form": form or BadgeForm(), "row": row, "said": said, "still_running": still_running}
    return page(request, "dispatch/station.html", part="dispatch/_station.html", status=status, **values)


@members(role=Role.SUPERVISOR)
def badge_list(request):
    """Who has a badge. A new one's code is in this answer and nowhere else."""
    form, made = PersonForm(request.POST if request.method == "POST" else None, by=request.member), {}
    if request.method == "POST" and form.is_valid():
        only_who_cares_for(request, form.cleaned_data["member"])
        try:
            badge, code = badges.issue(by=request.member, **form.words())
        except Invalid as refusal:
            form.take(refusal.problems)
        else:
            made = {"made": badge, "code": code, "picture": segno.make(code, error="m").svg_inline(scale=6)}
            form = PersonForm(by=request.member)
    rows = Badge.objects.filter(member__in=queries.cared_for(request.member), revoked_at=None)
    answer = page(
        request,
        "dispatch/badges.html",
        part="dispatch/_badges.html",
        status=422 if form.is_bound else 200,
        form=form,
        rows=rows.select_related("member__user").order_by("member__user__name", "pk"),
        **made,
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


@members()
def badge_revoke(request, pk):
    rows = Badge.objects.select_related("member__user")
    if not request.member.is_at_least(Role.SUPERVISOR):
        rows = rows.filter(member=request.member)
    badge = get_object_or_404(rows, pk=pk)
    only_who_cares_for(request, badge.member)
    if request.method != "POST":
        return redirect("dispatch:badges")
    try:
        badges.revoke(badge, by=request.member)
    except NotAllowed:
        messages.info(request, f"{badge.member}: it has been revoked already.")
    else:
        messages.success(request, f"{badge.member}: revoked.")
    return goto(request, "dispatch:badges")


def _show_form(request, name, form, *, status=200):
    return page(request, f"dispatch/{name}.html", part=f"dispatch/_{name}.html", status=status, form=form)
