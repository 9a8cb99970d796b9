"""The choice itself: the first rule that catches the job says where, the least open work says who.

Ties are broken the same way every time (rank, then name, then id; load, then name, then id), so a preview and the run
after it agree, and a decision can be computed again from its snapshot.
"""

import dataclasses
import datetime
import uuid
from collections.abc import Sequence

from dispatch.engine.decisions import Candidate, Decision, Refused
from dispatch.engine.snapshots import Floor, Job, Person, Place, Rule
from dispatch.states import Strategy
from tenants.errors import Problem
from tenants.states import Role

LAST = datetime.datetime.max.replace(tzinfo=datetime.UTC)


def decide(job: Job, floor: Floor) -> Decision:
    """Choose a department and a member for one job, with everybody's reasons."""
    rule = rule_for(job, floor.rules)
    place = _place((rule and rule.department) or job.department, floor.places)
    said_no = floor.declined.get(job.id, frozenset())
    candidates: list[Candidate] = []
    refused: list[Refused] = []
    for person in sorted(floor.people, key=lambda person: (person.load, person.name, str(person.id))):
        if person.department != place.id:
            continue
        if reasons := reasons_against(person, said_no):
            refused.append(Refused(person.id, person.name, tuple(reasons)))
        else:
            candidates.append(Candidate(person.id, person.name, person.load))
    by_choice = rule is None or rule.strategy == Strategy.LEAST_LOADED
    chosen = candidates[0] if candidates and by_choice else None
    refused.sort(key=lambda refused: (refused.name, str(refused.id)))
    return Decision(job.id, rule, place, tuple(candidates), tuple(refused), chosen)


def decide_all(jobs: Sequence[Job], floor: Floor) -> list[Decision]:
    """Choose for several jobs, the most urgent first; each choice adds to the load the next one sees."""
    decisions = []
    for job in sorted(jobs, key=lambda job: (-job.urgency, job.due_at or LAST, str(job.id))):
        decision = decide(job, floor)
        if decision.chosen:
            floor = _with_more_work(floor, decision.chosen.id, job)
        decisions.append(decision)
    return decisions


def rule_for(job: Job, rules: Sequence[Rule]) -> Rule | None:
    """The matching rule that is asked first, or None."""
    matching = [rule for rule in rules if rule.catches(job)]
    return min(matching, key=lambda rule: (rule.rank, rule.name, str(rule.id)), default=None)


def reasons_against(person: Person, said_no: frozenset[uuid.UUID]) -> list[Problem]:
    """Why this person is not given the job unasked; empty for somebody who can be."""
    found = []
    if not person.active:
        found.append(Problem("inactive", "inactive"))
    if person.role != Role.OPERATOR:
        found.append(Problem("not_operator", f"{Role(person.role).label.lower()}, only operators are chosen unasked"))
    if person.id in said_no:
        found.append(Problem("declined", "has declined it"))
    return found


def _place(department: uuid.UUID, places: Sequence[Place]) -> Place:
    return next(place for place in places if place.id == department)


def _with_more_work(floor: Floor, member: uuid.UUID, job: Job) -> Floor:
    people = tuple(
        dataclasses.replace(person, load=person.load + job.minutes) if person.id == member else person
        for person in floor.people
    )
    return dataclasses.replace(floor, people=people)
