"""What goes on behind the pages: what the clock asked for, and what nobody tries any more."""

import datetime

from django.apps import apps
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils import timezone
from django.views.decorators.http import require_POST

from tenants.access import members
from tenants.actions import dead as reviving
from tenants.actions.schedules import schedules
from tenants.engine import next_slot
from tenants.errors import NotAllowed
from tenants.models import ScheduledRun
from tenants.pages import goto, page, page_number
from tenants.queries import dead
from tenants.states import DeliveryState, Role
from tenants.words import said

PAGE_LENGTH = 50


@members(role=Role.ADMIN)
def run_list(request):
    """What ran when, and what became of it. A person may look for one schedule, or for what went wrong."""
    names = schedules()
    name = request.GET.get("schedule", "")
    state = request.GET.get("state", "")
    rows = ScheduledRun.objects.order_by("-due_at", "-pk")
    rows = rows.filter(schedule=name) if name in names else rows
    rows = rows.filter(state=state) if state in DeliveryState.values else rows
    number = page_number(request)
    start = (number - 1) * PAGE_LENGTH
    found = list(rows[start : start + PAGE_LENGTH + 1])
    moment, zone = timezone.now(), request.member.organization.zone
    return page(
        request,
        "tenants/runs.html",
        part="tenants/_runs.html",
        lines=[_line(row, names) for row in found[:PAGE_LENGTH]],
        schedules=[(key, plan, next_slot(plan, zone, moment)) for key, plan in names.items()],
        chosen=name if name in names else "",
        state=state if state in DeliveryState.values else "",
        states=[(DeliveryState.PENDING, "Waiting"), (DeliveryState.DONE, "Done"), (DeliveryState.DEAD, "Failed")],
        number=number,
        has_next=len(found) > PAGE_LENGTH,
    )


def _line(row, names):
    plan = names.get(row.schedule)
    took = row.done_at - row.due_at if row.done_at else None
    return {
        "row": row,
        "label": plan.label if plan else row.schedule,
        "outcome": in_words(row.outcome),
        "took": max(took, datetime.timedelta(0)) if took is not None else None,
    }


def in_words(outcome):
    """`{"forgotten": 3}` as "forgotten 3"."""
    said_of = outcome if isinstance(outcome, dict) else {}
    return ", ".join(f"{key.replace('_', ' ')} {value}" for key, value in said_of.items())


@members(role=Role.ADMIN)
def dead_letters(request):
    """Everything that gave up, whatever it is, with what it was about and why."""
    return _shown(request)


def _shown(request, *, status=200, problems=()):
    number = page_number(request)
    start = (number - 1) * PAGE_LENGTH
    every = dead.dead()
    letters = dead.letters(every[start : start + PAGE_LENGTH])
    sentences = said([letter.event for letter in letters if letter.event])
    kinds = {}
    for _, label in every:
        kinds[label] = kinds.get(label, 0) + 1
    return page(
        request,
        "tenants/dead_letters.html",
        part="tenants/_dead_letters.html",
        status=status,
        problems=problems,
        lines=[(letter, sentences.get(letter.event.pk) if letter.event else None) for letter in letters],
        kinds=[(label, dead.kind_of(label), count) for label, count in sorted(kinds.items())],
        number=number,
        has_next=len(every) > start + PAGE_LENGTH,
    )


@members()
def dead_letter_replay(request, pk):
    label = dead.label_of(pk)
    if label is None:
        raise Http404
    if not request.member.is_at_least(Role.ADMIN):
        raise PermissionDenied("Only admins have dead letters tried again.")
    if request.method == "POST":
        try:
            reviving.replay(apps.get_model(label).objects.get(pk=pk), by=request.member)
        except NotAllowed as refusal:
            return _shown(request, status=409, problems=refusal.problems)
        messages.success(request, "It is tried again.")
    return goto(request, "tenants:dead_letters")


@require_POST
@members(role=Role.ADMIN)
def dead_letters_replay(request):
    """All of one kind."""
    label = request.POST.get("label", "")
    if label not in dead.labels():
        raise Http404
    count = reviving.replay_all(label, by=request.member)
    messages.success(request, f"Tried again: {count}.")
    return goto(request, "tenants:dead_letters")
