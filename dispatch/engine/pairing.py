"""A snapshot as arrays: who could do which of its tasks, what each pair costs, and why the others could not.

Whether somebody can take a task depends on its department and skill alone once load is left out, so it is asked once
for each person and such a class of tasks, and not for every pair.
"""

import dataclasses
import datetime
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from dispatch.engine.availability import Span, joined, without
from dispatch.engine.backlogs import NOBODY, Backlog, Ints
from dispatch.engine.choosing import LAST, level_of, pace_of, rule_for
from dispatch.engine.eligibility import reasons_against
from dispatch.engine.snapshots import Floor, Job, Person, Snapshot
from dispatch.engine.timetables import Calendar
from dispatch.states import Strategy
from tenants.states import Role

FINE = 100  # minutes are counted in hundredths, as they are stored, and so is what things cost
BEST_LEVEL = 5
PER_LEVEL = 4  # per cent of the task's length that each level of skill below the best costs
MOST_EACH = 80  # people are looked at for a task: hundreds in one department make a network that fits into no memory
PROMISED = 10  # so many tasks would have to find somebody for one that is taken from who has it and given to nobody
DEAREST_WAIT = 60 * 24 * 7 * FINE  # a week late is as bad as it gets, or one old task would outweigh all others

Class = tuple[uuid.UUID, str]
Ban = tuple[uuid.UUID, uuid.UUID]
"""A task and who shall not have it."""


@dataclass(frozen=True)
class Pairs:
    """`jobs` may be given to somebody else, the most urgent first; `fixed` stay. `parts` say what each arc costs.

    `kept` is for each of the jobs the arc to who has it now, or NOBODY. `seconds` is how long each arc's work takes,
    `calendars` and `busy` when each of the `people` is free, and how long they are not because of work the snapshot
    does not hold.
    """

    jobs: tuple[Job, ...]
    fixed: tuple[Job, ...]
    people: tuple[Person, ...]
    backlog: Backlog
    parts: dict[str, Ints]
    kept: Ints
    seconds: Ints
    calendars: tuple[Calendar, ...]
    busy: tuple[int, ...]
    refusals: dict[uuid.UUID, dict[str, int]]
    expiring: dict[tuple[int, str], datetime.date]
    """The last day of certificates, by person and skill, that end within the time planned for."""

    @property
    def teams(self) -> Ints:
        """The number of each person's department."""
        numbers = {one: number for number, one in enumerate({person.department: None for person in self.people})}
        return np.array([numbers[person.department] for person in self.people], dtype=np.int64)

    @property
    def place(self) -> dict[uuid.UUID, int]:
        """Person id -> their number."""
        return {person.id: number for number, person in enumerate(self.people)}


@dataclass(frozen=True)
class _Arcs:
    task: Ints
    member: Ints
    takes: Ints
    held: Ints


