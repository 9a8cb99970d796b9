"""Choosing an organization, and its settings: who belongs to it, where, and the keys of programs."""

import datetime
from functools import partial

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, F, Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from tenants import context
from tenants.access import SESSION_KEY, contributed, elsewhere, members
from tenants.actions import departments, tokens
from tenants.actions import deputies as standing_in
from tenants.actions import members as people
from tenants.errors import Invalid, NotAllowed, Stale
from tenants.forms import DepartmentForm, DeputyForm, LedgerFilter, MemberEditForm, MemberForm, TokenForm
from tenants.models import ApiToken, Department, Deputy, Event, Member
from tenants.pages import goto, page, page_number
from tenants.pages.audit import told
from tenants.pages.export import exported
from tenants.problems import DECIDES
from tenants.queries import memberships_of
from tenants.states import Role
from tenants.words import kinds

PAGE_LENGTH = 50


def choose(request):
    """The organizations somebody may enter; also where those go who belong to none."""
    if request.caller.user is None:
        return elsewhere(request)
    mine = memberships_of(request.caller.user.pk)
    return page(request, "tenants/choose.html", memberships=mine, next=request.GET.get("next", ""))


@require_POST
def enter(request, slug):
    """Remember the choice for this session, under a new session key: what was seen before belongs to another house."""
    if request.caller.user is None:
        return elsewhere(request)
    mine = {member.organization.slug: member for member in memberships_of(request.caller.user.pk)}
    if slug not in mine:
        raise Http404
    request.session.cycle_key()
    request.session[SESSION_KEY] = str(mine[slug].organization_id)
    return goto(request, "reports:dashboard")


@members()
def member_list(request):
    """Who is here. Admins let somebody in, and lead on to changing a place."""
    is_admin = request.member.is_at_least(Role.ADMIN)
    if request.method == "POST":
        _only_admins(request)
    form = MemberForm(request.POST if request.method == "POST" else None)

    def save():
        return people.add(by=request.member, **form.words())

    rows = Member.objects.select_related("user", "department").order_by("-active", "user__name", "pk")
    show = partial(_show, request, "members", may_edit=is_admin, rows=_paged(request, rows))
    return _save(request, form, save, show, lambda member: f"{member} may come in now.", "tenants:member_list")


@members()
def member_edit(request, pk):
    member = get_object_or_404(Member.objects.select_related("user"), pk=pk)
    _only_admins(request)
    form = MemberEditForm.of(member, request.POST if request.method == "POST" else None)

    def save():
        return people.edit(member, by=request.member, seen=form.cleaned_data["version"], **form.words())

    panels = [add([member], request=request)[member.pk] for add in contributed("member", "panels")]
    show = partial(_show, request, "member", subject=member, fresh=MemberEditForm.of, panels=panels)
    return _save(request, form, save, show, lambda saved: f"{saved}: saved.", "tenants:member_list")


@members()
def department_list(request):
    is_admin = request.member.is_at_least(Role.ADMIN)
    if request.method == "POST":
        _only_admins(request)
    form = DepartmentForm(request.POST if request.method == "POST" else None)
    rows = Department.objects.select_related("parent").order_by("code")
    rows = rows.annotate(people=Count("members", filter=Q(members__active=True)))
    show = partial(_show, request, "departments", may_edit=is_admin, rows=_paged(request, rows))

    def save():
        return departments.create(by=request.member, **form.words())

    return _save(request, form, save, show, lambda made: f"{made}: added.", "tenants:department_list")


@members()
def department_edit(request, pk):
    department = get_object_or_404(Department, pk=pk)
    _only_admins(request)
    form = DepartmentForm.of(department, request.POST if request.method == "POST" else None)

    def save():
        return departments.edit(department, by=request.member, seen=form.cleaned_data["version"], **form.words())

    show = partial(_show, request, "department", subject=department, fresh=DepartmentForm.of)
    return _save(request, form, save, show, lambda saved: f"{saved}: saved.", "tenants:department_list")


@members()
def department_remove(request, pk):
    department = get_object_or_404(Department, pk=pk)
    _only_admins(request)
    if request.method != "POST":
        return redirect("tenants:department_edit", pk=pk)
    show = partial(_show, request, "department", subject=department, fresh=DepartmentForm.of)
    try:
        departments.remove(department, by=request.member)
    except NotAllowed as refusal:
        return show(form=DepartmentForm.of(department), problems=refusal.problems, status=409)
    messages.success(request, f"{department}: removed.")
    return goto(request, "tenants:department_list")


