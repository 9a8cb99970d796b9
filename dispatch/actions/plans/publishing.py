"""Publishing: what a plan says becomes who has what, all of it in one transaction and in statements about many rows."""

import collections
import datetime
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.db import IntegrityError, connection, transaction
from django.db.models import F

from dispatch import problems
from dispatch.actions.assignments import offering
from dispatch.actions.plans.freshness import Judged, Outdated, Stale, judge
from dispatch.actions.plans.holding import Held, hold
from dispatch.models import Assignment, Plan, PlanItem, PlanPublishing
from dispatch.problems import plans as reasons
from dispatch.queries import floor
from dispatch.queries.judging import Verdict
from dispatch.states import ASSIGNMENT, PlanStatus
from tenants import context, events
from tenants.errors import NotAllowed, Problem, refuse
from tenants.models import Department, Member, Organization
from tenants.models.inserting import insert_all
from tenants.models.prepared import Among
from tenants.transitions import move, move_all, was_said
from workorder.actions import tasks

MOST_AT_ONCE = 200  # tasks a request gives out itself: people wait for it, and it holds every order it names
COLUMNS = ("task_id", "member_id", "why", "decision", "plan_id", "pinned", "starts_at", "ends_at", "input_hash")
OPEN = sorted(ASSIGNMENT.open)
KEEP_TIMES = """
    UPDATE {Assignment} SET starts_at = item.starts_at, ends_at = item.ends_at, plan_id = %s,
        pinned = {Assignment}.pinned OR item.pinned
    FROM {PlanItem} AS item
    WHERE {Assignment}.organization_id = %s AND item.organization_id = %s AND item.plan_id = %s
        AND item.task_id = {Assignment}.task_id AND item.member_id = {Assignment}.member_id
        AND item.member_id = item.member_before_id AND {Assignment}.status IN ({open})
"""


@dataclass(frozen=True, slots=True)
class Offer:
    """A new assignment, as far as its event looks at it: an object of the model costs ten times more."""

    pk: uuid.UUID
    task_id: uuid.UUID
    member_id: uuid.UUID
    why: str
    decision: dict[str, Any]
    NOUN: ClassVar[str] = Assignment.NOUN
    version: ClassVar[int] = 1


@transaction.atomic
def publish(plan: Plan, *, by: Member | None, skip_stale: bool = False, seen: int | None = None) -> Plan:
    """Give everybody what the plan says; a large one is left to a worker, and `publishing` until that has done it.

    Where a task, a member or their time has changed since it was computed, nothing is published and `NotAllowed` says
    which; with `skip_stale` the rest is, and each item left out keeps its reason.
    """
    plan = Plan.objects.lock(plan)
    if was_said(plan, "queue" if plan.status == PlanStatus.PUBLISHING else "publish", by=by, seen=seen):
        return plan
    refuse(reasons.of_publishing(plan, floor.policy(), by=by))
    agreed = by if plan.status == PlanStatus.WAITING else None
    if plan.tasks_moved > MOST_AT_ONCE:
        PlanPublishing.objects.create(plan=plan, member=by, skip_stale=skip_stale)
        move(plan, "queue", by=by, data={"tasks": plan.tasks_moved}, problem="", approved_by=agreed)
        return plan
    return give(plan, "publish", by=by, skip_stale=skip_stale, approved_by=agreed)


