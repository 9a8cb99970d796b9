"""Whatever the backlog and the floor are like, a plan keeps what was promised of every plan."""

import collections
import dataclasses
import datetime
import itertools
import os
import uuid
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.engine import Away, Certificate, Floor, Job, Pace, Person, Place, Rule, Snapshot, reasons_against
from dispatch.engine.availability import Span, minutes_in, without
from dispatch.engine.backlogs import first_answer, total
from dispatch.engine.choosing import pace_of
from dispatch.engine.giving import uneven
from dispatch.engine.pairing import paired
from dispatch.engine.planning import Settings, plan

EXAMPLES = int(os.environ.get("PROPERTY_EXAMPLES", "0"))
SETTINGS = settings(max_examples=EXAMPLES or 12, derandomize=not EXAMPLES, deadline=None, database=None)
MONDAY = datetime.datetime(2026, 3, 23, 5, tzinfo=datetime.UTC)  # the clocks change in Vienna on the Sunday after
HOUR, DAY = datetime.timedelta(hours=1), datetime.timedelta(days=1)
DAYS = 7
HORIZON = Span(MONDAY, MONDAY + DAYS * DAY)
SECONDS = 0.02


def ident(number):
    return uuid.UUID(int=number)


PLACES = (Place(ident(1), "Press"), Place(ident(2), "Finishing"))
SKILLS = ("", "WELD", "CUT")
PROCESSES = (ident(11), ident(12))


@st.composite
def people(draw):
    found = []
    for number in range(draw(st.integers(0, 5))):
        until = st.one_of(st.none(), st.integers(-1, 8).map(lambda days: MONDAY.date() + datetime.timedelta(days=days)))
        shifts = [Span(MONDAY + day * DAY, MONDAY + day * DAY + 8 * HOUR) for day in range(DAYS)]
        night = [Span(MONDAY + day * DAY + 16 * HOUR, MONDAY + day * DAY + 25 * HOUR) for day in range(DAYS - 1)]
        away = draw(st.lists(st.tuples(st.integers(0, 150), st.integers(1, 60)), max_size=2))
        found.append(
            Person(
                id=ident(100 + number),
                name=draw(st.sampled_from(("Ana", "Omar", "Ivan"))),
                department=draw(st.sampled_from(PLACES)).id,
                role=draw(st.sampled_from(("operator", "operator", "operator", "supervisor", "viewer"))),
                active=draw(st.integers(0, 9)) > 0,
                load=Decimal(draw(st.sampled_from((0, 0, 30, 600)))),
                room=draw(st.sampled_from((None, Decimal(0), Decimal(120), Decimal(480), Decimal(2400)))),
                skills={
                    s: Certificate(draw(st.integers(1, 5)), draw(until)) for s in SKILLS[1:] if draw(st.booleans())
                },
                shifts=draw(st.sampled_from((None, tuple(shifts), tuple(night), ()))),
                away=tuple(Away(Span(MONDAY + at * HOUR, MONDAY + (at + long) * HOUR)) for at, long in away),
                paces={PROCESSES[0]: Pace(Decimal(600), Decimal(draw(st.sampled_from((300, 600, 900)))))},
            )
        )
    return found


@st.composite
def worlds(draw, sizes=(Decimal(0), Decimal("7.5"), Decimal(30), Decimal(60), Decimal(600))):
    staff = draw(people())
    jobs, declined = [], {}
    who = st.one_of(st.none(), st.sampled_from([person.id for person in staff])) if staff else st.none()
    for number in range(draw(st.integers(0, 14))):
        holder = draw(who)
        job = Job(
            id=ident(1000 + number),
            process=draw(st.sampled_from((None, *PROCESSES))),
            department=draw(st.sampled_from(PLACES)).id,
            customer=None,
            priority="normal",
            urgency=draw(st.integers(0, 3)),
            due_at=draw(st.one_of(st.none(), st.integers(-20, 200).map(lambda hours: MONDAY + hours * HOUR))),
            minutes=draw(st.sampled_from(sizes)),
            skill=draw(st.sampled_from(SKILLS)),
            order=draw(st.sampled_from((None, ident(51), ident(52)))),
            step=draw(st.sampled_from((10, 20, 30))),
            holder=holder,
            fixed=draw(st.integers(0, 5)) == 0,
        )
        jobs.append(job)
        no = draw(who)
        if no and no != holder:
            declined[job.id] = frozenset({no})
    held = collections.Counter()
    for job in jobs:
        held[job.holder] += job.minutes
    staff = [dataclasses.replace(person, load=person.load + held[person.id]) for person in staff]
    rules = [Rule(ident(90), "Wait", 1, "queue_only", if_process=PROCESSES[1])] if draw(st.booleans()) else []
    floor = Floor(tuple(rules), PLACES, tuple(staff), declined, MONDAY, "Europe/Vienna")
    return Snapshot(tuple(jobs), floor)


