"""Whether one member can take one task, asked while both are held: the same question the engine asks of many."""

import dataclasses
import uuid
import zoneinfo
from collections.abc import Iterable, Sequence
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


def judge(task: WorkOrderTask, member: Member, *, later: bool = False) -> Verdict:
    """Ask the engine about one pair.

    `later` is for what somebody else gives them: it need not begin at once, so shifts and the time clock do not
    matter, but who is on leave at this moment cannot be asked.
    """
    [verdict] = judge_all([(task, member, Decimal(0))], later=later)
    return verdict


def judge_all(pairs: Sequence[tuple[WorkOrderTask, Member, Decimal]], *, later: bool = False) -> list[Verdict]:
    """The same for several; the number is of minutes that the member gives to somebody else in the same breath."""
    jobs = {job.id: job for job in jobs_of([task for task, _, _ in pairs])}
    here = {person.id: person for person in people(Member.objects.filter(pk__in=[member.pk for _, member, _ in pairs]))}
    found = []
    for task, member, freed in pairs:
        person = here.get(member.pk) or _without_a_place(member)
        person = dataclasses.replace(person, load=person.load - freed)
        found.append(_verdict(person, jobs[task.pk], task, member.organization.zone, later=later))
    return found


def _verdict(person: Person, job: Job, task: WorkOrderTask, zone: zoneinfo.ZoneInfo, *, later: bool) -> Verdict:
    place, moment = task.assigned_department_id, context.now()
    against = reasons_against(person, job, place, moment, zone)
    if later:
        kept = {reason.code for reason in reasons_against(person, job, place, moment, zone, later=True)} | {"absent"}
        against = [reason for reason in against if reason.code in kept]
    return Verdict(tuple(against), person.load, person.load + job.minutes, person.room)


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
