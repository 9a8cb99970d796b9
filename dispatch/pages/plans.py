"""What the pages of plans show: the list, one plan with all it changes, its timetable, and several side by side."""

import datetime
from dataclasses import dataclass

from django.core.paginator import Paginator
from django.urls import reverse

from dispatch import access
from dispatch.forms.plans import ItemsFilter, MoveForm, PinForm, PlanForm, PublishForm, ReturnForm
from dispatch.models import Plan, PlanItem
from dispatch.queries.plans import gains_of
from dispatch.states import PlanStatus
from tenants.pages import page
from tenants.states import Role
from workorder.forms import SeenForm
from workorder.pages import Button
from workorder.templatetags.floor import Word, duration

PAGE_LENGTH = 25
MEMBERS_SHOWN = 12  # in the table of who gains and loses; the rest unfolds
ROWS_OF_TIMES = 20
WIDTH = 1000  # of the timetable, in its own units
VERBS = {
    "publish": Word("Publish", "send", "Published: everybody has what it says.", "primary"),
    "submit": Word("Submit for approval", "hourglass", "Submitted for approval."),
    "return": Word("Send back", "x", "Sent back.", "danger"),
    "undo": Word("Undo", "rotate-ccw", "Taken back, as far as nobody had begun.", "danger"),
    "discard": Word("Discard", "ban", "Discarded.", "danger"),
}
QUEUED = "It is being published: the page says how far it is."
FORMS = {"publish": PublishForm, "return": ReturnForm}
SAID = {"stale_item", "stale_items"}


@dataclass(frozen=True)
class Figure:
    """One figure of the floor, as it is and as a plan would have it; less is better for all of them."""

    label: str
    before: str
    after: str
    change: float
    percent: int = 0
    """How long its bar is beside the longest of several plans."""

    @property
    def tone(self):
        if not self.change:
            return "quiet"
        return "good" if self.change < 0 else "warn"


FIGURES = (
    ("tardiness_minutes", "Lateness", duration),
    ("late_tasks", "Late tasks", str),
    ("unassigned", "Nobody has", str),
    ("most_loaded_percent", "Most loaded", lambda value: f"{round(value)} %"),
    ("imbalance", "Imbalance", lambda value: f"{value:.0f} %"),
)


def figures_of(plan):
    """The summary of a plan; nothing before it is computed."""
    if not plan.after:
        return []
    return [
        Figure(label, say(plan.before.get(key, 0)), say(plan.after.get(key, 0)), _number(plan, key) - _was(plan, key))
        for key, label, say in FIGURES
    ]


def _number(plan, key):
    return float(plan.after.get(key, 0) or 0)


def _was(plan, key):
    return float(plan.before.get(key, 0) or 0)


def show_plans(request, *, form=None, status=200):
    rows = Plan.objects.select_related("member__user", "department")
    listing = Paginator(rows, PAGE_LENGTH).get_page(request.GET.get("page"))
    for plan in listing.object_list:
        plan.lateness = [duration(side.get("tardiness_minutes", 0)) for side in (plan.before, plan.after) if side]
    may_create = access.may_make_plans(request.member)
    return page(
        request,
        "dispatch/plans.html",
        part="dispatch/_plans.html",
        status=status,
        listing=listing,
        may_create=may_create,
        form=(form or plan_form(request.member)) if may_create else None,
    )


def plan_form(member, data=None):
    """A supervisor plans for the own department."""
    only = None if member.is_at_least(Role.PLANNER) else member.department_id
    return PlanForm(data, only=only, auto_id="plan_%s")


def show_plan(request, plan, *, pressed=None, problems=(), stale=False, status=200):
    """The plan's page, or its part, read afresh: while a worker is at it, it asks for itself every second."""
    plan = Plan.objects.select_related("member__user", "approved_by__user", "department").get(pk=plan.pk)
    is_computed = bool(plan.after)
    asked = ItemsFilter(request.GET)
    gains = gains_of(plan) if is_computed else []
    verbs = access.plan_verbs(request.member, plan)
    items = asked.chosen(plan).with_names() if is_computed else PlanItem.objects.none()
    return page(
        request,
        "dispatch/plan.html",
        part="dispatch/_plan.html",
        status=status,
        plan=plan,
        is_computing=plan.status == PlanStatus.COMPUTING,
        is_publishing=plan.status == PlanStatus.PUBLISHING,
        figures=figures_of(plan),
        gains=_bars(gains[:MEMBERS_SHOWN], gains),
        more=_bars(gains[MEMBERS_SHOWN:], gains),
        buttons=[_button(plan, verb, pressed) for verb in VERBS if verb in verbs],
        rest=_rest(plan, problems) if "publish" in verbs else None,
        may_adjust="move" in verbs,
        filter=asked,
        address=request.GET.urlencode(),
        listing=Paginator(items, PAGE_LENGTH).get_page(request.GET.get("page")),
        problems=problems,
        stale=stale,
    )


