"""Whether one member can take one task, asked while both are held: the same question the engine asks of many."""

import dataclasses
import uuid
from collections.abc import Iterable
from decimal import Decimal

from dispatch.engine import Job, Person, reasons_against
from dispatch.models import AssignmentRule, Capacity
from dispatch.queries.floor import jobs_of, people
from tenants import context
from tenants.errors import Problem
from tenants.models import Member
from workorder.models import WorkOrderTask

NOWHERE = uuid.UUID(int=0)


@dataclasses.dataclass(frozen=True)
class Verdict:
    """What speaks against giving a task to somebody; `before` and `after` are the minutes of open work they have."""

    against: tuple[Problem, ...]
    before: Decimal = Decimal(0)
    after: Decimal = Decimal(0)
    room: Decimal | None = None

    @property
    def is_crossing(self) -> bool:
        """Whether it is this task that makes it too much."""
        return self.room is not None and self.before <= self.room < self.after


def judge(task: WorkOrderTask, member: Member, *, later: bool = False, freed: Decimal = Decimal(0)) -> Verdict:
    """Ask the engine about one pair. `freed` are minutes of the member's that go to somebody else in the same breath.

    `later` is for what somebody else gives them: it need not begin at once, so shifts and the time clock do not
    matter, but who is on leave at this moment cannot be asked.
    """
    [job] = jobs_of([task])
    found = people(Member.objects.filter(pk=member.pk)) or [_without_a_place(member)]
    person = dataclasses.replace(found[0], load=found[0].load - freed)
    place, moment, zone = task.assigned_department_id, context.now(), member.organization.zone
    now = reasons_against(person, job, place, moment, zone)
    if later:
        kept = {reason.code for reason in reasons_against(person, job, place, moment, zone, later=True)} | {"absent"}
        now = [reason for reason in now if reason.code in kept]
    return Verdict(tuple(now), person.load, person.load + job.minutes, person.room)


def _without_a_place(member: Member) -> Person:
    """Somebody of no department, whom the engine never hears of: everything it could have against them holds."""
    is_active = member.active and member.user.is_active
    return Person(member.pk, member.name, NOWHERE, member.role, is_active, Decimal(0))


def places_of(jobs: Iterable[Job]) -> set[uuid.UUID]:
    """The departments somebody may be chosen from: those of the jobs, and those that rules send work to."""
    sent_to = AssignmentRule.objects.in_force().exclude(department=None).order_by()
    return {job.department for job in jobs} | set(sent_to.values_list("department_id", flat=True))


def running_limits(members: Iterable[Member]) -> dict[uuid.UUID, int]:
    """How many tasks each may have running at once, by member id; one, where nothing else was written down."""
    ids = [member.pk for member in members]
    written = dict(Capacity.objects.filter(member__in=ids).order_by().values_list("member_id", "running_tasks"))
    return {pk: written.get(pk, 1) for pk in ids}
