"""What every giving does: hold the people, ask whether they can, write assignment and task together.

Whoever calls holds the tasks and nobody yet. People are held before their work is counted, so that two who give in the
same moment cannot both find the room that is there for one.
"""

import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction

from dispatch import problems, queries
from dispatch.engine import Decision, Snapshot, decide_all, hash_of
from dispatch.models import Assignment, Capacity
from tenants import events
from tenants.errors import NotAllowed, Problem, refuse
from tenants.models import Department, Member
from tenants.transitions import change
from workorder.actions import tasks
from workorder.models import WorkOrder, WorkOrderProcess, WorkOrderTask

FEW = 20  # tasks decided at once; of more than that the records keep less, since all can be computed again


@dataclass(frozen=True)
class Grant:
    """Leave to give a task to somebody: what was set aside for it, and with which words."""

    verdict: queries.Verdict
    force: str = ""

    @property
    def lifted(self) -> list[Problem]:
        return list(self.verdict.against)


def hold_tasks(those: Iterable[WorkOrderTask]) -> dict[uuid.UUID, WorkOrderTask]:
    """Hold tasks of whatever orders, with their orders and processes; each kind at once and by id. Answers them by id.

    As in `tasks.lock` parents come first, so whoever holds one task and whoever holds many never wait in a ring.
    """
    wanted = list(those)
    orders = _held(WorkOrder, {task.work_order_id for task in wanted})
    processes = _held(WorkOrderProcess, {task.process_id for task in wanted})
    found = _held(WorkOrderTask, {task.pk for task in wanted})
    for task in found.values():
        task.work_order = orders[task.work_order_id]
        task.process = processes[task.process_id]
        task.process.work_order = task.work_order
    return found


def _held(model: Any, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Any]:
    rows = model.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=ids)
    return {row.pk: row for row in rows.order_by("pk")}


def locked_member(member: Member) -> Member:
    """Hold a member without stopping those who merely refer to them: every event they cause does."""
    [held] = locked_members([member])
    return held


def locked_members(members: Collection[Member]) -> list[Member]:
    """The same for several, always in the order of their ids; answers them in this order."""
    rows = Member.objects.select_for_update(of=("self",), no_key=True).select_related("user", "organization")
    return list(rows.filter(pk__in=[member.pk for member in members]).order_by("pk"))


def allowed(task: WorkOrderTask, member: Member, *, force: str = "", later: bool) -> Grant:
    """Refuse with everything that speaks against it, other than what `force` may set aside. The caller holds both."""
    grant, against = _weigh(queries.judge(task, member, later=later), member, force)
    refuse(against)
    return grant


def allowed_in_exchange(pairs: Sequence[tuple[WorkOrderTask, Member, Decimal]], *, force: str) -> list[Grant]:
    """The same for several pairs at once, of which each member gives away so many minutes: all are told everything."""
    verdicts = queries.judge_all(pairs, later=True)
    weighed = [_weigh(verdict, pair[1], force, "second") for verdict, pair in zip(verdicts, pairs, strict=True)]
    refuse([problem for _, against in weighed for problem in against])
    return [grant for grant, _ in weighed]


def _weigh(verdict: queries.Verdict, member: Member, force: str, field: str = "member") -> tuple[Grant, list[Problem]]:
    """Leave to give, and what is against it all the same."""
    lifted = problems.LIFTED if force.strip() else frozenset()
    against = [reason for reason in verdict.against if reason.code not in lifted]
    grant = Grant(verdict, force.strip() if verdict.against else "")
    return grant, problems.of_recipient(member, against, field=field)


def offer_all(
    held: Sequence[WorkOrderTask],
    *,
    by: Member | None,
    without: Member | None = None,
    because: str = "",
    quiet: bool = False,
) -> list[tuple[Decision, Assignment | None]]:
    """Let the engine decide about tasks that are held, the most urgent first, and carry it out.

    `without` is not asked, and `because` is said before the reason. When `quiet`, what nobody gets stays as it is.
    """
    jobs = queries.jobs_of(held)
    _hold_people(queries.places_of(jobs))
    floor = queries.floor_now(jobs)
    if without is not None:
        floor = replace(floor, people=tuple(person for person in floor.people if person.id != without.pk))
    by_id, record = {task.pk: task for task in held}, Record.of(Snapshot(tuple(jobs), floor))
    found = []
    for decision in decide_all(jobs, floor):
        if quiet and decision.chosen is None:
            continue
        made = _carry_out(by_id[decision.job], decision, by=by, record=record, because=because)
        record = record.kept_with(made)
        found.append((decision, made))
    return found