def paired(
    snapshot: Snapshot,
    ahead: Span,
    *,
    move_penalty: int,
    balance: int,
    banned: Iterable[Ban] = (),
    strict: bool = False,
) -> Pairs:
    """Everything a plan is computed from, in an order that does not depend on the snapshot's.

    `balance` is in per cent: at 100 a load costs what its tasks wait for each other. `banned` are tasks with those who
    would have no certificate any more when they come to them; `strict` is to count on no certificate that ends soon.
    """
    floor = snapshot.floor
    jobs = sorted(snapshot.jobs, key=lambda job: (-job.urgency, job.due_at or LAST, str(job.id)))
    loose, fixed = tuple(job for job in jobs if not job.fixed), tuple(job for job in jobs if job.fixed)
    people = tuple(sorted(floor.people, key=lambda person: (person.name, str(person.id))))
    place = {person.id: number for number, person in enumerate(people)}
    other, stays = _held(people, jobs)
    calendars = tuple(_calendar(person, ahead) for person in people)
    busy = tuple(int(other[person.id] * 60) for person in people)
    held = np.array([fine(other[person.id] + stays[person.id]) for person in people], dtype=np.int64)
    free = [sum(end - start for start, end in calendar) * FINE // 60 for calendar in calendars]
    room = np.array([_room(person, free[number]) for number, person in enumerate(people)], dtype=np.int64)
    expiring = _expiring(people, {job.skill for job in loose if job.skill}, ahead.end.astimezone(floor.wall).date())
    if strict:
        banned = [(job.id, people[number].id) for job in loose for number, skill in expiring if skill == job.skill]
    committed = tuple(dataclasses.replace(one, load=other[one.id] + stays[one.id]) for one in people)
    options, refusals = _options(loose, committed, place, floor, free, frozenset(banned))
    first = np.zeros(len(loose) + 1, dtype=np.int64)
    np.cumsum([len(option) for option in options], out=first[1:])
    member = np.concatenate(options) if options else np.zeros(0, dtype=np.int64)
    task = np.repeat(np.arange(len(loose)), np.diff(first))
    size = np.array([fine(job.minutes) for job in loose], dtype=np.int64)
    takes = _takes(loose, people, task, member, size)
    holder = np.array([place.get(job.holder, NOBODY) if job.holder else NOBODY for job in loose], dtype=np.int64)
    moved = (holder[task] != NOBODY) & (holder[task] != member)
    parts = {
        "minutes": takes,
        "skill": _skill(loose, people, task, member, size),
        "late": _late(loose, people, ahead, calendars, _Arcs(task, member, takes, held)),
        "moved": np.where(moved, move_penalty * FINE, 0),
    }
    cost = sum(parts.values(), np.zeros(len(task), dtype=np.int64))
    unit = max(1, int(size.mean())) if len(size) else 1
    step = unit * balance // 100
    weight = np.array([job.urgency + 1 for job in loose], dtype=np.int64)
    dearest = int(cost.max(initial=0)) + step * (len(loose) + int(held.max(initial=0)) // unit + 1)
    kept = np.full(len(loose), NOBODY, dtype=np.int64)
    with_holder = np.flatnonzero(member == holder[task])
    kept[task[with_holder]] = with_holder
    none = 2 * dearest * weight * np.where(kept == NOBODY, 1, PROMISED)
    backlog = Backlog(first, member, cost, size, held, np.maximum(room, 0), none, step, unit)
    return Pairs(loose, fixed, people, backlog, parts, kept, takes * 60 // FINE, calendars, busy, refusals, expiring)


def _held(people: Sequence[Person], jobs: Sequence[Job]) -> tuple[dict[uuid.UUID, Decimal], dict[uuid.UUID, Decimal]]:
    """Minutes each person has promised outside of the snapshot, and those of tasks in it that stay with them."""
    inside: dict[uuid.UUID, Decimal] = defaultdict(Decimal)
    stays: dict[uuid.UUID, Decimal] = defaultdict(Decimal)
    for job in jobs:
        if job.holder:
            inside[job.holder] += job.minutes
            if job.fixed:
                stays[job.holder] += job.minutes
    return {person.id: max(Decimal(0), person.load - inside[person.id]) for person in people}, stays


def _expiring(people: Sequence[Person], skills: set[str], last: datetime.date) -> dict[tuple[int, str], datetime.date]:
    return {
        (number, skill): certificate.until
        for number, person in enumerate(people)
        for skill, certificate in person.skills.items()
        if certificate.until and certificate.until < last and skill in skills
    }


def fine(minutes: Decimal) -> int:
    return int((minutes * FINE).to_integral_value(rounding="ROUND_CEILING"))


def _room(person: Person, free: int) -> int:
    """What they may have, and have time for."""
    return free if person.room is None else min(free, int(person.room * FINE))


def _calendar(person: Person, ahead: Span) -> list[tuple[int, int]]:
    whole = [Span(max(one.start, ahead.start), min(one.end, ahead.end)) for one in person.shifts or ()]
    spans = [ahead] if person.shifts is None else joined(one for one in whole if one.start < one.end)
    begin = ahead.start
    left = without(spans, [away.span for away in person.away])
    return [(_second(one.start, begin), _second(one.end, begin)) for one in left]


def _second(moment: datetime.datetime, begin: datetime.datetime) -> int:
    return int((moment - begin).total_seconds())


def _options(
    jobs: Sequence[Job],
    people: Sequence[Person],
    place: dict[uuid.UUID, int],
    floor: Floor,
    free: Sequence[int],
    banned: frozenset[Ban],
) -> tuple[list[Ints], dict[uuid.UUID, dict[str, int]]]:
    """For each job the numbers of who can take it, and how many of its department cannot, by reason."""
    staff: dict[uuid.UUID, list[Person]] = defaultdict(list)
    for person in people:
        staff[person.department].append(person)
    waits = any(rule.strategy == Strategy.QUEUE_ONLY for rule in floor.rules if rule.is_active(floor.at))
    never = defaultdict(set)
    for job_id, person_id in banned:
        never[job_id].add(person_id)
    classes: dict[Class, tuple[Ints, frozenset[int], dict[str, int]]] = {}
    options: list[Ints] = []
    refusals: dict[uuid.UUID, dict[str, int]] = {}
    for job in jobs:
        kind = (job.department, job.skill)
        if kind not in classes:
            classes[kind] = _class(job, staff[job.department], place, floor, free)
        who, unasked, counts = classes[kind]
        if waits and not job.holder and _waits_in_queue(job, floor):
            who, counts = who[:0], {"queue_only": 1}
        said_no = {place[one] for one in floor.declined.get(job.id, ()) if one in place and one != job.holder}
        expires = {place[one] for one in never.get(job.id, ())}
        holder = place.get(job.holder, NOBODY) if job.holder else NOBODY
        drop = said_no | expires | (unasked - {holder})
        if drop:
            keep = [one for one in who.tolist() if one not in drop]
            who = np.array(keep, dtype=np.int64)
        if said_no:
            counts = {**counts, "declined": len(said_no)}
        if expires:
            counts = {**counts, "certificate_expired": counts.get("certificate_expired", 0) + len(expires)}
        options.append(who if len(who) <= MOST_EACH else _some(who, len(options), holder))
        refusals[job.id] = counts
    return options, refusals


def _some(who: Ints, turn: int, holder: int) -> Ints:
    """So many of those who can, others for each task, so that all are asked equally often; a holder always."""
    some = who[(turn * MOST_EACH + np.arange(MOST_EACH)) % len(who)]
    if holder in who and holder not in some:
        some[0] = holder
    return np.sort(some)


def _class(
    job: Job, staff: Sequence[Person], place: dict[uuid.UUID, int], floor: Floor, free: Sequence[int]
) -> tuple[Ints, frozenset[int], dict[str, int]]:
    """Who can take jobs like this one, which of them keep one but are given none unasked, and reasons against others.

    Load is left out by asking about no minutes at all; how much fits is what the plan decides.
    """
    example, zone = dataclasses.replace(job, minutes=Decimal(0)), floor.wall
    can, unasked, counts = [], set(), Counter[str]()
    for person in staff:
        number = place[person.id]
        reasons = [
            reason.code for reason in reasons_against(person, example, job.department, floor.at, zone, later=True)
        ]
        if not reasons and not free[number]:
            reasons = ["absent" if person.away else "off_shift"]
        if reasons:
            counts.update(reasons)
            continue
        can.append(number)
        if person.role != Role.OPERATOR:
            unasked.add(number)
            counts["not_operator"] += 1
    return np.array(can, dtype=np.int64), frozenset(unasked), dict(counts)


def _waits_in_queue(job: Job, floor: Floor) -> bool:
    rule = rule_for(job, floor)
    return rule is not None and rule.strategy == Strategy.QUEUE_ONLY


def _takes(jobs: Sequence[Job], people: Sequence[Person], task: Ints, member: Ints, size: Ints) -> Ints:
    """How long each arc's work really takes, by who does it."""
    kinds = {process: number for number, process in enumerate({job.process: None for job in jobs})}
    pace = np.ones((len(people), len(kinds)))
    for number, person in enumerate(people):
        for process in person.paces:
            if process in kinds:
                pace[number, kinds[process]] = float(pace_of(person, process))
    kind = np.array([kinds[job.process] for job in jobs], dtype=np.int64)
    return np.ceil(size[task] * pace[member, kind[task]] - 1e-9).astype(np.int64)


def _skill(jobs: Sequence[Job], people: Sequence[Person], task: Ints, member: Ints, size: Ints) -> Ints:
    kinds = {skill: number for number, skill in enumerate({job.skill: None for job in jobs if job.skill})}
    below = np.zeros((len(people), len(kinds) + 1), dtype=np.int64)  # the last column: needs no skill, costs none
    for skill, column in kinds.items():
        below[:, column] = [BEST_LEVEL - min(BEST_LEVEL, level_of(person, skill)) for person in people]
    kind = np.array([kinds.get(job.skill, len(kinds)) for job in jobs], dtype=np.int64)
    return size[task] * below[member, kind[task]] * PER_LEVEL // 100


def _late(
    jobs: Sequence[Job], people: Sequence[Person], ahead: Span, calendars: Sequence[Calendar], arcs: _Arcs
) -> Ints:
    """How late each arc's task is likely to be, by its urgency: if that person first does what stays with them and
    an even share of what their department has that is more urgent."""
    far = _second(ahead.end, ahead.start)
    due = np.array([_second(job.due_at, ahead.start) if job.due_at else far * 1000 for job in jobs], dtype=np.int64)
    weight = np.array([job.urgency + 1 for job in jobs], dtype=np.int64)
    worked = (arcs.held[arcs.member] + _before(jobs, people)[arcs.task] + arcs.takes) * 60 // FINE
    ends = np.zeros(len(arcs.task), dtype=np.int64)
    order = np.argsort(arcs.member, kind="stable")
    bounds = np.searchsorted(arcs.member[order], np.arange(len(calendars) + 1))
    for number, calendar in enumerate(calendars):
        mine = order[bounds[number] : bounds[number + 1]]
        if not len(mine) or not calendar:
            continue
        starts = np.array([start for start, _ in calendar], dtype=np.int64)
        lengths = np.array([end - start for start, end in calendar], dtype=np.int64)
        before = np.cumsum(lengths) - lengths
        span = np.maximum(np.searchsorted(before, worked[mine], side="left") - 1, 0)
        ends[mine] = starts[span] + worked[mine] - before[span]
    late = np.maximum(ends - due[arcs.task], 0) * FINE // 60
    return np.minimum(late, DEAREST_WAIT) * weight[arcs.task]


def _before(jobs: Sequence[Job], people: Sequence[Person]) -> Ints:
    """For each job how much its department has of more urgent ones, shared evenly."""
    staff = Counter(person.department for person in people)
    so_far: dict[uuid.UUID, int] = defaultdict(int)
    before = []
    for job in jobs:
        before.append(so_far[job.department] // max(1, staff[job.department]))
        so_far[job.department] += fine(job.minutes)
    return np.array(before, dtype=np.int64)
