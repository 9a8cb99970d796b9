"""Whatever the floor is like: nobody who cannot is chosen, and the same facts are the same decision."""

import dataclasses
import datetime
import json
import os
import uuid
from decimal import Decimal
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.engine import (
    Away,
    Certificate,
    Floor,
    Job,
    Pace,
    Person,
    Place,
    Rule,
    Snapshot,
    decide_all,
    hash_of,
    reasons_against,
    remedies_of,
)
from dispatch.engine.availability import Span
from dispatch.engine.replays import changes_since, replayed
from dispatch.states import Presence, Strategy
from tenants.states import Role

AT = datetime.datetime(2026, 10, 25, 0, 30, tzinfo=datetime.UTC)  # the night on which Berlin's clocks go back
HOUR = datetime.timedelta(hours=1)
PLACES = tuple(Place(uuid.UUID(int=number), f"Place {number}") for number in (1, 2, 3))
PROCESSES, TAGS, CUSTOMERS = ([uuid.UUID(int=base + n) for n in range(2)] for base in (10, 20, 30))
SKILLS = ["", "WELD", "FORK"]
ROOM = [None, Decimal(0), Decimal(60), Decimal(240), Decimal(480)]


def maybe(random, *values):
    return random.choice([None, *values])


def _some(random, values):
    return [value for value in values if random.random() < 0.7]


def an_id(random):
    return uuid.UUID(int=random.getrandbits(128), version=4)


def a_span(random):
    start = AT + random.randint(-30, 60) * HOUR
    return Span(start, start + random.randint(1, 20) * HOUR)


def some_minutes(random):
    return Decimal(random.choice([0, 1, 3000, 6000, 12345])) / 100


def a_moment(random):
    return AT + random.randint(-100, 100) * HOUR


def a_job(random):
    return Job(
        id=an_id(random),
        process=maybe(random, *PROCESSES),
        department=random.choice(PLACES).id,
        customer=maybe(random, *CUSTOMERS),
        priority=random.choice(["low", "normal", "urgent"]),
        urgency=random.randint(0, 3),
        due_at=maybe(random, a_moment(random)),
        minutes=some_minutes(random),
        tags=frozenset(random.sample(TAGS, random.randint(0, 2))),
        quantity=Decimal(random.randint(1, 20)),
        skill=random.choice(SKILLS),
    )


def a_person(random):
    """Half of them operators who are here; names repeat, so that the id decides."""
    lasts = [None, *(AT.date() + days * datetime.timedelta(days=1) for days in (-1, 0, 1))]
    return Person(
        id=an_id(random),
        name=random.choice(["Ana", "Bea", "Cem"]),
        department=random.choice(PLACES).id,
        role=random.choice(["operator", "operator", "operator", *(role.value for role in Role)]),
        active=random.random() < 0.9,
        load=some_minutes(random),
        room=random.choice(ROOM),
        skills={
            skill: Certificate(random.randint(1, 5), random.choice(lasts))
            for skill in SKILLS[1:]
            if random.random() < 0.7
        },
        shifts=maybe(random, tuple(a_span(random) for _ in range(random.randint(0, 2)))),
        away=tuple(Away(a_span(random), random.choice(["leave", ""])) for _ in range(random.choice([0, 0, 1, 2]))),
        presence=random.choice([None, Presence.HERE, *Presence]),
        paces={random.choice(PROCESSES): Pace(some_minutes(random), some_minutes(random))},
        asked_at=maybe(random, a_moment(random)),
    )


def a_rule(random):
    return Rule(
        id=an_id(random),
        name=random.choice("AB"),
        rank=random.randint(1, 3),
        strategy=random.choice(list(Strategy)).value,
        department=maybe(random, random.choice(PLACES).id),
        if_process=maybe(random, None, *PROCESSES),
        if_department=maybe(random, None, random.choice(PLACES).id),
        if_customer=maybe(random, None, *CUSTOMERS),
        if_priority=random.choice(["", "", "urgent"]),
        if_tag=maybe(random, None, None, *TAGS),
        if_quantity_from=maybe(random, None, Decimal(random.randint(1, 20))),
        if_quantity_to=maybe(random, None, Decimal(random.randint(1, 20))),
        active_from=maybe(random, None, a_moment(random)),
        active_until=maybe(random, None, a_moment(random)),
    )


def a_snapshot(seed, work, staff, rules):
    """A floor of so many jobs, people and rules; hypothesis makes it small, the seed says what it is like."""
    random = Random(seed)
    jobs = tuple(a_job(random) for _ in range(work))
    people = tuple(a_person(random) for _ in range(staff))
    declined = {job.id: frozenset({random.choice(people).id}) for job in jobs if people and random.random() < 0.3}
    floor = Floor(
        rules=tuple(a_rule(random) for _ in range(rules)),
        places=PLACES,
        people=people,
        declined=declined,
        at=AT,
        zone=random.choice(["UTC", "Europe/Berlin", "America/St_Johns"]),
    )
    return Snapshot(jobs, floor)


EXAMPLES = int(os.environ.get("PROPERTY_EXAMPLES", "0"))
SETTINGS = settings(max_examples=EXAMPLES or 25, derandomize=not EXAMPLES, deadline=None, database=None)
seeds = st.integers(0, 2**32)
snapshots = st.builds(a_snapshot, seeds, st.integers(0, 6), st.integers(0, 9), st.integers(0, 4))