@dataclass(frozen=True)
class Record:
    """What one run was decided from: its first assignment keeps it, the others name that one as `keeper`."""

    values: dict[str, Any]
    hash: str
    is_brief: bool
    keeper: uuid.UUID | None = None

    @classmethod
    def of(cls, snapshot: Snapshot) -> "Record":
        values = snapshot.as_values()
        return cls(values, hash_of(values), is_brief=len(snapshot.jobs) > FEW)

    def about(self, decision: Decision) -> dict[str, Any]:
        """What is written down of one decision: one of a few with everybody, one of many with the next five."""
        origin = {"input_of": str(self.keeper)} if self.keeper else {"input": self.values}
        return decision.as_dict(brief=self.is_brief) | origin

    def kept_with(self, assignment: Assignment | None) -> "Record":
        return replace(self, keeper=assignment.pk) if assignment and not self.keeper else self


def _hold_people(places: Collection[Any]) -> None:
    """Hold whoever may be chosen. All of them at once and by id: who holds some and wants more waits in a ring."""
    rows = Member.objects.select_for_update(of=("self",), no_key=True)
    list(rows.filter(department__in=places, active=True).order_by("pk").only("pk"))


def _carry_out(
    task: WorkOrderTask, decision: Decision, *, by: Member | None, record: Record, because: str
) -> Assignment | None:
    why = f"{because} {decision.why}".strip()
    if decision.chosen is None:
        _queue(task, decision, why, by=by)
        return None
    member = Member.objects.select_related("user").get(pk=decision.chosen.id)
    return offer(task, member, by=by, why=why, decision=decision, record=record)


def offer(
    task: WorkOrderTask,
    member: Member,
    *,
    by: Member | None,
    why: str,
    grant: Grant | None = None,
    decision: Decision | None = None,
    record: Record | None = None,
    told: dict[str, Any] | None = None,
) -> Assignment:
    """Write the assignment and the task's two columns together. `told` goes into the event of the offer."""
    rule = decision.rule if decision else None
    if grant and grant.force:
        why = f"{why} In spite of: {', '.join(reason.message for reason in grant.lifted)}. Reason: {grant.force}"
        told = {"forced": grant.force} | (told or {})
    try:
        with transaction.atomic():
            assignment = Assignment.objects.create(
                task=task,
                member=member,
                rule_id=rule.id if rule else None,
                rule_version=rule.version if rule else None,
                input_hash=record.hash if record else "",
                why=why,
                decision=record.about(decision) if record and decision else _by_hand(member, grant),
            )
    except IntegrityError as error:  # where locks are missing, as on SQLite, the constraint still knows
        raise NotAllowed([problems.already_assigned()]) from error
    events.record(assignment, "assignment.offered", by=by, task=task.pk, member=member.pk, why=why, **(told or {}))
    tasks.assign(task, by=by, department=member.department, member=member, data={"why": why})
    if grant and grant.force and grant.verdict.is_crossing:
        tell_of_overload(member, grant, by=by)
    return assignment


def was_given_by(assignment: Assignment, by: Member | None) -> bool:
    """Whether it was this person who offered it: then saying so again is a retry."""
    offered = events.Event.objects.about(assignment).filter(kind="assignment.offered").first()
    return offered is not None and offered.actor_id == (by.pk if by else None)


def back_to_queue(task: WorkOrderTask, *, by: Member | None, why: str) -> None:
    tasks.assign(task, by=by, department=task.assigned_department, member=None, data={"why": why})


def _by_hand(member: Member, grant: Grant | None) -> dict[str, Any]:
    """The decision record of a choice nobody computed."""
    chosen = {"id": str(member.pk), "name": member.name}
    record: dict[str, Any] = {"rule": None, "department": None, "chosen": chosen, "candidates": [], "refused": []}
    if grant and grant.force:
        record |= {"forced": grant.force, "against": [reason.as_dict() for reason in grant.lifted]}
    return record


def _queue(task: WorkOrderTask, decision: Decision, why: str, *, by: Member | None) -> None:
    """Leave the task to its department, saying why. The same answer as last time is not news."""
    last = events.newest(task)
    if last and last.kind == "task.queued" and last.data.get("why") == why:
        return
    department = Department.objects.get(pk=decision.place.id)
    refused = [refused.as_dict() for refused in decision.refused]
    data = {"why": why, "nobody_eligible": decision.nobody_eligible, "refused": refused}
    tasks.assign(task, by=by, department=department, member=None, data=data)


def tell_of_overload(member: Member, grant: Grant, *, by: Member | None) -> None:
    """Somebody has more than there is room for, on purpose. It is told of their capacity, written down if it is not."""
    verdict = grant.verdict
    told = {
        "member": member.pk,
        "load_minutes": verdict.after,
        "room_minutes": verdict.room,
        "because": grant.force,
    }
    capacity = Capacity.objects.filter(member=member).first()
    if capacity is None:
        events.record(Capacity.objects.create(member=member), "capacity.exceeded", by=by, **told)
    else:
        change(capacity, "capacity.exceeded", by=by, data=told)
