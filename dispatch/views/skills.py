"""Settings: which skills there are, and who has them until when."""

from functools import partial

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect

from dispatch import queries
from dispatch.actions import skills
from dispatch.forms import CertificateForm, GrantForm, SkillEditForm, SkillForm
from dispatch.models import MemberSkill, Skill
from dispatch.pages.settings import changeable, only_planners, only_who_cares_for, paged, save, show, take_away
from tenants.access import members
from tenants.states import Role

PAGE_LENGTH = 50
MOST_ENDING = 50


@members()
def skill_list(request):
    """What not everybody can do: planners write, everybody reads."""
    if request.method == "POST":
        only_planners(request)
    form = SkillForm(request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return _show_skills(request, form)

    def act():
        return skills.create(by=request.member, **form.words())

    again = partial(_show_skills, request)
    return save(request, form, act, again, done=lambda made: f"{made}: added.", back=["dispatch:skill_list"])


@members()
def skill_detail(request, pk):
    skill = get_object_or_404(Skill, pk=pk)
    if request.method != "POST":
        return _show_skill(request, skill, form=SkillEditForm.of(skill))
    only_planners(request)
    form = SkillEditForm.of(skill, request.POST)

    def act():
        return skills.edit(skill, by=request.member, seen=form.cleaned_data["version"], **form.words())

    again = partial(_show_skill, request, skill)
    return save(request, form, act, again, done=lambda saved: f"{saved}: saved.", back=["dispatch:skill_list"])


@members()
def skill_remove(request, pk):
    skill = get_object_or_404(Skill, pk=pk)
    only_planners(request)
    if request.method != "POST":
        return redirect("dispatch:skill_detail", pk=pk)

    def act(seen):
        skills.remove(skill, by=request.member, seen=seen)

    again = partial(_show_skill, request, skill)
    return take_away(request, act, again, done=lambda _: f"{skill}: removed.", back=["dispatch:skill_list"])


@members()
def member_skill_list(request):
    """Who can what. Whoever cares for somebody writes it down."""
    cares = request.member.is_at_least(Role.SUPERVISOR)
    if request.method != "POST":
        chosen = {name: request.GET.get(name) for name in ("member", "skill")}
        form = GrantForm(by=request.member, initial=chosen) if cares else None
        return _show_member_skills(request, form=form)
    if not cares:
        raise PermissionDenied("Supervisors, planners and admins write this down.")
    form = GrantForm(request.POST, by=request.member)
    if form.is_valid():
        only_who_cares_for(request, form.cleaned_data["member"])

    def act():
        return skills.grant(by=request.member, **form.words())

    def done(row):
        return f"{row.member.name} has {row.skill}."

    again = partial(_show_member_skills, request)
    return save(request, form, act, again, done=done, back=["dispatch:member_skill_list"])


@members()
def member_skill_edit(request, pk):
    row = get_object_or_404(MemberSkill.objects.select_related("member__user", "skill"), pk=pk)
    only_who_cares_for(request, row.member)
    if request.method != "POST":
        return _show_member_skill(request, row, form=CertificateForm.of(row))
    form = CertificateForm.of(row, request.POST)

    def act():
        seen = form.cleaned_data["version"]
        return skills.change_certificate(row, by=request.member, seen=seen, **form.words())

    def done(saved):
        return f"{row.skill} of {row.member.name}: saved."

    again = partial(_show_member_skill, request, row)
    return save(request, form, act, again, done=done, back=["dispatch:member_skill_list"])


@members()
def member_skill_remove(request, pk):
    row = get_object_or_404(MemberSkill.objects.select_related("member__user", "skill"), pk=pk)
    only_who_cares_for(request, row.member)
    if request.method != "POST":
        return redirect("dispatch:member_skill_edit", pk=pk)

    def act(seen):
        skills.take_back(row, by=request.member, seen=seen)

    def done(_):
        return f"{row.skill} of {row.member.name}: taken back. Their unstarted work for it goes on."

    again = partial(_show_member_skill, request, row)
    return take_away(request, act, again, done=done, back=["dispatch:member_skill_list"])


def _show_skills(request, form, **values):
    values |= {
        "form": form,
        "rows": paged(
            request, queries.with_counts(Skill.objects.select_related("implies")).order_by("code"), PAGE_LENGTH
        ),
        "undefined": queries.undefined_skills(),
        "ending": list(queries.ending_soon()[:MOST_ENDING]),
        "may_edit": request.member.is_at_least(Role.PLANNER),
    }
    return show(request, "skills", **values)


def _show_skill(request, skill, *, form=None, fresh=None, **values):
    skill = fresh or Skill.objects.get(pk=skill.pk)  # as it is: the verb may have been refused halfway
    rows = MemberSkill.objects.filter(skill=skill).select_related("member__user", "member__department", "skill")
    rows = paged(request, rows.order_by("-member__active", "member__user__name", "pk"), PAGE_LENGTH)
    values |= {
        "skill": skill,
        "form": form or SkillEditForm.of(skill),
        "rows": rows,
        "changeable": changeable(request, rows),
        "processes": queries.processes_asking(skill.code),
        "implied_by": skill.implied_by.all(),
        "may_edit": request.member.is_at_least(Role.PLANNER),
        "may_grant": request.member.is_at_least(Role.SUPERVISOR) and skill.active,
    }
    return show(request, "skill", **values)


def _show_member_skills(request, *, form, **values):
    rows = MemberSkill.objects.select_related("member__user", "member__department", "skill")
    rows = rows.filter(member__active=True).order_by("member__user__name", "member", "skill__code")
    rows = paged(request, rows, PAGE_LENGTH)
    values |= {"form": form, "rows": rows, "changeable": changeable(request, rows)}
    return show(request, "member_skills", **values)


def _show_member_skill(request, row, *, form=None, fresh=None, **values):
    values |= {"row": fresh or row, "form": form or CertificateForm.of(fresh or row)}
    return show(request, "member_skill", **values)