@st.composite
def weighed(draw):
    return Settings(draw(st.sampled_from((0, 120, 10_000))), draw(st.sampled_from((0, 100, 300))), DAYS)


def free(person):
    return without([HORIZON] if person.shifts is None else person.shifts, [away.span for away in person.away])


def staff_of(world):
    return {person.id: person for person in world.floor.people}


def takes(person, job):
    return float(job.minutes * (1 if job.fixed else pace_of(person, job.process)))


@SETTINGS
@given(worlds(), weighed())
def test_every_task_is_answered_once_and_what_is_fixed_stays(world, how):
    """A task that a plan forgets would never be published, and one that is running cannot be given away."""
    rows = plan(world, how, seconds=SECONDS).rows
    assert sorted(row.job.id for row in rows) == sorted(job.id for job in world.jobs)
    assert [row.person for row in rows if row.job.fixed] == [row.job.holder for row in rows if row.job.fixed]


@SETTINGS
@given(worlds(), weighed())
def test_nobody_gets_what_they_cannot_do(world, how):
    """The one function that says so is asked again, about the end of the work where that is known."""
    answer, staff = plan(world, how, seconds=SECONDS), staff_of(world)
    for row in answer.rows:
        if row.job.fixed or row.person is None:
            continue
        person = dataclasses.replace(staff[row.person], load=Decimal(0), room=None)
        at = row.ends_at or HORIZON.end
        assert reasons_against(person, row.job, row.job.department, at, world.floor.wall, later=True) == []
        if row.person != row.job.holder:
            assert person.role == "operator"
            assert person.id not in world.floor.declined.get(row.job.id, ())
            assert not (world.floor.rules and row.job.process == PROCESSES[1] and row.job.holder is None)


@SETTINGS
@given(worlds(), weighed())
def test_nobody_gets_more_than_they_have_room_and_time_for(world, how):
    """Who has too much already, by force or by what is running, is given nothing on top."""
    answer, staff = plan(world, how, seconds=SECONDS), staff_of(world)
    inside = collections.Counter()
    for job in world.jobs:
        inside[job.holder] += job.minutes
    for person in staff.values():
        stays = sum(row.job.minutes for row in answer.rows if row.job.fixed and row.person == person.id)
        new = sum(row.job.minutes for row in answer.rows if not row.job.fixed and row.person == person.id)
        load = person.load - inside[person.id] + stays + new
        time = sum(span.minutes for span in free(person) if span.start < HORIZON.end)
        assert not new or (person.room is None or load <= person.room) and float(load) <= time
        assert answer.after.load[person.id] == int(load)


@SETTINGS
@given(worlds(), weighed())
def test_a_timetable_that_can_be_worked(world, how):
    """Inside everybody's free time, one task at once, and no step before the ones it needs."""
    answer, staff = plan(world, how, seconds=SECONDS), staff_of(world)
    timed = [row for row in answer.rows if row.starts_at]
    for row in timed:
        person = staff[row.person]
        assert any(row.starts_at in span for span in free(person))
        worked = minutes_in(free(person), Span(row.starts_at, row.ends_at))
        assert abs(worked - takes(person, row.job)) < 0.1
    by_person = sorted(timed, key=lambda row: (row.person, row.starts_at, row.ends_at))
    for one, following in itertools.pairwise(by_person):
        assert one.person != following.person or one.ends_at <= following.starts_at
    for row, needed in itertools.product(timed, answer.rows):
        if row.job.order and row.job.order == needed.job.order and needed.job.step < row.job.step:
            assert needed.ends_at is not None
            assert needed.ends_at <= row.starts_at