def _bars(rows, everybody):
    """The same rows with how long their bars are, in per cent of the longest."""
    longest = max((max(row["minutes_before"], row["minutes_after"]) for row in everybody), default=0) or 1
    return [
        row
        | {
            "bar_before": round(100 * row["minutes_before"] / longest),
            "bar_after": round(100 * row["minutes_after"] / longest),
        }
        for row in rows
    ]


def _button(plan, verb, pressed):
    is_pressed = pressed is not None and pressed.verb == verb
    return Button(verb, VERBS[verb], url_of(plan, verb), pressed.form if is_pressed else verb_form(plan, verb))


def _rest(plan, problems):
    """The second button, once publishing was refused because something has changed: everything else."""
    if not any(problem.code in SAID for problem in problems) and not plan.problem:
        return None
    form = PublishForm(initial={"version": plan.version, "skip_stale": True}, auto_id=f"rest_{plan.pk.hex[-12:]}_%s")
    return Button("rest", Word("Publish the rest", "send", "", "primary"), url_of(plan, "publish"), form)


def url_of(plan, verb):
    return reverse("dispatch:plan_verb", kwargs={"pk": plan.pk, "verb": verb})


def verb_form(plan, verb, data=None):
    form = FORMS.get(verb, SeenForm)
    return form(data, initial={"version": plan.version}, auto_id=f"{verb}_{plan.pk.hex[-12:]}_%s")


def pin_form(plan, data):
    return PinForm(data, initial={"version": plan.version})


def move_form(plan, item, data=None):
    """Whom a task of the plan can be given to: those of its department."""
    initial = {"version": plan.version, "task": item.task_id, "member": item.member_id}
    return MoveForm(data, department_id=item.task.assigned_department_id, initial=initial, auto_id="move_%s")


def show_move(request, plan, item, *, form=None, problems=(), stale=False, status=200):
    values = {"plan": plan, "item": item, "form": form or move_form(plan, item), "problems": problems, "stale": stale}
    return page(request, "dispatch/plan_move.html", part="dispatch/_plan_move.html", status=status, **values)


def item_of(plan, task_id):
    return PlanItem.objects.filter(plan=plan, task=task_id).with_names().first()


def show_timetable(request, plan):
    """When who would do what: a bar per task, a line per member, some members on each page."""
    timed = PlanItem.objects.filter(plan=plan, starts_at__isnull=False, member__isnull=False).order_by()
    people = timed.values_list("member", "member__user__name", "member__user__email").distinct()
    listing = Paginator(people.order_by("member__user__name", "member"), ROWS_OF_TIMES)
    listing = listing.get_page(request.GET.get("page"))
    shown = [pk for pk, *_ in listing.object_list]
    items = list(timed.filter(member__in=shown).select_related("task").order_by("starts_at", "id"))
    values = {"plan": plan, "listing": listing, **_timetable(items, listing.object_list, plan.organization.zone)}
    return page(request, "dispatch/plan_times.html", part="dispatch/_plan_times.html", **values)


def _timetable(items, people, zone):
    if not items:
        return {"lines": [], "days": []}
    first = min(item.starts_at for item in items).astimezone(zone)
    start = datetime.datetime.combine(first.date(), datetime.time(), zone)
    end = max(item.ends_at for item in items)
    whole = max((end - start).total_seconds(), 1)

    def at(moment):
        return round(WIDTH * (moment - start).total_seconds() / whole, 2)

    days, day = [], start
    while day < end:
        days.append({"x": at(day), "day": day.date()})
        day = datetime.datetime.combine(day.date() + datetime.timedelta(days=1), datetime.time(), zone)
    blocks = {}
    for item in items:
        begins, ends = item.starts_at.astimezone(zone), item.ends_at.astimezone(zone)
        blocks.setdefault(item.member_id, []).append(
            {
                "x": at(begins),
                "width": max(at(ends) - at(begins), 1),
                "is_new": item.member_id != item.member_before_id,
                "said": f"{item.task.title}: {begins:%a %H:%M} to {ends:%a %H:%M}",
            }
        )
    lines = [{"name": name or email, "blocks": blocks.get(pk, [])} for pk, name, email in people]
    return {"lines": lines, "days": days, "width": WIDTH}


def show_comparison(request, plans, *, problem="", status=200):
    """Two to four plans, a line per figure; or, without any, those there are to choose from."""
    choices = Plan.objects.exclude(after={}).select_related("member__user", "department")[:PAGE_LENGTH]
    rows = []
    for key, label, say in FIGURES if plans else ():
        most = max(*(_number(plan, key) for plan in plans), *(_was(plan, key) for plan in plans), 0) or 1
        cells = [
            Figure(
                label,
                say(plan.before.get(key, 0)),
                say(plan.after.get(key, 0)),
                _number(plan, key) - _was(plan, key),
                round(100 * _number(plan, key) / most),
            )
            for plan in plans
        ]
        rows.append({"label": label, "cells": cells})
    chosen = {plan.pk for plan in plans}
    values = {"plans": plans, "rows": rows, "choices": choices, "chosen": chosen, "problem": problem}
    return page(request, "dispatch/plan_compare.html", part="dispatch/_plan_compare.html", status=status, **values)
