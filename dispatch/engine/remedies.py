"""What would make a task assignable that nobody can take: the smallest changes that give somebody, the least first."""

import datetime
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from dispatch.engine.decisions import Decision, Refused, minutes
from dispatch.engine.eligibility import day_in_words, free_from, moment_in_words, of_skill, reasons_against
from dispatch.engine.snapshots import Floor, Job, Person, Place
from dispatch.states import Presence
from tenants.errors import Problem

MOST = 5
# How much each change asks of people, from "somebody presses a button" to "somebody is hired". A wait counts besides.
EFFORT = {
    "clock_in": 1,
    "give_by_hand": 2,
    "wait": 3,
    "ask_again": 4,
    "make_room": 5,
    "call_in": 8,
    "renew": 10,
    "send": 12,
    "let_work": 20,
    "teach": 24,
    "reactivate": 30,
    "move": 30,
}
HOUR = datetime.timedelta(hours=1)


@dataclass(frozen=True)
class Change:
    """One thing to do. `code` is one of EFFORT; the rest is filled in where it says something."""

    code: str
    message: str
    member: uuid.UUID | None = None
    department: uuid.UUID | None = None
    at: datetime.datetime | None = None
    minutes: Decimal | None = None
    effort: float = 0

    def as_dict(self) -> dict[str, Any]:
        found = {
            "code": self.code,
            "message": self.message,
            "member": self.member and str(self.member),
            "department": self.department and str(self.department),
            "at": self.at and self.at.isoformat(),
            "minutes": None if self.minutes is None else str(self.minutes),
        }
        return {name: value for name, value in found.items() if value is not None}


@dataclass(frozen=True)
class Remedy:
    """Changes that together give the task somebody."""

    changes: tuple[Change, ...]

    @property
    def effort(self) -> tuple[float, int, str]:
        return (sum(change.effort for change in self.changes), len(self.changes), self.message)

    @property
    def message(self) -> str:
        return ", and ".join(change.message for change in self.changes)

    def as_dict(self) -> dict[str, Any]:
        return {"message": self.message, "changes": [change.as_dict() for change in self.changes]}


def remedies_of(decision: Decision, floor: Floor, job: Job, *, elsewhere: Sequence[Person] = ()) -> list[Remedy]:
    """What would give the job somebody, what asks least of people first; empty where somebody can take it.

    `elsewhere` are people of other departments, who could take it if it were sent to them.
    """
    if not decision.nobody_eligible:
        return []
    staff = {person.id: person for person in floor.people}
    found = [_of_person(staff[one.id], one, job, floor) for one in decision.refused if one.id in staff]
    here = decision.place.id
    others = {person.id: person for person in (*floor.people, *elsewhere) if person.department != here}
    found += _by_sending(list(others.values()), decision.place, job, floor)
    if not found:
        said = f"Nobody works in {decision.place.name}: move somebody there who can"
        found = [Remedy((_change("move", f"{said} do {job.skill}" if job.skill else f"{said} do it"),))]
    return sorted(found, key=lambda remedy: remedy.effort)[:MOST]


def _of_person(person: Person, refused: Refused, job: Job, floor: Floor) -> Remedy:
    """All that would have to change for one person; what a wait settles is settled by it."""
    reasons = {reason.code: reason for reason in refused.reasons}
    found: list[Change] = []
    moment = floor.at
    if {"absent", "off_shift"} & reasons.keys():
        wait = _wait(person, floor, "absent" in reasons)
        found.append(wait)
        moment = wait.at or moment
        reasons.pop("not_here", None)  # by then they are
        lapsed = of_skill(person, job, moment.astimezone(floor.wall).date())
        reasons |= {reason.code: reason for reason in lapsed if reason.code not in reasons}
    for code, reason in reasons.items():
        if code in REMEDIES:
            found.append(REMEDIES[code](person, reason, job, floor))
    return Remedy(tuple(sorted(found, key=lambda change: (-change.effort, change.message))))


