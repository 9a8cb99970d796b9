"""Which of today's work a rule would catch, and what it would change."""

import dataclasses
import uuid
from collections.abc import Sequence

from django.db.models import Exists, OuterRef, Q

from dispatch.engine import Decision, Rule, decide_all
from dispatch.models import AssignmentRule
from dispatch.queries.floor import as_rule, floor_now, jobs_of, rules_in_force
from tenants import context
from tenants.errors import Problem
from workorder.models import Process, WorkOrderTag, WorkOrderTask
from workorder.models.tasks import WorkOrderTaskQuerySet
from workorder.states import ORDER_RUNNING, TaskStatus

SHOWN = 10
NOT_BEGUN = [TaskStatus.WAITING, TaskStatus.READY]
ALIKE = {
    "if_process": "process__process",
    "if_department": "assigned_department",
    "if_customer": "work_order__customer",
    "if_priority": "work_order__priority",
    "if_product": "process__line__product",
}


@dataclasses.dataclass(frozen=True)
class Caught:
    """A task the rule would decide about: what happens `now`, and what would happen `then`, with the rule."""

    task: WorkOrderTask
    now: Decision
    then: Decision

    @property
    def is_change(self) -> bool:
        return (self.now.place, _chosen(self.now)) != (self.then.place, _chosen(self.then))


@dataclasses.dataclass(frozen=True)
class Catch:
    """All the tasks a rule would catch, and how it would go with the most urgent of them.

    `in_force` is whether the rule is asked at this moment; without that, the rest is how it will be.
    """

    total: int
    shown: list[Caught]
    in_force: bool

    @property
    def more(self) -> int:
        return self.total - len(self.shown)


def catch_of(meant: AssignmentRule, *, against: str = "saved") -> Catch:
    """What a rule, saved or not, would catch of the work that nobody has and that is not begun.

    `now` in it is how it goes by today's rules, or, `against` "none", by those without this one.
    """
    rule, standing = as_rule(meant), rules_in_force()
    others = [other for other in standing if other.id != rule.id]
    moment = context.now()
    tasks = caught_by(rule, [other for other in others if other.is_active(moment)])
    first = list(tasks.with_order().most_urgent_first()[:SHOWN])
    jobs = jobs_of(first)
    always = dataclasses.replace(rule, active_from=None, active_until=None)
    asked = (*others, always)
    floor = floor_now(jobs, rules=[asked, others])
    if against == "none":
        floor = dataclasses.replace(floor, rules=tuple(others))
    now = {decision.job: decision for decision in decide_all(jobs, floor)}
    then = {decision.job: decision for decision in decide_all(jobs, dataclasses.replace(floor, rules=asked))}
    shown = [Caught(task, now[task.pk], then[task.pk]) for task in first]
    return Catch(tasks.count(), shown, meant.active and rule.is_active(moment))


def warnings_of(rows: Sequence[AssignmentRule]) -> dict[uuid.UUID, list[Problem]]:
    """What about each of these rules, saved or not, is allowed and hardly meant. One that is off troubles nobody."""
    standing, found = rules_in_force(), {}
    processes = Process.objects.in_bulk({row.if_process_id for row in rows if row.if_process_id})
    for row in rows:
        asked = standing if row.active else ()
        found[row.pk] = _warnings_about(as_rule(row), asked, processes.get(row.if_process_id))
    return found


def caught_by(rule: Rule, others: Sequence[Rule]) -> WorkOrderTaskQuerySet:
    """The tasks nobody has and none of the `others` that are asked before it catches."""
    free = WorkOrderTask.objects.filter(
        status__in=NOT_BEGUN, assigned_member=None, work_order__status__in=ORDER_RUNNING
    )
    found = free.filter(_conditions(rule))
    for other in others:
        if other.comes_before(rule):
            found = found.exclude(pk__in=free.order_by().filter(_conditions(other)).values("pk"))
    return found


def _conditions(rule: Rule) -> Q:
    """What `Rule.catches` says of one job, said of a table of tasks."""
    said = {name: getattr(rule, name) for name in ALIKE}
    wanted = Q(**{ALIKE[name]: value for name, value in said.items() if value not in (None, "")})
    if rule.if_tag is not None:
        wanted &= Q(Exists(WorkOrderTag.objects.filter(work_order=OuterRef("work_order"), tag=rule.if_tag)))
    if rule.if_quantity_from is not None:
        wanted &= Q(quantity__gte=rule.if_quantity_from)
    if rule.if_quantity_to is not None:
        wanted &= Q(quantity__lte=rule.if_quantity_to)
    return wanted


def _chosen(decision: Decision) -> uuid.UUID | None:
    return decision.chosen.id if decision.chosen else None


def _warnings_about(rule: Rule, asked: Sequence[Rule], process: Process | None) -> list[Problem]:
    """What is allowed and hardly meant, of a rule among those in force, in the order in which they are asked.

    `process` is the one it names, if it names one.
    """
    found = []
    if process and rule.if_department and process.department_id != rule.if_department:
        message = f"{process} starts in another department, so only work that was sent on can meet both."
        found.append(Problem("starts_elsewhere", message, "if_department"))
    first = next((other for other in asked if other.comes_before(rule) and other.covers(rule)), None)
    if first is not None:
        message = f"It is never asked: '{first.name}' (rank {first.rank}) comes first and catches all of it."
        found.append(Problem("never_asked", message, "rank"))
    return found