@SETTINGS
@given(worlds(), weighed())
def test_never_worse_than_task_by_task(world, how):
    """In what it costs and, where it does not give out more, in how even the loads are."""
    answer = plan(world, how, seconds=SECONDS)
    pairs = paired(world, HORIZON, move_penalty=how.move_penalty, balance=how.balance_weight)
    if pairs.expiring:
        return  # then it may have been computed again without somebody
    greedy = first_answer(pairs.backlog, pairs.kept)
    arcs = greedy * 0 - 1
    who = {row.job.id: row.person for row in answer.rows}
    for number, job in enumerate(pairs.jobs):
        if who[job.id]:
            options = range(pairs.backlog.first[number], pairs.backlog.first[number + 1])
            arcs[number] = next(arc for arc in options if pairs.people[pairs.backlog.member[arc]].id == who[job.id])
    assert total(pairs.backlog, arcs) <= total(pairs.backlog, greedy) + 1e-3
    if (arcs < 0).sum() == (greedy < 0).sum():
        assert uneven(pairs.backlog, arcs, pairs.teams) <= uneven(pairs.backlog, greedy, pairs.teams) + 1e-5


@SETTINGS
@given(worlds(), weighed(), st.randoms(use_true_random=False))
def test_the_same_snapshot_gives_the_same_plan(world, how, dice):
    """Also in another order: a plan that depends on how rows happen to be read cannot be explained."""
    jobs, staff = list(world.jobs), list(world.floor.people)
    dice.shuffle(jobs)
    dice.shuffle(staff)
    other = Snapshot(tuple(jobs), dataclasses.replace(world.floor, people=tuple(staff)))
    assert plan(other, how, seconds=SECONDS) == plan(world, how, seconds=SECONDS)


@SETTINGS
@given(worlds())
def test_work_moves_only_for_a_gain_above_the_penalty(world):
    """With a penalty above everything that can be gained, whoever can keep a task keeps it."""
    how = Settings(move_penalty=10_000_000, balance_weight=100, days=DAYS)
    answer = plan(world, how, seconds=SECONDS)
    pairs = paired(world, HORIZON, move_penalty=how.move_penalty, balance=how.balance_weight)
    stays = first_answer(pairs.backlog, pairs.kept)
    if pairs.expiring or (stays < 0).any():
        return  # somebody may have to make room
    who = {row.job.id: row.person for row in answer.rows}
    assert [who[job.id] for job, arc in zip(pairs.jobs, pairs.kept, strict=True) if arc >= 0] == [
        job.holder for job, arc in zip(pairs.jobs, pairs.kept, strict=True) if arc >= 0
    ]


def test_a_world_in_which_nobody_can_do_anything():
    """Every task is answered with nobody, and with why not."""
    jobs = [
        Job(ident(1000 + n), None, PLACES[0].id, None, "normal", 1, MONDAY, Decimal(60), skill="WELD") for n in range(5)
    ]
    staff = [Person(ident(100 + n), "Ana", PLACES[0].id, "operator", True, Decimal(0)) for n in range(3)]
    answer = plan(
        Snapshot(tuple(jobs), Floor(places=PLACES, people=tuple(staff), at=MONDAY)),
        Settings(120, 100, 5),
        seconds=SECONDS,
    )
    assert {row.person for row in answer.rows} == {None}
    assert all(answer.refusals[job.id] == {"skill_missing": 3} for job in jobs)
    assert answer.after.unassigned == answer.before.unassigned == 5


def test_an_empty_world():
    answer = plan(Snapshot((), Floor(at=MONDAY)), Settings(120, 100, 5), seconds=SECONDS)
    assert answer.rows == ()
    assert answer.after.as_dict() == {
        "tardiness_minutes": 0,
        "late_tasks": 0,
        "unassigned": 0,
        "load": {},
        "most_loaded_percent": 0,
        "imbalance": 0.0,
    }
