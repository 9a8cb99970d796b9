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
from dispatch.engine.snapshots import Floor, Job, Person, Place, Rule, Snapshot
from dispatch.states import Strategy
from tenants.errors import Problem
from tenants.states import Role

LAST = datetime.datetime.max.replace(tzinfo=datetime.UTC)
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
TICK = datetime.timedelta(microseconds=1)
MINUTE = datetime.timedelta(minutes=1)
# What a newcomer is believed before they have a history: as fast as the estimate, for a day's worth of minutes.
PRIOR = Decimal(480)


def decide(job: Job, floor: Floor) -> Decision:
    """Choose a department and a member for one job, with everybody's reasons."""
    rule = rule_for(job, floor)
    place = _place((rule and rule.department) or job.department, floor.places)
    said_no, wall = floor.declined.get(job.id, frozenset()), floor.wall
    strategy = Strategy(rule.strategy) if rule else Strategy.LEAST_LOADED
    candidates: list[Candidate] = []
    refused: list[Refused] = []
    for person in floor.people:
        if person.department != place.id:
            continue
        if reasons := reasons_against(person, job, place.id, floor.at, wall) + _unasked(person, said_no):
            refused.append(Refused(person.id, person.name, tuple(reasons)))
        else:
            candidates.append(_weighed(person, job, SCORES[strategy], floor.at))
    candidates.sort(key=lambda candidate: (candidate.score, candidate.load, candidate.name, str(candidate.id)))
    refused.sort(key=lambda refused: (refused.name, str(refused.id)))
    chosen = candidates[0] if candidates and strategy is not Strategy.QUEUE_ONLY else None
    return Decision(job.id, rule, strategy, place, tuple(candidates), tuple(refused), chosen)


def decide_all(jobs: Sequence[Job], floor: Floor) -> list[Decision]:
    """Choose for several jobs, the most urgent first; each choice changes what the next one sees."""
    decisions = []
    snapshot = Snapshot(tuple(jobs), floor)
    for job in sorted(jobs, key=lambda job: (-job.urgency, job.due_at or LAST, str(job.id))):
        decision = decide(job, floor)
        if decision.chosen:
            floor = _given(floor, decision.chosen.id, job)
        decisions.append(dataclasses.replace(decision, input=snapshot))
    return decisions


def rule_for(job: Job, floor: Floor) -> Rule | None:
    """The matching rule that is asked first, or None."""
    matching = [rule for rule in floor.rules if rule.is_active(floor.at) and rule.catches(job)]
    return min(matching, key=lambda rule: rule.turn, default=None)


def place_for(job: Job, floor: Floor) -> uuid.UUID:
    """The department it goes to: where its rule sends it, or where it is."""
    rule = rule_for(job, floor)
    return (rule and rule.department) or job.department


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
    return Decimal((person.asked_at - EPOCH) // TICK) if person.asked_at else Decimal(0)


def _weighed(person: Person, job: Job, score: Score, at: datetime.datetime) -> Candidate:
    waited = (at - person.asked_at) / MINUTE if person.asked_at else None
    return Candidate(
        id=person.id,
        name=person.name,
        load=person.load,
        score=score(person, job),
        room=person.room,
        pace=pace_of(person, job.process),
        level=level_of(person, job.skill),
        kept=person.id == job.before,
        waited=None if waited is None else Decimal(max(waited, 0)).quantize(Decimal(1)),
    )


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
    """The floor once they have it: more to do, and the last whose turn it was."""
    asked = (person.asked_at for person in floor.people if person.asked_at)
    last = max(asked, default=floor.at)
    last = max(last, floor.at) + TICK
    people = tuple(
        dataclasses.replace(person, load=person.load + job.minutes, asked_at=last) if person.id == member else person
        for person in floor.people
    )
    return dataclasses.replace(floor, people=people)