@transaction.atomic
def give(plan: Plan, verb: str, *, by: Member | None, skip_stale: bool, **changes: Any) -> Plan:
    """Do what a plan that is held says, all of it, and take it through `verb`. Raises `Outdated`."""
    PlanItem.objects.filter(plan=plan).exclude(problem="").update(problem="")
    changing = PlanItem.objects.filter(plan=plan).that_change_something()
    gaining = set(changing.filter(member__isnull=False).order_by().values_list("member", flat=True).distinct())
    held = hold(changing, gaining)
    items = list(changing.order_by("id"))
    judged = judge(plan, items, held, zone=Organization.objects.get(pk=context.organization_id()).zone)
    titles = {item.pk: held.tasks[item.task_id].title for item in items if item.pk in judged.stale}
    if judged.stale and not skip_stale:
        found = reasons.of_stale([reasons.stale(titles[pk], why) for pk, why in judged.stale.items()])
        raise Outdated(found, judged.stale)
    fresh = [item for item in items if item.pk not in judged.stale]
    if items and not fresh:
        refuse([reasons.nothing_left()])
    _apply(plan, fresh, held, by=by)
    _keep_times(plan)
    write_reasons(judged.stale)
    _tell_of_overloads(plan, fresh, judged, held, by=by)
    moment = context.now()
    move(
        plan,
        verb,
        by=by,
        data=_told(fresh, judged),
        published_at=moment,
        undo_until=moment + datetime.timedelta(minutes=floor.policy().undo_minutes),
        problem="",
        phase="",
        **changes,
    )
    return plan


def _apply(plan: Plan, fresh: Sequence[PlanItem], held: Held, *, by: Member | None) -> None:
    """Take back, give, and write both on the tasks."""
    leaving = Assignment.objects.open().filter(Among(F("task"), [item.task_id for item in fresh]))
    move_all(list(leaving.defer("decision", "why")), "withdraw", by=by, data={"plan": plan.pk})
    gained = [item for item in fresh if item.member_id]
    made = _made(plan, gained, held)
    try:
        with transaction.atomic():
            rows = [_row(plan, item, offer) for item, offer in zip(gained, made, strict=True)]
            insert_all(Assignment, COLUMNS, rows, ids=[offer.pk for offer in made])
    except IntegrityError as error:  # where locks are missing, as on SQLite, the constraint still knows
        raise NotAllowed([problems.already_assigned()]) from error
    why = {row.task_id: row.why for row in made}
    events.record_all(made, "assignment.offered", by=by, data=lambda row: _offered(plan, row))
    places = {member.pk: member.department_id for member in held.members.values()}
    who = {item.task_id: item.member_id for item in fresh if item.member_id}
    tasks.assign_all(
        [held.tasks[item.task_id] for item in gained],
        by=by,
        kind="task.assigned",
        data=lambda task: {"department": places[who[task.pk]], "member": who[task.pk], "why": why[task.pk]},
        to=lambda task: (places[who[task.pk]], who[task.pk]),
    )
    said = f"Plan '{plan.name}' leaves it to the queue: nobody can take it in time."
    tasks.assign_all(
        [held.tasks[item.task_id] for item in fresh if not item.member_id],
        by=by,
        kind="task.queued",
        data=lambda task: {"department": task.assigned_department_id, "member": None, "why": said},
        to=lambda task: (task.assigned_department_id, None),
    )
    # An assignment has the id of the item it was made for, so that one statement links all of them.
    linked = PlanItem.objects.filter(Among(F("pk"), [item.pk for item in gained]), plan=plan)
    linked.update(assignment=F("id"))


def _offered(plan: Plan, row: Offer) -> dict[str, Any]:
    return {"task": row.task_id, "member": row.member_id, "why": row.why, "plan": plan.pk}


def _row(plan: Plan, item: PlanItem, offer: Offer) -> tuple[Any, ...]:
    """The values of `COLUMNS`."""
    given = (plan.pk, item.pinned, item.starts_at, item.ends_at, plan.input_hash)
    return (offer.task_id, offer.member_id, offer.why, offer.decision, *given)


def _made(plan: Plan, gained: Sequence[PlanItem], held: Held) -> list[Offer]:
    """The assignments, each with its decision record: who else could have, who could not, from which snapshot."""
    places = dict(Department.objects.values_list("pk", "name"))
    names = _names(gained, held)
    found = []
    for item in gained:
        assert item.member_id is not None
        member = held.members[item.member_id]
        others = [(pk, names[pk], cost) for pk, cost in item.parts.get("next", ()) if pk in names]
        found.append(
            Offer(
                pk=item.pk,
                task_id=item.task_id,
                member_id=member.pk,
                why=_why(plan, item, member, others),
                decision=_decision(plan, item, member, others, places),
            )
        )
    return found


