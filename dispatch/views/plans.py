"""The pages of plans. A plan is computed by a worker: the page watches, and never waits."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from dispatch import access
from dispatch.actions import plans
from dispatch.models import Plan
from dispatch.pages.plans import (
    QUEUED,
    VERBS,
    item_of,
    move_form,
    pin_form,
    plan_form,
    show_comparison,
    show_move,
    show_plan,
    show_plans,
    show_timetable,
    verb_form,
)
from dispatch.problems.plans import not_in_plan
from dispatch.queries.plans import FEWEST_COMPARED, MOST_COMPARED, compared, plans_named
from dispatch.states import PlanStatus
from tenants.access import members
from tenants.errors import Invalid, NotAllowed, Stale
from tenants.pages import goto
from workorder.pages import press

PLAN_ACTIONS = {
    "publish": plans.publish,
    "submit": plans.submit,
    "return": plans.return_,
    "undo": plans.undo,
    "discard": plans.discard,
}


@members()
def plan_list(request):
    """All plans; and, sent, the wish for another one."""
    if request.method != "POST":
        return show_plans(request)
    if not access.may_make_plans(request.member):
        raise PermissionDenied("Planners make plans, and supervisors for their department.")
    form = plan_form(request.member, request.POST)
    if not form.is_valid():
        return show_plans(request, form=form, status=422)
    words = form.words()
    try:
        plan = plans.create(by=request.member, **words)
    except (Invalid, NotAllowed) as refusal:
        form.take(refusal.problems)
        return show_plans(request, form=form, status=422 if isinstance(refusal, Invalid) else 409)
    messages.success(request, f"{plan.name} is being computed.")
    return goto(request, "dispatch:plan_detail", pk=plan.pk)


@members()
def plan_detail(request, pk):
    return show_plan(request, get_object_or_404(Plan, pk=pk))


@members()
def plan_verb(request, pk, verb):
    plan = get_object_or_404(Plan, pk=pk)
    if request.method != "POST":
        return redirect("dispatch:plan_detail", pk=pk)
    _refuse(request, verb, plan)
    form = verb_form(plan, verb, request.POST)

    def done(acted):
        return f"{plan.name}: {QUEUED if acted.status == PlanStatus.PUBLISHING else VERBS[verb].done}"

    return press(request, plan, verb, PLAN_ACTIONS[verb], show_plan, form=form, done=done, home=_home(plan))


@members()
def plan_pin(request, pk):
    """Pin a task of the plan where it is, or let it go again."""
    plan = get_object_or_404(Plan, pk=pk)
    if request.method != "POST":
        return redirect("dispatch:plan_detail", pk=pk)
    _refuse(request, "pin", plan)

    def act(plan, *, by, seen, task, pinned):
        return (plans.pin if pinned else plans.unpin)(plan, by=by, task=task, seen=seen)

    form = pin_form(plan, request.POST)
    done = "Pinned." if request.POST.get("pinned") else "It may be moved again."
    return press(request, plan, "pin", act, show_plan, form=form, done=done, home=_home(plan, request.GET))


@members()
def plan_move(request, pk):
    """Whom a task of the plan can go to; and moving it."""
    plan = get_object_or_404(Plan, pk=pk)
    sent = request.POST if request.method == "POST" else request.GET
    if request.method != "POST" and "task" not in sent:
        return redirect("dispatch:plan_detail", pk=pk)
    _refuse(request, "move", plan)
    named = plans_named([sent.get("task", "")])
    item = item_of(plan, named[0]) if named else None
    if item is None and request.method == "POST":
        return show_plan(request, plan, problems=[not_in_plan()], status=422)
    if item is None:
        raise Http404
    if request.method != "POST":
        return show_move(request, plan, item)
    form = move_form(plan, item, request.POST)
    if not form.is_valid():
        return show_move(request, plan, item, form=form, status=422)
    try:
        plans.move(plan, by=request.member, seen=form.cleaned_data["version"], **form.words())
    except Stale as other:
        return show_move(request, other.obj, item, stale=True, status=409)
    except (Invalid, NotAllowed) as refusal:
        status = 422 if isinstance(refusal, Invalid) else 409
        return show_move(request, plan, item, form=form, problems=refusal.problems, status=status)
    whom = form.cleaned_data["member"]
    messages.success(request, f"{item.task.title}: {whom.name if whom else 'the queue'} would have it.")
    return goto(request, "dispatch:plan_detail", pk=pk)


@members()
def plan_times(request, pk):
    return show_timetable(request, get_object_or_404(Plan.objects.select_related("organization"), pk=pk))


@members()
def plan_compare(request):
    """Several plans side by side: `?plan=…&plan=…`. Without any, which there are."""
    asked = request.GET.getlist("plan")
    named = plans_named(asked)
    if not asked:
        return show_comparison(request, [])
    if named is None or not FEWEST_COMPARED <= len(named) <= MOST_COMPARED:
        said = f"Choose {FEWEST_COMPARED} to {MOST_COMPARED} plans."
        return show_comparison(request, [], problem=said, status=422)
    try:
        return show_comparison(request, compared(named))
    except Plan.DoesNotExist as error:
        raise Http404 from error


def _refuse(request, verb, plan):
    if not access.may_plan(request.member, verb, plan):
        raise PermissionDenied("Planners care for plans, and supervisors for those of their department.")


def _home(plan, asked=None):
    url = reverse("dispatch:plan_detail", args=[plan.pk])
    return f"{url}?{asked.urlencode()}" if asked else url