@members()
def token_list(request):
    """One's own tokens; admins see all. A new one's secret is in this answer and nowhere else."""
    form, made, status = TokenForm(request.POST if request.method == "POST" else None), {}, 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made = _make_token(request.member, **form.words())
            except Invalid as refusal:
                form.take(refusal.problems)
            else:
                form, status = TokenForm(), 200
    rows = ApiToken.objects.select_related("member__user").order_by(
        F("revoked_at").asc(nulls_first=True), "-created_at"
    )
    is_admin = request.member.is_at_least(Role.ADMIN)
    rows = _paged(request, rows if is_admin else rows.filter(member=request.member))
    answer = _show(request, "tokens", form=form, rows=rows, status=status, sees_all=is_admin, **made)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _make_token(member, *, name, lasts, read_only):
    ends = context.now() + datetime.timedelta(days=int(lasts)) if lasts != "0" else None
    scopes = ["read"] if read_only else []
    token, secret = tokens.make_api_token(member=member, by=member, name=name, scopes=scopes, expires_at=ends)
    return {"made": token, "secret": secret}


@members()
def token_revoke(request, pk):
    own = {} if request.member.is_at_least(Role.ADMIN) else {"member": request.member}
    token = get_object_or_404(ApiToken, pk=pk, **own)
    if request.method == "POST":
        try:
            tokens.revoke_api_token(token, by=request.member)
        except NotAllowed:
            messages.info(request, f"{token.name}: it has been revoked already.")
        else:
            messages.success(request, f"{token.name}: revoked.")
    return goto(request, "tenants:token_list")


@members()
def deputies(request):
    """Who stands in for oneself, and for whom one stands in; admins see everybody's."""
    names_one = request.member.is_at_least(DECIDES)
    if request.method == "POST" and not names_one:
        raise PermissionDenied("Only who decides something needs a deputy.")
    form = DeputyForm(request.POST if request.method == "POST" else None, by=request.member) if names_one else None
    rows = Deputy.objects.select_related("member__user", "deputy__user").filter(ends_at__gt=context.now())
    is_admin = request.member.is_at_least(Role.ADMIN)
    if not is_admin:
        rows = rows.filter(Q(member=request.member) | Q(deputy=request.member))
    rows = _paged(request, rows.order_by("starts_at", "pk"))
    show = partial(_show, request, "deputies", rows=rows, now=context.now(), sees_all=is_admin)

    def save():
        return standing_in.name(by=request.member, **{"member": request.member} | form.words())

    return _save(request, form, save, show, lambda row: f"{row}: named.", "tenants:deputies")


@members()
def deputy_end(request, pk):
    row = get_object_or_404(Deputy.objects.select_related("member__user", "deputy__user"), pk=pk)
    if request.method != "POST":
        return redirect("tenants:deputies")
    if row.member_id != request.member.pk and not request.member.is_at_least(Role.ADMIN):
        raise PermissionDenied("Only they themselves and admins end it.")
    standing_in.end(row, by=request.member)
    messages.success(request, f"{row}: ended.")
    return goto(request, "tenants:deputies")


def _only_admins(request):
    """Asked after the thing was looked up: what is somebody else's is missing for every role."""
    if not request.member.is_at_least(Role.ADMIN):
        raise PermissionDenied("Only admins change this.")


def _paged(request, rows):
    return Paginator(rows, PAGE_LENGTH).get_page(request.GET.get("page"))


def _save(request, form, save, show, done, back):
    """Show a settings form, or save what it says and lead back to the list."""
    if request.method != "POST":
        return show(form=form)
    if not form.is_valid():
        return show(form=form, status=422)
    try:
        saved = save()
    except Invalid as refusal:
        form.take(refusal.problems)
        return show(form=form, status=422)
    except NotAllowed as refusal:
        return show(form=form, problems=refusal.problems, status=409)
    except Stale as other:
        fresh = show.keywords["fresh"]
        return show(form=fresh(other.obj), stale=True, status=409)
    messages.success(request, done(saved))
    return goto(request, back)


def _show(request, name, *, status=200, fresh=None, **values):
    values = {"problems": (), "stale": False} | values
    return page(request, f"tenants/{name}.html", part=f"tenants/_{name}.html", status=status, **values)


@members(role=Role.SUPERVISOR)
def audit(request):
    """The whole ledger in words. Nothing is counted: the end of it interests nobody, and would cost the most."""
    asked, events = _asked_of_ledger(request)
    number = page_number(request)
    start = (number - 1) * PAGE_LENGTH
    found = list(events.order_by("-occurred_at", "-pk")[start : start + PAGE_LENGTH + 1])
    return page(
        request,
        "tenants/audit.html",
        part="tenants/_audit.html",
        filter=asked,
        lines=told(found[:PAGE_LENGTH]),
        number=number,
        has_next=len(found) > PAGE_LENGTH,
    )


@members(role=Role.SUPERVISOR)
def audit_export(request):
    return exported(request, _asked_of_ledger(request)[1])


def _asked_of_ledger(request):
    asked = LedgerFilter(request.GET, kinds=kinds(), zone=request.member.organization.zone)
    return asked, asked.chosen(Event.objects.all())
