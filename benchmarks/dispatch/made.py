"""Backlogs made up from a seed: departments of fifty people, eight skills, five priorities.

A task needs one skill in one department, so about twenty of hundreds of people could do it. It costs more with who
is less skilled, the more so the more urgent it is, and the k-th task of somebody costs `STEP` times k besides.
"""

import datetime
import random
import uuid
from decimal import Decimal

import numpy as np

from dispatch.engine import Certificate, Floor, Job, Pace, Person, Place, Snapshot
from dispatch.engine.availability import Span
from dispatch.engine.backlogs import Backlog

SKILLS, TEAM, STEP = 8, 50, 20
PLENTY = 10**9
MONDAY = datetime.datetime(2026, 5, 4, 6, tzinfo=datetime.UTC)


def backlog(tasks, members, seed=1):
    """Tasks of equal length, the most urgent first."""
    dice = np.random.default_rng(seed)
    teams = max(1, members // TEAM)
    team = np.arange(members) % teams
    skilled = dice.random((members, SKILLS)) < 0.4
    level = dice.integers(0, 5, (members, SKILLS))
    of_team, skill = dice.integers(0, teams, tasks), dice.integers(0, SKILLS, tasks)
    priority = np.sort(dice.integers(1, 6, tasks))[::-1]
    who = {(t, s): np.flatnonzero((team == t) & skilled[:, s]) for t in range(teams) for s in range(SKILLS)}
    options, costs = [], []
    for task in range(tasks):
        can = who[of_team[task], skill[task]]
        options.append(can)
        costs.append(((4 - level[can, skill[task]]) * 15 + dice.integers(0, 20, len(can))) * priority[task] // 3)
    first = np.zeros(tasks + 1, dtype=np.int64)
    np.cumsum([len(can) for can in options], out=first[1:])
    return Backlog(
        first=first,
        member=np.concatenate(options),
        cost=np.concatenate(costs).astype(np.int64),
        minutes=np.ones(tasks, dtype=np.int64),
        held=np.zeros(members, dtype=np.int64),
        room=np.full(members, PLENTY, dtype=np.int64),
        none=np.full(tasks, PLENTY, dtype=np.int64),
        step=STEP,
        unit=1,
    )


def snapshot(tasks, members, seed=1):
    """The same kind of floor as the product reads it: tasks of several lengths in orders of several steps, shifts."""
    dice = random.Random(seed)

    def ident():
        return uuid.UUID(int=dice.getrandbits(128))

    places = [Place(ident(), f"Department {number}") for number in range(max(1, members // TEAM))]
    processes = [ident() for _ in range(20)]
    shifts = tuple(
        Span(MONDAY + datetime.timedelta(days=day), MONDAY + datetime.timedelta(days=day, hours=8)) for day in range(5)
    )
    people = tuple(
        Person(
            id=ident(),
            name=f"Person {number:05}",
            department=places[number % len(places)].id,
            role="operator",
            active=True,
            load=Decimal(0),
            room=Decimal(2400),
            skills={f"S{skill}": Certificate(dice.randint(1, 5)) for skill in range(SKILLS) if dice.random() < 0.4},
            shifts=shifts if dice.random() < 0.8 else None,
            paces={one: Pace(Decimal(500), Decimal(dice.randint(350, 700))) for one in dice.sample(processes, 4)},
        )
        for number in range(members)
    )
    orders = [ident() for _ in range(max(1, tasks // 5))]
    jobs = tuple(
        Job(
            id=ident(),
            process=dice.choice(processes),
            department=dice.choice(places).id,
            customer=None,
            priority="normal",
            urgency=dice.randint(0, 3),
            due_at=MONDAY + datetime.timedelta(hours=dice.randint(4, 200)) if dice.random() < 0.8 else None,
            minutes=Decimal(dice.choice((20, 30, 45, 60, 90, 120))),
            skill=f"S{dice.randrange(SKILLS)}",
            order=dice.choice(orders),
            step=10 * dice.randint(1, 4),
        )
        for _ in range(tasks)
    )
    return Snapshot(jobs, Floor((), tuple(places), people, {}, MONDAY, "Europe/Vienna"))