def _names(gained: Sequence[PlanItem], held: Held) -> dict[str, str]:
    named = {pk for item in gained for pk, _ in item.parts.get("next", ())}
    rows = Member.objects.filter(pk__in=named).select_related("user")
    return {str(member.pk): member.name for member in rows}


def _why(plan: Plan, item: PlanItem, member: Member, others: Sequence[tuple[str, str, int]]) -> str:
    said = f"Plan '{plan.name}' gives it to {member.name}"
    if item.parts.get("by_hand"):
        said += f", as {item.parts['by_hand']} wanted"
        return f"{said}: {item.parts['force']}" if item.parts.get("force") else f"{said}."
    if not others:
        return f"{said}: nobody else can take it."
    return (
        f"{said}: all tasks together are done best this way. Next would be {_listed([name for _, name, _ in others])}."
    )


def _listed(names: Sequence[str]) -> str:
    return " and ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)


def _decision(
    plan: Plan,
    item: PlanItem,
    member: Member,
    others: Sequence[tuple[str, str, int]],
    places: dict[uuid.UUID, str],
) -> dict[str, Any]:
    cost = item.parts.get("cost") or {}
    chosen = {"id": str(member.pk), "name": member.name, "score": str(sum(cost.values())), "parts": cost}
    candidates = [chosen, *({"id": pk, "name": name, "score": str(much)} for pk, name, much in others)]
    record = {
        "rule": None,
        "plan": {"id": str(plan.pk), "name": plan.name, "method": plan.method},
        "department": {
            "id": str(member.department_id),
            "name": places.get(member.department_id, "") if member.department_id else "",
        },
        "chosen": chosen,
        "candidates": candidates,
        "refused": [],
        "refusals": item.parts.get("refusals", {}),
        "input_hash": plan.input_hash,
    }
    if item.parts.get("force"):
        record["forced"] = item.parts["force"]
    return record


def _keep_times(plan: Plan) -> None:
    """Tasks that stay with whom they are get the times the plan has for them, so that one timetable holds."""
    tables = {model.__name__: model._meta.db_table for model in (Assignment, PlanItem)}
    with connection.cursor() as cursor:  # a join: a subquery per row would be asked ten thousand times
        cursor.execute(KEEP_TIMES.format(**tables, open=", ".join(["%s"] * len(OPEN))), [*_here(plan), *OPEN])


def _here(plan: Plan) -> list[Any]:
    prepared = Plan._meta.pk.get_db_prep_value
    return [prepared(pk, connection) for pk in (plan.pk, plan.organization_id, plan.organization_id, plan.pk)]


def write_reasons(stale: Stale) -> None:
    """Keep with each item why it was not published: a statement per reason, of which there are few."""
    by_reason: dict[str, list[uuid.UUID]] = {}
    for pk, why in stale.items():
        by_reason.setdefault(why[:300], []).append(pk)
    for why, ids in by_reason.items():
        PlanItem.objects.filter(Among(F("pk"), ids)).update(problem=why)


def _tell_of_overloads(plan: Plan, fresh: Sequence[PlanItem], judged: Judged, held: Held, *, by: Member | None) -> None:
    """Who has more than there is room for because somebody wanted it so."""
    forced = {item.member_id: item.parts["force"] for item in fresh if item.member_id and item.parts.get("force")}
    for member_id, force in sorted(forced.items()):
        room, before, after = judged.room[member_id], judged.before[member_id], judged.load[member_id]
        verdict = Verdict((Problem("overloaded", "has more than there is room for"),), before, after, room)
        if verdict.is_crossing:
            offering.tell_of_overload(held.members[member_id], offering.Grant(verdict, force), by=by)


def _told(fresh: Sequence[PlanItem], judged: Judged) -> dict[str, Any]:
    """How many tasks each member gains and loses: whoever tells them needs no look at the items."""
    gains = collections.Counter(str(item.member_id) for item in fresh if item.member_id)
    losses = collections.Counter(str(item.member_before_id) for item in fresh if item.member_before_id)
    return {"tasks": len(fresh), "skipped": len(judged.stale), "gains": dict(gains), "losses": dict(losses)}
