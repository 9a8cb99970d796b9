"""The dispatch board: per department what waits for somebody, and its people with what each of them has.

It is read in a fixed number of statements, however many departments, tasks and people there are.
"""

import uuid
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q, Window
from django.db.models.functions import RowNumber

from dispatch.engine import Job, Person, reasons_against
from dispatch.models import Assignment
from dispatch.problems import LIFTED
from dispatch.queries.floor import jobs_of, people
from dispatch.states import Presence
from tenants import context
from tenants.errors import Problem
from tenants.models import Department, Event, Member, Organization
from tenants.states import Role
from workorder.models import WorkOrderTask
from workorder.models.tasks import MOST_URGENT_FIRST
from workorder.states import ORDER_ON_FLOOR, TaskStatus

MOST_WAITING = 50  # of a department: whoever gives away so many looks again then
MOST_HELD = 20  # of a person
WAITS = (TaskStatus.READY, TaskStatus.PAUSED)  # what was begun and taken back waits for a hand too
OF_THE_MOMENT = ("absent", "off_shift", "not_here")
NOT_BY_HAND = ("off_shift", "not_here")  # what matters only to whoever is chosen unasked
NOTHING = Job(uuid.UUID(int=0), None, uuid.UUID(int=0), None, "", 0, None, Decimal(0))


@dataclass(frozen=True)
class Waiting:
    """A task nobody has. `why` is the last decision in words, `nobody` that there was nobody who could take it."""

    task: WorkOrderTask
    why: str
    nobody: bool
    is_late: bool


@dataclass(frozen=True)
class Held:
    """A task in somebody's hands; without an `assignment` there is nothing to take back."""

    task: WorkOrderTask
    assignment: Assignment | None
    is_late: bool


@dataclass(frozen=True)
class Colleague:
    """A member with what is promised, and where they are: here, on_break, away, off_shift or absent, in words too."""

    person: Person
    presence: str
    said: str
    tasks: list[Held]
    held: int
    running: int

    @property
    def percent(self) -> int:
        """Of the open work they may have. Without room for any, whatever they have is too much."""
        if not self.person.room:
            return 100 if self.person.load else 0
        return round(100 * self.person.load / self.person.room)

    @property
    def more(self) -> int:
        return self.held - len(self.tasks)


@dataclass(frozen=True)
class Section:
    department: Department
    waiting: list[Waiting]
    waits: int
    colleagues: list[Colleague]

    @property
    def more(self) -> int:
        return self.waits - len(self.waiting)


@dataclass(frozen=True)
class Taker:
    """Somebody of the department, and what speaks against giving them the task by hand."""

    person: Person
    against: list[Problem]

    @property
    def may_be_forced(self) -> bool:
        return {problem.code for problem in self.against} <= LIFTED


def board(departments: Sequence[Department]) -> list[Section]:
    """A `Section` for each of the departments, in their order; the most urgent tasks first, people by name."""
    waiting, waits = _waiting(departments)
    colleagues = _colleagues(departments)
    return [Section(place, waiting[place.pk], waits.get(place.pk, 0), colleagues[place.pk]) for place in departments]


def takers(task: WorkOrderTask) -> list[Taker]:
    """Everybody of the task's department but who has it, those who can first, then those with the least open work."""
    [job] = jobs_of([task])
    members = _workers([task.assigned_department_id]).exclude(pk=task.assigned_member_id)
    zone, moment = Organization.objects.get(pk=context.organization_id()).zone, context.now()
    found = []
    for person in people(members, jobs=[job]):
        against = reasons_against(person, job, task.assigned_department_id, moment, zone)
        found.append(Taker(person, [problem for problem in against if problem.code not in NOT_BY_HAND]))
    return sorted(found, key=lambda taker: (bool(taker.against), taker.person.load, taker.person.name))


