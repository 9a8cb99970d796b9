"""What of a plan still holds: a task that changed since, a member who cannot any more, a time that is taken."""

import dataclasses
import datetime
import uuid
import zoneinfo
from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from dispatch import problems
from dispatch.actions.plans.holding import Held
from dispatch.engine import Job, Person, reasons_against
from dispatch.engine.availability import Span
from dispatch.engine.slots import overlapping
from dispatch.models import Assignment, Plan, PlanItem
from dispatch.queries import floor
from tenants import context
from tenants.errors import NotAllowed, Problem
from tenants.models import Member
from workorder.models import WorkOrderTask
from workorder.problems import of_assigning

Stale = dict[uuid.UUID, str]
"""Item id -> why it cannot be published, as a sentence."""
FIRST = datetime.datetime.min.replace(tzinfo=datetime.UTC)


class Outdated(NotAllowed):
    """Some items of a plan do not hold any more: `stale` says which, and why."""

    def __init__(self, problems: list[Problem], stale: Stale) -> None:
        super().__init__(problems)
        self.stale = stale


@dataclasses.dataclass
class Judged:
    """Which items of a plan are stale; minutes of open work by member, `before` it and with its fresh items."""

    stale: Stale
    before: dict[uuid.UUID, Decimal]
    load: dict[uuid.UUID, Decimal]
    room: dict[uuid.UUID, Decimal | None]


def judge(plan: Plan, items: Sequence[PlanItem], held: Held, *, zone: zoneinfo.ZoneInfo) -> Judged:
    """Look at every item that changes something; all that it names is held."""
    stale = {}
    for item in items:
        task = held.tasks[item.task_id]
        if why := _changed(item, task, held) or _gone(item, held):
            stale[item.pk] = why
    people = {person.id: person for person in floor.people(Member.objects.filter(pk__in=held.members))}
    for item in items:
        if item.pk not in stale and item.member_id and (why := _against(item, held, people, zone)):
            stale[item.pk] = why
    stale |= _colliding(plan, [item for item in items if item.pk not in stale])
    return _with_loads(items, held, people, stale)


def minutes_of(item: PlanItem) -> Decimal:
    return Decimal(item.parts.get("minutes", "0"))


def _changed(item: PlanItem, task: WorkOrderTask, held: Held) -> str | None:
    """A task that has merely become ready is still what the plan was made for; one with other figures is not."""
    if task.version == item.task_version:
        return None
    if task.assigned_member_id != item.member_before_id:
        return "somebody else has it by now." if task.assigned_member_id else "it was taken back meanwhile."
    if found := of_assigning(task):
        return found[0].message
    if task.started_at:
        return "the work has begun."
    if task.minutes_left != minutes_of(item):
        return "there is another amount of work left."
    kept = item.parts.get("due")
    if (task.due_at or held.due[task.work_order_id]) != (datetime.datetime.fromisoformat(kept) if kept else None):
        return "it has another due date."
    return None


def _gone(item: PlanItem, held: Held) -> str | None:
    if item.member_id is None or item.member_id in held.members:
        return None
    return "whoever should get it is not here any more."


def _against(item: PlanItem, held: Held, people: dict[uuid.UUID, Person], zone: zoneinfo.ZoneInfo) -> str | None:
    """Whether the member can still take it, and is there when it should begin; load is looked at for all at once."""
    assert item.member_id is not None
    member, person = held.members[item.member_id], people.get(item.member_id)
    if person is None:
        return f"{member.name} works in no department."
    person = dataclasses.replace(person, presence=None, room=None)
    moment = context.now()
    at = max(item.starts_at or moment, moment)
    is_later = at == moment
    place = uuid.UUID(item.parts["place"]) if item.parts.get("place") else person.department
    job = as_job(held.tasks[item.task_id], held.skills[item.task_id])
    found = reasons_against(person, job, place, at, zone, later=is_later)
    forced = problems.LIFTED if item.parts.get("force") else frozenset()
    left = [reason for reason in found if reason.code not in forced]
    return problems.of_recipient(member, left)[0].message if left else None


def as_job(task: WorkOrderTask, skill: str) -> Job:
    """As much of a job as eligibility looks at."""
    return Job(
        id=task.pk,
        process=None,
        department=task.assigned_department_id,
        customer=None,
        priority="",
        urgency=0,
        due_at=task.due_at,
        minutes=task.minutes_left,
        skill=skill,
    )


def _colliding(plan: Plan, fresh: Sequence[PlanItem]) -> Stale:
    """Times that another plan, published since this one was made, has given the same member for something else."""
    gained = [item for item in fresh if item.member_id and item.starts_at and item.ends_at]
    if not gained:
        return {}
    others = Assignment.objects.open().filter(
        starts_at__isnull=False, plan__published_at__gt=plan.created_at, member__in={item.member_id for item in gained}
    )
    moving = {item.task_id for item in fresh}
    taken: dict[uuid.UUID, list[Span]] = defaultdict(list)
    for task_id, member_id, starts_at, ends_at in others.order_by().values_list(
        "task_id", "member_id", "starts_at", "ends_at"
    ):
        if task_id not in moving:
            taken[member_id].append(Span(starts_at, ends_at))
    by_member: dict[uuid.UUID, list[PlanItem]] = defaultdict(list)
    for item in gained:
        if item.member_id in taken:
            by_member[item.member_id].append(item)
    found = {}
    for member_id, theirs in by_member.items():
        spans = [Span(item.starts_at, item.ends_at) for item in theirs if item.starts_at and item.ends_at]
        for number in overlapping(spans, taken[member_id]):
            found[theirs[number].pk] = "another plan has given this time to something else."
    return found


def _with_loads(items: Sequence[PlanItem], held: Held, people: dict[uuid.UUID, Person], stale: Stale) -> Judged:
    """Count who would have how much. What does not fit any more is stale, and what it would have freed is not free."""
    room = {person.id: person.room for person in people.values()}
    before = {person.id: person.load for person in people.values()}
    in_turn = sorted(items, key=lambda item: (item.starts_at or FIRST, item.task_id))
    while True:
        load = dict(before)
        fresh = [item for item in in_turn if item.pk not in stale]
        for item in fresh:
            if item.member_before_id in load:
                load[item.member_before_id] -= minutes_of(item)
        late = {}
        for item in fresh:
            if item.member_id is None:
                continue
            load[item.member_id] += minutes_of(item)
            most = room[item.member_id]
            if most is not None and load[item.member_id] > most and not item.parts.get("force"):
                late[item.pk] = f"{held.members[item.member_id].name} has too much to do for it by now."
                load[item.member_id] -= minutes_of(item)
        if not late:
            return Judged(stale, before, load, room)
        stale |= late
