"""What the settings pages of dispatch have in common: saving a form, and drawing a week."""

from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404
from django.template.loader import render_to_string

from dispatch import access, queries
from dispatch.models import Capacity, MemberShift, MemberSkill
from tenants.errors import Invalid, NotAllowed, Stale
from tenants.forms import SettingsForm
from tenants.pages import goto, page
from tenants.states import Role

HOURS = 24
WEEK = 7 * HOURS


@dataclass(frozen=True)
class Bar:
    """A stretch of a week in hours from Monday's midnight."""

    x: float
    width: float


def bars(shift):
    """When a shift is worked in a week, on the wall; Sunday's night goes on at the left."""
    start = shift.starts.hour + shift.starts.minute / 60
    end = shift.ends.hour + shift.ends.minute / 60 + (HOURS if shift.is_over_midnight else 0)
    found = []
    for day in sorted(shift.weekdays):
        left, right = day * HOURS + start, day * HOURS + end
        found.append(Bar(left, min(right, WEEK) - left))
        if right > WEEK:
            found.append(Bar(0, right - WEEK))
    return sorted(found, key=lambda bar: bar.x)


def only_planners(request):
    """Asked after the thing was looked up: what is somebody else's is missing for every role."""
    if not request.member.is_at_least(Role.PLANNER):
        raise PermissionDenied("Planners and admins keep these.")


def only_who_cares_for(request, member):
    if not access.cares_for(request.member, member):
        raise PermissionDenied("Supervisors say this of their own department, planners and admins of everybody.")


def show(request, name, *, status=200, **values):
    today = queries.today()
    values = {"problems": (), "stale": False, "today": today, "soon": today + queries.SOON} | values
    return page(request, f"dispatch/{name}.html", part=f"dispatch/_{name}.html", status=status, **values)


def save(request, form, act, again, *, done, back):
    """Do what a form says and lead on, or show it `again` with what is wrong.

    `again` takes `form`, and `fresh` instead where somebody else was first: the thing as it is now.
    """
    if not form.is_valid():
        return again(form=form, status=422)
    try:
        saved = act()
    except ObjectDoesNotExist as error:  # somebody has just taken it away
        raise Http404 from error
    except Invalid as refusal:
        form.take(refusal.problems)
        return again(form=form, status=422)
    except NotAllowed as refusal:
        return again(form=form, problems=refusal.problems, status=409)
    except Stale as other:
        return again(fresh=other.obj, stale=True, status=409)
    messages.success(request, done(saved))
    return goto(request, *back)


def take_away(request, act, again, *, done, back):
    """The same for a button without words: `act` takes the version that was seen."""
    form = SettingsForm(request.POST)

    def show_it(*, form=None, **values):
        return again(**values)

    return save(request, form, lambda: act(form.cleaned_data["version"]), show_it, done=done, back=back)


def changeable(request, rows):
    """Ids of those rows whose people the member of this request cares for."""
    return {row.pk for row in rows if access.cares_for(request.member, row.member)}


def paged(request, rows, length):
    return Paginator(rows, length).get_page(request.GET.get("page"))


def abilities_of(member):
    """What dispatch knows of somebody: their skills with what these bring along, their shifts, their capacity."""
    mine = MemberSkill.objects.filter(member=member).select_related("skill").order_by("skill__code")
    named = {row.skill.code for row in mine}
    shifts = MemberShift.objects.filter(member=member).select_related("shift").order_by("since", "pk")
    today = queries.today()
    return {
        "skills": mine,
        "implied": sorted(set(queries.skills_of([member.pk])[member.pk]) - named),
        "shifts": [row for row in shifts if row.until is None or row.until >= today],
        "capacity": Capacity.objects.filter(member=member).first() or Capacity(member=member),
        "policy": queries.policy(),
        "today": today,
        "soon": today + queries.SOON,
    }


def member_panels(members, *, request):
    """Dict[member id -> HTML] of what they can do and when they work, for the page of a member."""
    return {
        member.pk: render_to_string(
            "dispatch/_member_panel.html", {"subject": member, **abilities_of(member)}, request=request
        )
        for member in members
    }
