"""Deciding again: whether a kept decision still comes out of its input, and what has changed since."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dispatch.engine.choosing import decide_all
from dispatch.engine.decisions import VALUES, Candidate, Decision, minutes
from dispatch.engine.eligibility import reasons_against
from dispatch.engine.snapshots import Job, Person, Rule, Snapshot, hash_of
from dispatch.states import Strategy

ORIGIN = ("input", "input_of")  # what a record keeps besides the decision
JOB_FACTS = {
    "priority": "its priority is {now} (it was {then})",
    "quantity": "it is for {now} pieces (it was for {then})",
    "department": "it is in another department",
    "skill": "it needs {now} (it needed {then})",
    "tags": "its order has other tags",
    "due_at": "it is due at another time",
    "before": "somebody else did the process before",
}
RULE_FACTS = {
    "rank": "rank",
    "name": "name",
    "strategy": "strategy",
    "department": "department it sends to",
    "active_from": "time it begins",
    "active_until": "time it ends",
}


@dataclass(frozen=True)
class Replay:
    """A kept decision made again. `differs` names the parts that came out otherwise, the input included."""

    decision: Decision
    differs: tuple[str, ...]

    @property
    def is_same(self) -> bool:
        return not self.differs


def replayed(job: str, record: Mapping[str, Any], values: dict[str, Any], digest: str) -> Replay:
    """Make the decision about `job` again from the values of its input, and compare it with the record.

    Raises `KeyError` where the input does not hold the job.
    """
    snapshot = Snapshot.of_values(values)
    decisions = {str(decision.job): decision for decision in decide_all(snapshot.jobs, snapshot.floor)}
    decision = decisions[job]
    kept = {name: value for name, value in record.items() if name not in ORIGIN}
    forms = [decision.as_dict(), decision.as_dict(brief=True)]
    differing = [sorted(name for name in form | kept if form.get(name) != kept.get(name)) for form in forms]
    found = min(differing, key=len)
    return Replay(decision, tuple(found + ([] if hash_of(values) == digest else ["input"])))


def changes_since(then: Decision, now: Decision) -> list[str]:
    """What is different between two decisions about one job, in sentences: the rule, the job, then the people."""
    return [*_of_rule(then, now), *_of_job(_job(then), _job(now)), *_of_people(then, now)]


def _job(decision: Decision) -> Job:
    jobs = decision.input.jobs if decision.input else ()
    return next(job for job in jobs if job.id == decision.job)


def _of_rule(then: Decision, now: Decision) -> list[str]:
    before, after = then.rule, now.rule
    if before and after and before.id == after.id:
        if before.version == after.version:
            return []
        return [
            f"Rule '{after.name}' is at version {after.version} (it was {before.version}): {_edits(before, after)}."
        ]
    found = []
    if before:
        standing = {rule.id: rule for rule in now.input.floor.rules} if now.input else {}
        found.append(f"Rule '{before.name}' {_gone(before, standing.get(before.id), now)}.")
    if after:
        found.append(f"Rule '{after.name}' decides today.")
    return found


def _edits(before: Rule, after: Rule) -> str:
    changed = [said for name, said in RULE_FACTS.items() if getattr(before, name) != getattr(after, name)]
    conditions = [name for name in vars(before) if name.startswith("if_")]
    if any(getattr(before, name) != getattr(after, name) for name in conditions):
        changed.append("conditions")
    return ", ".join(changed) if changed else "edited and edited back"


def _gone(before: Rule, standing: Rule | None, now: Decision) -> str:
    if standing is None:
        return "was removed or switched off"
    if now.input and not standing.is_active(now.input.floor.at):
        return "is not in force now"
    return "does not catch it any more" if not standing.catches(_job(now)) else "is asked later now"


def _of_job(then: Job, now: Job) -> list[str]:
    found = []
    if then.minutes != now.minutes:
        found.append(f"{minutes(now.minutes)} of it are left (it was {minutes(then.minutes)})")
    for name, said in JOB_FACTS.items():
        before, after = getattr(then, name), getattr(now, name)
        if before != after:
            found.append(said.format(then=before or "none", now=after or "none"))
    return [f"{said[0].upper()}{said[1:]}." for said in found]


def _of_people(then: Decision, now: Decision) -> list[str]:
    """What changed about whoever was chosen then, and about whoever would be now."""
    named = {one.id: one.name for one in (then.chosen, now.chosen) if one}
    return [said for pk, name in named.items() for said in _of_person(pk, name, then, now)]


def _of_person(pk: Any, name: str, then: Decision, now: Decision) -> list[str]:
    before, after = _on_floor(pk, then), _on_floor(pk, now)
    if before is None or after is None:
        return [f"{name} {'was not in' if before is None else 'is not in'} {now.place.name}."]
    found = []
    weighed = _candidate(pk, then), _candidate(pk, now)
    loads = [one.load if one else person.load for one, person in zip(weighed, (before, after), strict=True)]
    if loads[0] != loads[1]:
        found.append(f"{name} has {minutes(loads[1])} of open work (it was {minutes(loads[0])}).")
    if before.room != after.room:
        found.append(f"{name} may have {_room(after)} of open work (it was {_room(before)}).")
    found += _of_value(name, weighed, now.strategy)
    against = _against(before, then), _against(after, now)
    found += [f"{name}: {said}." for code, said in against[1].items() if code not in against[0]]
    found += [f"{name}: no longer {said}." for code, said in against[0].items() if code not in against[1]]
    return found


def _of_value(name: str, weighed: tuple[Candidate | None, Candidate | None], strategy: Strategy) -> list[str]:
    """What the strategy looked at, where that is not the load."""
    then, now = weighed
    value = VALUES.get(strategy)
    if value is None or then is None or now is None or value(then) == value(now):
        return []
    return [f"{name}: {value(now)} (it was {value(then)})."]


def _on_floor(pk: Any, decision: Decision) -> Person | None:
    people = decision.input.floor.people if decision.input else ()
    return next((person for person in people if person.id == pk), None)


def _candidate(pk: Any, decision: Decision) -> Candidate | None:
    return next((candidate for candidate in decision.candidates if candidate.id == pk), None)


def _against(person: Person, decision: Decision) -> dict[str, str]:
    """Reason code -> reason, other than of load, which is told in minutes."""
    floor = decision.input.floor if decision.input else None
    if floor is None:
        return {}
    reasons = reasons_against(person, _job(decision), decision.place.id, floor.at, floor.wall)
    said_no = floor.declined.get(decision.job, frozenset())
    found = {reason.code: reason.message for reason in reasons if reason.code != "overloaded"}
    return found | ({"declined": "has declined it"} if person.id in said_no else {})


def _room(person: Person) -> str:
    return "any amount" if person.room is None else minutes(person.room)