def _waiting(departments: Sequence[Department]) -> tuple[dict[uuid.UUID, list[Waiting]], dict[uuid.UUID, int]]:
    # What is on hold is not offered, and waits all the same: a card that is taken back must not vanish.
    loose = WorkOrderTask.objects.unassigned().filter(status__in=WAITS, work_order__status__in=ORDER_ON_FLOOR)
    here = loose.filter(assigned_department__in=[place.pk for place in departments])
    waits = dict(here.order_by().values_list("assigned_department").annotate(n=Count("pk")))
    first = _first_of_each(here, "assigned_department", MOST_WAITING)
    decided = _decided([task.pk for task in first])
    moment, found = context.now(), defaultdict(list)
    for task in first:
        why, nobody = decided.get(task.pk, ("", False))
        found[task.assigned_department_id].append(Waiting(task, why, nobody, _is_late(task, moment)))
    return found, waits


def _first_of_each(tasks: Any, column: str, most: int) -> list[WorkOrderTask]:
    """The most urgent tasks of each department or member: a long queue must not make a long page."""
    place = Window(RowNumber(), partition_by=F(column), order_by=MOST_URGENT_FIRST)
    return list(tasks.with_order().annotate(place=place).filter(place__lte=most).order_by("place"))


def _decided(ids: Collection[uuid.UUID]) -> dict[uuid.UUID, tuple[str, bool]]:
    """What was last said about tasks that wait: in words, and whether nobody could take them."""
    events = Event.objects.filter(subject_type=WorkOrderTask.NOUN, subject_id__in=ids, kind="task.queued")
    rows = events.order_by("subject_version").values_list("subject_id", "data__why", "data__nobody_eligible")
    return {pk: (why or "", bool(nobody)) for pk, why, nobody in rows}


def _workers(department_ids: Collection[uuid.UUID]) -> Any:
    """Whoever may be given a task there."""
    return Member.objects.active().at_least(Role.OPERATOR).filter(department__in=department_ids)


def _colleagues(departments: Sequence[Department]) -> dict[uuid.UUID, list[Colleague]]:
    everybody = people(_workers([place.pk for place in departments]))
    ids = [person.id for person in everybody]
    theirs = WorkOrderTask.objects.open().filter(assigned_member__in=ids)
    is_running = Q(status=TaskStatus.IN_PROGRESS)
    sums = theirs.order_by().values_list("assigned_member")
    counts = {pk: row for pk, *row in sums.annotate(n=Count("pk"), running=Count("pk", filter=is_running))}
    shown, moment = _first_of_each(theirs, "assigned_member", MOST_HELD), context.now()
    standing = {row.task_id: row for row in Assignment.objects.open().filter(task__in=[task.pk for task in shown])}
    hands: dict[uuid.UUID, list[Held]] = defaultdict(list)
    for task in shown:
        hands[task.assigned_member_id].append(Held(task, standing.get(task.pk), _is_late(task, moment)))
    zone = Organization.objects.get(pk=context.organization_id()).zone
    found: dict[uuid.UUID, list[Colleague]] = defaultdict(list)
    for person in sorted(everybody, key=lambda person: (person.name.casefold(), str(person.id))):
        presence, said = _whereabouts(person, moment, zone)
        mine = sorted(hands[person.id], key=lambda held: held.task.status != TaskStatus.IN_PROGRESS)
        found[person.department].append(Colleague(person, presence, said, mine, *counts.get(person.id, (0, 0))))
    return found


def _whereabouts(person: Person, moment, zone) -> tuple[str, str]:
    """Where somebody is, as a code and in words: what would speak against a task of no size."""
    against = reasons_against(person, NOTHING, person.department, moment, zone)
    for problem in against:
        if problem.code in OF_THE_MOMENT[:2]:
            return problem.code, problem.message
    if person.presence is not None:
        return person.presence.value, Presence(person.presence).label
    return ("here", "On shift") if person.shifts is not None else ("unknown", "")


def _is_late(task: WorkOrderTask, moment) -> bool:
    due_at = task.due_at or task.work_order.due_at
    return due_at is not None and due_at < moment