def decided(snapshot):
    return decide_all(snapshot.jobs, snapshot.floor)


class TestNeverWrong:
    @SETTINGS
    @given(snapshots)
    def test_nobody_who_cannot_is_chosen(self, snapshot):
        """At the moment of each choice, with all that was given away before it, nothing speaks against the chosen."""
        staff = {person.id: person for person in snapshot.floor.people}
        work = {task.id: task for task in snapshot.jobs}
        for decision in decided(snapshot):
            for candidate in decision.candidates:
                person = dataclasses.replace(staff[candidate.id], load=candidate.load)
                task, floor = work[decision.job], snapshot.floor
                assert reasons_against(person, task, decision.place.id, floor.at, floor.wall) == []
                assert person.role == Role.OPERATOR
                assert person.id not in floor.declined.get(task.id, ())
            if decision.chosen:
                assert decision.chosen == decision.candidates[0]
                held = staff[decision.chosen.id]
                staff[held.id] = dataclasses.replace(held, load=held.load + work[decision.job].minutes)

    @SETTINGS
    @given(snapshots)
    def test_everybody_there_is_a_candidate_or_refused_with_a_reason(self, snapshot):
        for decision in decided(snapshot):
            here = {person.id for person in snapshot.floor.people if person.department == decision.place.id}
            can, cannot = {row.id for row in decision.candidates}, {row.id for row in decision.refused}
            assert (can | cannot, can & cannot) == (here, set())
            assert all(row.reasons for row in decision.refused)

    @SETTINGS
    @given(snapshots)
    def test_nobody_gets_more_than_there_is_room_for(self, snapshot):
        load = {person.id: person.load for person in snapshot.floor.people}
        room = {person.id: person.room for person in snapshot.floor.people}
        work = {task.id: task for task in snapshot.jobs}
        for decision in decided(snapshot):
            if decision.chosen:
                load[decision.chosen.id] += work[decision.job].minutes
                most = room[decision.chosen.id]
                assert most is None or load[decision.chosen.id] <= most

    @SETTINGS
    @given(snapshots)
    def test_whoever_nobody_can_take_from_has_something_that_would_help(self, snapshot):
        work = {task.id: task for task in snapshot.jobs}
        for decision in decided(snapshot):
            found = remedies_of(decision, snapshot.floor, work[decision.job])
            assert bool(found) == decision.nobody_eligible
            assert all(remedy.changes and remedy.message for remedy in found)

    def test_an_empty_world_decides_nothing(self):
        assert decided(Snapshot((), Floor())) == []

    @SETTINGS
    @given(seeds)
    def test_a_world_without_people_leaves_everything_in_its_queue(self, seed):
        task = a_job(Random(seed))
        [decision] = decided(Snapshot((task,), Floor(places=PLACES, at=AT)))

        assert (decision.chosen, decision.place.id, decision.refusals) == (None, task.department, {})


class TestSameAgain:
    @SETTINGS
    @given(snapshots, seeds)
    def test_the_order_of_the_input_does_not_matter(self, snapshot, seed):
        random = Random(seed)

        def shuffled(rows):
            return tuple(random.sample(rows, len(rows)))

        floor = snapshot.floor
        mixed = Snapshot(
            shuffled(snapshot.jobs),
            dataclasses.replace(
                floor,
                people=tuple(
                    dataclasses.replace(one, away=shuffled(one.away), skills=dict(reversed(one.skills.items())))
                    for one in shuffled(floor.people)
                ),
                rules=shuffled(floor.rules),
                places=shuffled(floor.places),
                declined=dict(reversed(floor.declined.items())),
            ),
        )

        assert decided(mixed) == decided(snapshot)
        assert mixed.hash == snapshot.hash

    @SETTINGS
    @given(snapshots)
    def test_a_snapshot_survives_being_kept_as_json(self, snapshot):
        values = json.loads(json.dumps(snapshot.as_values()))
        again = Snapshot.of_values(values)

        assert decided(again) == decided(snapshot)
        assert again.hash == snapshot.hash == hash_of(values)

    @SETTINGS
    @given(snapshots, snapshots)
    def test_different_facts_have_different_hashes(self, one, other):
        assert (one.hash == other.hash) == (one.as_values() == other.as_values())

    @SETTINGS
    @given(snapshots)
    def test_every_record_is_replayed_to_the_same_answer(self, snapshot):
        values = json.loads(json.dumps(snapshot.as_values()))
        for decision in decided(snapshot):
            for brief in (False, True):
                record = json.loads(json.dumps(decision.as_dict(brief=brief)))
                again = replayed(str(decision.job), record, values, snapshot.hash)
                assert again.differs == ()
                assert changes_since(decision, again.decision) == []


class TestRules:
    @SETTINGS
    @given(seeds)
    def test_a_rule_behind_one_that_covers_it_never_decides(self, seed):
        """What the warning says is true: nothing it catches is left to it."""
        random = Random(seed)
        found, task = [a_rule(random) for _ in range(6)], a_job(random)
        for rule in found:
            for other in found:
                if other.comes_before(rule) and other.covers(rule) and rule.catches(task) and rule.is_active(AT):
                    assert other.catches(task)
                    assert other.is_active(AT)
