"""Who could take one task now, who could not, and what would have to change for somebody to."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db.models import Q

from dispatch.engine import Decision, Floor, Job, Person, Remedy, decide_all, remedies_of
from dispatch.queries.floor import floor_now, jobs_of, people
from dispatch.queries.skills import bringing
from tenants.models import Member
from workorder.models import WorkOrderTask


@dataclass(frozen=True)
class Weighed:
    """A decision that nobody carried out, and what would help where nobody can take the task."""

    decision: Decision
    remedies: list[Remedy]


def weigh(task: WorkOrderTask) -> Weighed:
    """Decide about a task as if nobody had it. Writes nothing."""
    [job] = jobs_of([task])
    floor = as_if_free(floor_now([job]), task, job)
    [decision] = decide_all([job], floor)
    if not decision.nobody_eligible:
        return Weighed(decision, [])
    return Weighed(decision, remedies_of(decision, floor, job, elsewhere=_elsewhere(job, decision)))


def as_if_free(floor: Floor, task: WorkOrderTask, job: Job) -> Floor:
    """The floor on which whoever has the task does not carry it: else it would speak against leaving it with them."""
    holder = task.assigned_member_id if task.is_open else None
    if holder is None:
        return floor
    staff = (replace(one, load=one.load - job.minutes) if one.id == holder else one for one in floor.people)
    return replace(floor, people=tuple(staff))


def _elsewhere(job: Job, decision: Decision) -> Sequence[Person]:
    """People of other departments who were certified for what it needs, or anybody where it needs nothing."""
    others = Member.objects.active().exclude(Q(department=None) | Q(department=decision.place.id))
    if job.skill:
        others = others.filter(skills__skill__code__in=bringing(job.skill)).distinct()
    return people(others, jobs=[job])
