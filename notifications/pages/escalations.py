"""What the pages of escalation show: policies as ladders, a dry run in words, and what waits for somebody now."""

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.template.loader import render_to_string
from django.urls import reverse

from notifications import access
from notifications.forms.escalations import DryRunForm
from notifications.kinds.watched import SUBJECTS, Watched
from notifications.models import BusinessCalendar, Escalation, EscalationPolicy
from notifications.pages.dry_runs import told
from notifications.queries import dry_runs
from notifications.queries.escalations import watched_by
from notifications.states import Audience, EscalationStatus, Trigger
from tenants import context
from tenants.models import Member
from tenants.pages import page
from tenants.states import DeliveryState
from workorder.models import WorkOrderTask

PAGE_LENGTH = 25


@dataclass(frozen=True)
class Ladder:
    """A policy as the page draws it."""

    policy: EscalationPolicy
    conditions: list[str]
    rungs: list[dict[str, str]]
    findings: list[dry_runs.Finding]


@dataclass(frozen=True)
class Card:
    """An escalation with what it is about, and its next step if there is one."""

    escalation: Escalation
    thing: Watched | None
    rungs: list[dict[str, Any]]
    next: Any
    may_acknowledge: bool
    acknowledged_by: str

    @property
    def is_ahead(self) -> bool:
        """Whether there is nothing to react to yet: an order has its steps before it is late."""
        return self.escalation.started_at > context.now()


def show(request, name, *, status=200, **values):
    values = {"problems": (), "stale": False, "may_edit": request.member.is_at_least(access.POLICIES)} | values
    return page(request, f"notifications/{name}.html", part=f"notifications/_{name}.html", status=status, **values)


# --- policies ------------------------------------------------------------------------------------------------------
def show_policies(request, **values):
    rows = EscalationPolicy.objects.select_related("if_department", "calendar").prefetch_related("steps__member__user")
    policies = list(rows.order_by("trigger", "rank", "name", "id"))
    found = {}
    for finding in dry_runs.findings([policy for policy in policies if policy.active]):
        found.setdefault(finding.policy.pk, []).append(finding)
    ladders = [ladder_of(policy, found.get(policy.pk, [])) for policy in policies]
    groups = [
        (trigger.label, mine) for trigger in Trigger if (mine := [x for x in ladders if x.policy.trigger == trigger])
    ]
    values |= {"groups": groups, "calendars": BusinessCalendar.objects.count()}
    return show(request, "policies", **values)


def ladder_of(policy, findings=()):
    return Ladder(policy, in_words(policy), [_rung(step) for step in policy.steps.all()], list(findings))


def in_words(policy):
    found = []
    if policy.if_department:
        found.append(f"it is in {policy.if_department}")
    if policy.if_priority:
        found.append(f"it is {policy.get_if_priority_display().lower()}")
    return found


def _rung(step):
    whom = str(step.member) if step.audience == Audience.MEMBER else step.get_audience_display()
    ways = ", ".join(dry_runs.label(transport).lower() for transport in step.transports)
    return {"wait": span(step.wait_minutes), "whom": whom, "ways": ways or "as each prefers"}


def span(minutes):
    """2 days 30 min"""
    days, rest = divmod(minutes, 24 * 60)
    hours, left = divmod(rest, 60)
    parts = [(days, "day" if days == 1 else "days"), (hours, "h"), (left, "min")]
    return " ".join(f"{count} {unit}" for count, unit in parts if count) or "at once"


def show_policy(request, policy, form, *, status=200, **values):
    address = reverse("notifications:policy_edit", args=[policy.pk]) if policy else reverse("notifications:policy_new")
    values |= {"policy": policy, "form": form, "address": address}
    if policy:
        values |= _dry_run(request, policy)
        values["findings"] = dry_runs.findings([policy])
    return show(request, "policy", status=status, **values)


def show_dry_run(request, policy):
    values = {"policy": policy, **_dry_run(request, policy)}
    status = 422 if values["asked"].errors else 200
    return show(request, "dry_run", status=status, **values)


def _dry_run(request, policy):
    form = DryRunForm(request.GET if request.GET.get("at") else None)
    at = (form.is_bound and form.is_valid() and form.cleaned_data["at"]) or context.now()
    lines = told(dry_runs.dry_run(policy, at=at), request.member.organization.zone)
    return {"asked": form, "at": at, "lines": lines}


# --- what waits ----------------------------------------------------------------------------------------------------
def show_escalations(request, *, status=200, **values):
    only = request.GET.get("show", "open")
    rows = Escalation.objects.select_related("policy", "acknowledged_by__user").with_promises()
    rows = rows.running() if only != "ended" else rows.filter(status=EscalationStatus.ENDED)
    listing = Paginator(rows.order_by("-started_at", "-pk"), PAGE_LENGTH).get_page(request.GET.get("page"))
    values |= {"listing": listing, "cards": cards_of(list(listing), request.member), "only": only}
    return show(request, "escalations", status=status, **values)


def cards_of(rows, member):
    things, verbs = watched_by(rows), access.escalation_verbs(rows, member)
    ids = {step["member"] for row in rows for step in row.steps if step["member"]}
    names = {str(one.pk): one.name for one in Member.objects.filter(pk__in=ids).select_related("user")} if ids else {}
    return [_card(row, things.get(row.pk), verbs[row.pk], names) for row in rows]


def _card(row, thing, verbs, names):
    promised = list(row.promised.all())
    whom = {step["sequence"]: names.get(step["member"]) or Audience(step["audience"]).label for step in row.steps}
    rungs = [{"promise": promise, "whom": whom[promise.sequence]} for promise in promised]
    waiting = [rung for rung in rungs if rung["promise"].state == DeliveryState.PENDING]
    by = row.acknowledged_by.name if row.acknowledged_by else ""
    return Card(row, thing, rungs, waiting[0] if waiting else None, "acknowledge" in verbs, by)


def escalation_panels(things, *, request, brief=False, **_):
    """Dict[id -> HTML] of the escalations that run about orders, tasks or tickets, for the page of one."""
    if brief:
        return {}
    by_id = {thing.pk: thing for thing in things}
    about = {pk: pk for pk in by_id}
    if things and things[0].NOUN == WorkOrderTask.NOUN:
        offers = SUBJECTS[Trigger.ASSIGNMENT_UNANSWERED].objects.open().filter(task__in=list(by_id))
        about |= dict(offers.values_list("pk", "task_id"))
    rows = (
        Escalation.objects.running()
        .filter(subject_id__in=list(about))
        .select_related("policy", "acknowledged_by__user")
    )
    found: dict[Any, list[Card]] = {}
    for card in cards_of(list(rows.with_promises().order_by("started_at", "pk")), request.member):
        found.setdefault(about[card.escalation.subject_id], []).append(card)
    values = {pk: {"cards": cards, "back": request.path} for pk, cards in found.items()}
    return {
        pk: render_to_string("notifications/_escalation_panel.html", value, request=request)
        for pk, value in values.items()
    }