def _wait(person: Person, floor: Floor, is_away: bool) -> Change:
    start = free_from(person, floor.at)
    if start is None:
        return _change("call_in", f"{person.name} comes in although it is not their shift", member=person.id)
    because = "is back" if is_away else "is on shift"
    said = f"it can wait until {moment_in_words(start, floor.at, floor.wall)}, when {person.name} {because}"
    hours = max((start - floor.at) / HOUR, 0)
    return replace(_change("wait", said, member=person.id, at=start), effort=EFFORT["wait"] + hours / 8)


def _clock_in(person: Person, reason: Problem, job: Job, floor: Floor) -> Change:
    does = "is back from the break" if person.presence is Presence.ON_BREAK else "clocks in"
    return _change("clock_in", f"{person.name} {does}", member=person.id)


def _make_room(person: Person, reason: Problem, job: Job, floor: Floor) -> Change:
    over = person.load + job.minutes - (person.room or Decimal(0))
    said = f"raise {_whose(person)} limit by {minutes(over)}"
    if over <= person.load:
        said += f" or give {minutes(over)} of {_whose(person)} work to others"
    return _change("make_room", said, member=person.id, minutes=over)


def _renew(person: Person, reason: Problem, job: Job, floor: Floor) -> Change:
    until, today = person.skills[job.skill].until, floor.at.astimezone(floor.wall).date()
    ended = f" ({'expired' if until < today else 'expires'} {day_in_words(until, today)})" if until else ""
    return _change("renew", f"{person.name} renews {job.skill}{ended}", member=person.id)


def _teach(person: Person, reason: Problem, job: Job, floor: Floor) -> Change:
    return _change("teach", f"{person.name} learns {job.skill}", member=person.id)


def _hand_over(person: Person, reason: Problem, job: Job, floor: Floor) -> Change:
    if "may look" in reason.message:
        return _change("let_work", f"{person.name} becomes an operator", member=person.id)
    return _change("give_by_hand", f"give it to {person.name} by hand ({reason.message})", member=person.id)


def _ask_again(person: Person, reason: Problem, job: Job, floor: Floor) -> Change:
    return _change("ask_again", f"{person.name}, who declined it, is asked again", member=person.id)


def _reactivate(person: Person, reason: Problem, job: Job, floor: Floor) -> Change:
    return _change("reactivate", f"{person.name} becomes active again", member=person.id)


def _transfer(person: Person, reason: Problem, job: Job, floor: Floor) -> Change:
    return _change("move", f"{person.name} moves to this department", member=person.id)


REMEDIES: dict[str, Callable[[Person, Problem, Job, Floor], Change]] = {
    "not_here": _clock_in,
    "not_operator": _hand_over,
    "declined": _ask_again,
    "overloaded": _make_room,
    "certificate_expired": _renew,
    "skill_missing": _teach,
    "inactive": _reactivate,
    "other_department": _transfer,
}


def _by_sending(others: Sequence[Person], place: Place, job: Job, floor: Floor) -> list[Remedy]:
    """Departments where somebody could do it now, or at least has what it needs: those with the most of them first."""
    names = {each.id: each.name for each in floor.places}
    found = []
    for department in sorted({person.department for person in others}, key=str):
        staff = [person for person in others if person.department == department]
        able = [one for one in staff if not reasons_against(one, job, department, floor.at, floor.wall, later=True)]
        if not able or department not in names:
            continue
        now = sum(not reasons_against(one, job, department, floor.at, floor.wall) for one in able)
        what = f"have {job.skill}" if job.skill else "can do it"
        if len(able) == 1:
            what = what.replace("have", "has")
        said = f"send it to {names[department]}, where {len(able)} {what}" + ("" if now else ", later")
        effort = EFFORT["send"] + (0 if now else 4)
        found.append(Remedy((replace(_change("send", said, department=department), effort=effort),)))
    return found


def _change(code: str, message: str, **facts: Any) -> Change:
    return Change(code, message, effort=EFFORT[code], **facts)


def _whose(person: Person) -> str:
    return f"{person.name}'" if person.name.endswith("s") else f"{person.name}'s"
