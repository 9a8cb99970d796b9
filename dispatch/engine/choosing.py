"""The choice itself: the first rule that catches the job says where, and its strategy says who.

Ties are broken the same way every time (rank, then name, then id; score, then load, then name, then id), so a preview
and the run after it agree, and a decision can be computed again from its snapshot.
"""

import dataclasses
import datetime
import uuid
from collections.abc import Callable, Sequence
from decimal import Decimal

from dispatch.engine.decisions import Candidate, Decision, Refused
from dispatch.engine.eligibility import reasons_against
from dispatch.engine.snapshots import Floor, Job, Person, Place, Rule
from dispatch.states import Strategy
from tenants.errors import Problem
from tenants.states import Role

LAST = datetime.datetime.max.replace(tzinfo=datetime.UTC)
FIRST = datetime.datetime.min.replace(tzinfo=datetime.UTC)
# What a newcomer is believed before they have a history: as fast as the estimate, for a day's worth of minutes.
PRIOR = Decimal(480)


def decide(job: Job, floor: Floor) -> Decision:
    """Choose a department and a member for one job, with everybody's reasons."""
    rule = rule_for(job, floor)
    place = _place((rule and rule.department) or job.department, floor.places)
    said_no = floor.declined.get(job.id, frozenset())
    strategy = Strategy(rule.strategy) if rule else Strategy.LEAST_LOADED
    candidates: list[Candidate] = []
    refused: list[Refused] = []
    for person in floor.people:
        if person.department != place.id:
            continue
        if reasons := reasons_against(person, job, place.id, floor.at, floor.wall) + _unasked(person, said_no):
            refused.append(Refused(person.id, person.name, tuple(reasons)))
        else:
            candidates.append(Candidate(person.id, person.name, person.load, SCORES[strategy](person, job)))
    candidates.sort(key=lambda candidate: (candidate.score, candidate.load, candidate.name, str(candidate.id)))
    refused.sort(key=lambda refused: (refused.name, str(refused.id)))
    chosen = candidates[0] if candidates and strategy is not Strategy.QUEUE_ONLY else None
    return Decision(job.id, rule, strategy, place, tuple(candidates), tuple(refused), chosen)


def decide_all(jobs: Sequence[Job], floor: Floor) -> list[Decision]:
    """Choose for several jobs, the most urgent first; each choice changes what the next one sees."""
    decisions = []
    for job in sorted(jobs, key=lambda job: (-job.urgency, job.due_at or LAST, str(job.id))):
        decision = decide(job, floor)
        if decision.chosen:
            floor = _given(floor, decision.chosen.id, job)
        decisions.append(decision)
    return decisions


def rule_for(job: Job, floor: Floor) -> Rule | None:
    """The matching rule that is asked first, or None."""
    matching = [rule for rule in floor.rules if rule.is_active(floor.at) and rule.catches(job)]
    return min(matching, key=lambda rule: (rule.rank, rule.name, str(rule.id)), default=None)


def pace_of(person: Person, process: uuid.UUID | None) -> Decimal:
    """How long they take of what is estimated: 0.9 is a tenth faster. A short history counts for little."""
    pace = person.paces.get(process) if process else None
    if pace is None:
        return Decimal(1)
    return ((PRIOR + pace.took) / (PRIOR + pace.estimated)).quantize(Decimal("0.001"))


def level_of(person: Person, skill: str) -> int:
    return person.skills[skill].level if skill in person.skills else 0


# What a strategy looks at first, the least being best. Everything else is settled by load, name and id.
Score = Callable[[Person, Job], Decimal]
SCORES: dict[Strategy, Score] = {
    Strategy.LEAST_LOADED: lambda person, job: person.load,
    Strategy.FASTEST: lambda person, job: pace_of(person, job.process),
    Strategy.ROUND_ROBIN: lambda person, job: _asked(person),
    Strategy.MOST_SKILLED: lambda person, job: Decimal(-level_of(person, job.skill)),
    Strategy.KEEP_WITH: lambda person, job: Decimal(person.id != job.before),
    Strategy.QUEUE_ONLY: lambda person, job: person.load,
}


def _asked(person: Person) -> Decimal:
    return Decimal(person.asked_at.timestamp()) if person.asked_at is not None else Decimal(0)


def _unasked(person: Person, said_no: frozenset[uuid.UUID]) -> list[Problem]:
    """Why somebody is not chosen unasked although a supervisor could give it to them."""
    found = []
    if person.role != Role.OPERATOR and Role(person.role).at_least(Role.OPERATOR):
        found.append(Problem("not_operator", f"{Role(person.role).label.lower()}, only operators are chosen unasked"))
    if person.id in said_no:
        found.append(Problem("declined", "has declined it"))
    return found


def _place(department: uuid.UUID, places: Sequence[Place]) -> Place:
    return next(place for place in places if place.id == department)


def _given(floor: Floor, member: uuid.UUID, job: Job) -> Floor:
    people = tuple(
        dataclasses.replace(person, load=person.load + job.minutes, asked_at=max(person.asked_at or FIRST, floor.at))
        if person.id == member
        else person
        for person in floor.people
    )
    return dataclasses.replace(floor, people=people)
