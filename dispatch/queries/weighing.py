"""Who could take one task now, who could not, and what would have to change for somebody to."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q

from dispatch.engine import Decision, Job, Person, Remedy, decide_all, remedies_of
from dispatch.engine.skills import with_implied
from dispatch.queries.floor import floor_now, jobs_of, people
from dispatch.queries.skills import implied
from tenants.models import Member
from workorder.models import WorkOrderTask


@dataclass(frozen=True)
class Weighed:
    """A decision that nobody carried out, and what would help where nobody can take the task."""

    decision: Decision
    remedies: list[Remedy]


def weigh(task: WorkOrderTask) -> Weighed:
    """Decide about a task as if nobody had it. Writes nothing."""
    jobs = jobs_of([task])
    floor = floor_now(jobs)
    [decision] = decide_all(jobs, floor)
    if not decision.nobody_eligible:
        return Weighed(decision, [])
    return Weighed(decision, remedies_of(decision, floor, jobs[0], elsewhere=_elsewhere(jobs, decision)))


def _elsewhere(jobs: Sequence[Job], decision: Decision) -> list[Person]:
    """People of other departments who are certified for what it needs, or just operators where it needs nothing."""
    others = Member.objects.active().exclude(Q(department=None) | Q(department=decision.place.id))
    if skill := jobs[0].skill:
        links = implied()
        codes = {code for code in (*links, skill) if skill in with_implied(code, links)}
        others = others.filter(skills__skill__code__in=codes, skills__skill__active=True).distinct()
    return people(others, jobs=jobs)
