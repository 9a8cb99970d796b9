"""How the work of a time was shared out: by member, and by the rules that gave it. A fixed number of statements."""

import datetime
import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from dispatch.engine.availability import DAY, Span, at_wall
from dispatch.engine.fairness import gini, night_minutes
from dispatch.models import Assignment
from dispatch.states import AssignmentStatus
from tenants import context
from tenants.models import Department, Member, Organization
from tenants.states import Role
from workorder.models import TaskReport

BY_HAND = "By hand or claimed"
NO_RULE = "No rule matched"
BY_PLAN = "By a plan"
NOT_KEPT = (AssignmentStatus.DECLINED, AssignmentStatus.WITHDRAWN)
COLUMNS = (
    "member_id",
    "status",
    "created_at",
    "task__estimate_minutes",
    "task__due_at",
    "task__work_order__due_at",
    "plan_id",
    "rule__name",
    "decision__rule__name",
    "decision__candidates__0__id",
)


@dataclass
class Share:
    """What one member got and did. Minutes; `late` are those given when the task was past due already.

    `night` is worked time between 22:00 and 06:00: of each report the minutes before it was made.
    """

    member: Member
    assigned: float = 0.0
    worked: float = 0.0
    night: float = 0.0
    late: float = 0.0
    offers: int = 0
    declined: int = 0
    by_rule: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    percent: float = 0.0
    """Of what their department's people were given."""


@dataclass
class RuleShare:
    """What one rule gave: how many tasks to how many people, the least and the most of one of them, and its `gini`."""

    name: str
    tasks: int
    people: int
    least: int
    most: int
    gini: float


@dataclass(frozen=True)
class Fairness:
    shares: list[Share]
    rules: list[RuleShare]
    assigned_gini: float
    night_gini: float
    late_gini: float


def fairness(departments: Sequence[Department], first: datetime.date, last: datetime.date) -> Fairness:
    """Who got what from the first day to the last, both included, on the organization's wall.

    Only who may be given work counts; what somebody did not keep counts as an offer and not as work.
    """
    organization = Organization.objects.get(pk=context.organization_id())
    zone = organization.zone
    within = Span(at_wall(first, datetime.time(), zone), at_wall(last + DAY, datetime.time(), zone))
    working = Member.objects.active().at_least(Role.OPERATOR).filter(department__in=departments)
    shares = {
        member.pk: Share(member)
        for member in working.select_related("user", "department").order_by("department__code", "user__name", "pk")
    }
    _offers(shares, within)
    _reports(shares, within, zone)
    _percents(shares)
    found = list(shares.values())
    return Fairness(
        shares=found,
        rules=_rules(found),
        assigned_gini=gini([share.assigned for share in found]),
        night_gini=gini([share.night for share in found]),
        late_gini=gini([share.late for share in found]),
    )


def _offers(shares: dict[uuid.UUID, Share], within: Span) -> None:
    given = Assignment.objects.filter(member__in=list(shares), created_at__gte=within.start, created_at__lt=within.end)
    for row in given.order_by().values_list(*COLUMNS):
        member_id, status, at, minutes, due_at, order_due_at, plan_id, name, kept_name, was_weighed = row
        share, due_at = shares[member_id], due_at or order_due_at
        share.offers += 1
        share.declined += status == AssignmentStatus.DECLINED
        if status in NOT_KEPT:
            continue
        share.by_rule[name or kept_name or (BY_PLAN if plan_id else NO_RULE if was_weighed else BY_HAND)] += 1
        share.assigned += float(minutes)
        if due_at and due_at < at:
            share.late += float(minutes)


def _reports(shares: dict[uuid.UUID, Share], within: Span, zone: Any) -> None:
    """One that was taken back is there with its minutes negated, at the moment it was taken back."""
    made = TaskReport.objects.filter(member__in=list(shares), created_at__gte=within.start, created_at__lt=within.end)
    columns = ("member_id", "created_at", "minutes", "reverses__created_at")
    for member_id, at, minutes, reversed_at in made.order_by().values_list(*columns):
        end, share = reversed_at or at, shares[member_id]
        work = Span(end - datetime.timedelta(minutes=abs(float(minutes))), end)
        share.worked += float(minutes)
        share.night += night_minutes(work, zone) * (-1 if reversed_at else 1)


def _percents(shares: dict[uuid.UUID, Share]) -> None:
    totals: dict[uuid.UUID, float] = defaultdict(float)
    for share in shares.values():
        totals[share.member.department_id] += share.assigned
    for share in shares.values():
        total = totals[share.member.department_id]
        share.percent = 100 * share.assigned / total if total else 0.0


def _rules(shares: list[Share]) -> list[RuleShare]:
    """Rules that gave something, the most first. Who got nothing from one is none of its people."""
    gave: dict[str, list[int]] = defaultdict(list)
    for share in shares:
        for name, count in share.by_rule.items():
            gave[name].append(count)
    found = [
        RuleShare(name, sum(counts), len(counts), min(counts), max(counts), gini(counts))
        for name, counts in gave.items()
    ]
    return sorted(found, key=lambda rule: (-rule.tasks, rule.name))
