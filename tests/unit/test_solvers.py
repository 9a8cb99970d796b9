"""The solvers by themselves: optimal where that can be checked, feasible where it is hard, the same every time."""

import datetime
import itertools
import subprocess
import sys
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.dispatch import known
from dispatch.engine import Certificate, Floor, Job, Person, Place, Snapshot, giving
from dispatch.engine.availability import Span
from dispatch.engine.backlogs import NOBODY, Backlog, first_answer, fits, improved, total
from dispatch.engine.balancing import best_answer
from dispatch.engine.packing import Packing, pack
from dispatch.engine.planning import Settings, plan
from dispatch.engine.sequencing import best_by_rules, sequence
from tenants.ids import uuid7
from tests.support.settings import ROOT

SETTINGS = settings(max_examples=60, derandomize=True, deadline=None, database=None)
PLENTY = 10**9
# Who could do each task, what it costs there, and the step: the optimum is less even than task by task (first two), or
# what evens it out again is dearer.
CROOKED = [
    ([[1], [1], [0, 1], [0]], [2, 36, 54, 34, 30], 10),
    ([[0], [0, 2], [0, 1, 2], [0, 2], [0, 1]], [19, 35, 51, 12, 30, 50, 40, 45, 57, 59], 10),
    ([[0, 1, 3], [1, 2, 3], [2, 3], [0, 3]], [21, 3, 53, 16, 48, 24, 50, 30, 38, 57], 20),
    ([[0, 1, 2], [3], [3], [0, 1, 2, 3], [0, 1, 2, 3]], [6, 60, 59, 53, 54, 10, 28, 52, 36, 38, 2, 12, 39], 20),
]
PRESS = Place(uuid7(), "Press")
MONDAY = datetime.datetime(2026, 5, 4, 6, tzinfo=datetime.UTC)
HOUR = datetime.timedelta(hours=1)


@st.composite
def backlogs(draw, longest=1):
    """At most six tasks and three people: every answer can be tried."""
    members, tasks = draw(st.integers(1, 3)), draw(st.integers(1, 6))
    options = [sorted(draw(st.sets(st.integers(0, members - 1), min_size=1))) for _ in range(tasks)]
    member = np.array(list(itertools.chain(*options)), dtype=np.int64)
    return Backlog(
        first=np.cumsum([0, *map(len, options)]),
        member=member,
        cost=np.array([draw(st.integers(0, 100)) for _ in member], dtype=np.int64),
        minutes=np.array([draw(st.integers(1, longest)) for _ in options], dtype=np.int64),
        held=np.array([draw(st.integers(0, 2)) for _ in range(members)], dtype=np.int64),
        room=np.array([draw(st.sampled_from((0, 3, PLENTY))) for _ in range(members)], dtype=np.int64),
        none=np.full(tasks, 10_000, dtype=np.int64),
        step=draw(st.integers(0, 50)),
        unit=1,
    )


def every_answer(backlog):
    options = [[NOBODY, *range(a, b)] for a, b in itertools.pairwise(backlog.first.tolist())]
    found = (np.array(arcs) for arcs in itertools.product(*options))
    return [arcs for arcs in found if fits(backlog, arcs)]


def nobody(backlog):
    return np.full(backlog.tasks, NOBODY)


class TestBalancing:
    """Tasks of equal length: the best answer is proven."""

    @SETTINGS
    @given(backlogs())
    def test_the_flow_is_the_best_of_all_answers(self, backlog):
        best = best_answer(backlog, first_answer(backlog, nobody(backlog)))

        assert fits(backlog, best)
        assert total(backlog, best) == min(total(backlog, arcs) for arcs in every_answer(backlog))

    @SETTINGS
    @given(backlogs(longest=3))
    def test_the_first_answer_fits_and_moving_single_tasks_only_helps(self, backlog):
        first = first_answer(backlog, nobody(backlog))
        moved = improved(backlog, first)

        assert fits(backlog, first)
        assert fits(backlog, moved)
        assert total(backlog, moved) <= total(backlog, first)

    @pytest.mark.parametrize(("options", "cost", "step"), CROOKED)
    def test_what_is_taken_is_neither_dearer_nor_less_even_than_the_answer_at_hand(self, options, cost, step):
        """The cheapest of all answers may be one that people would not call fair, and the most even one be dear."""
        backlog = Backlog(
            first=np.cumsum([0, *map(len, options)]),
            member=np.array(list(itertools.chain(*options))),
            cost=np.array(cost),
            minutes=np.ones(len(options), dtype=np.int64),
            held=np.zeros(4, dtype=np.int64),
            room=np.full(4, PLENTY),
            none=np.full(len(options), 10_000),
            step=step,
            unit=1,
        )
        first, one_team = first_answer(backlog, nobody(backlog)), np.zeros(4, dtype=np.int64)
        arcs, _, _ = giving.given(backlog, nobody(backlog), one_team, seconds=0.02)

        assert total(backlog, arcs) <= total(backlog, first)
        assert giving.uneven(backlog, arcs, one_team) <= giving.uneven(backlog, first, one_team)

    def test_two_that_both_want_to_move_do_not_both_fit(self):
        """What could gain is found for all tasks at once; by the time it is the second one's turn the room is gone."""
        two = np.array([0, 1, 0, 1])
        backlog = Backlog(
            first=np.array([0, 2, 4]),
            member=two,
            cost=100 * (1 - two),
            minutes=np.ones(2, dtype=np.int64),
            held=np.zeros(2, dtype=np.int64),
            room=np.array([9, 1]),
            none=np.full(2, 10_000),
            step=1,
            unit=1,
        )
        assert sorted(backlog.member[improved(backlog, np.array([0, 2]))].tolist()) == [0, 1]


class TestPacking:
    """Tasks of different lengths and little room."""

    @pytest.mark.parametrize("name", ["b05100", "c10100", "d05100"])
    def test_it_always_fits_and_is_near_the_best_known(self, name):
        """Taking the cheapest one after the other finds nothing that fits on these."""
        problem = known.packing(name)
        found = pack(problem, seconds=1, repeatable=True)
        used = np.bincount(found.person, problem.minutes[found.person, np.arange(100)], len(problem.room))

        assert (used <= problem.room).all()
        assert found.bound <= found.cost <= known.PACKINGS[name] * 1.05

    def test_what_cannot_fit_has_no_answer(self):
        two = np.full((1, 2), 5)
        assert pack(Packing(two, two, np.array([9]), two > 0), seconds=1) is None

    def test_a_repeatable_search_gives_the_same_answer_again(self):
        problem = known.packing("d05100")
        one, other = (pack(problem, seconds=0.4, repeatable=True) for _ in range(2))
        assert (one.person == other.person).all()

    def test_the_price_of_load_spreads_tasks(self):
        """Both could do everything at no cost; what load costs is all that speaks against it."""
        free, minutes = np.zeros((2, 4), dtype=np.int64), np.full((2, 4), 10)
        room, lines = np.array([100, 100]), [(1, 0), (3, -30), (9, -200)]
        found = pack(Packing(free, minutes, room, minutes > 0, [lines, lines]), seconds=1)
        assert np.bincount(found.person).tolist() == [2, 2]


class TestSequencing:
    """Operations that follow each other, each by one of several people."""

    @pytest.mark.parametrize(("name", "end"), [("mk01", 40), ("mk08", 523)])
    def test_it_finds_what_is_known_to_be_the_best(self, name, end):
        assert sequence(known.shop(name), seconds=3, repeatable=True).end == end

    @pytest.mark.parametrize("name", ["mk02", "mk06"])
    def test_its_plan_can_be_worked_and_is_shorter_than_by_rules(self, name):
        jobs = known.shop(name)
        found = sequence(jobs, seconds=1, repeatable=True)
        slots = {(slot.job, slot.operation): slot for slot in found.slots}

        assert sorted(slots) == [(job, number) for job, ones in enumerate(jobs) for number in range(len(ones))]
        assert all(one.end - one.start == jobs[one.job][one.operation][one.person] for one in found.slots)
        assert all(slots[j, n - 1].end <= one.start for (j, n), one in slots.items() if n)
        in_turn = sorted(found.slots, key=lambda one: (one.person, one.start))
        assert all(a.person != b.person or a.end <= b.start for a, b in itertools.pairwise(in_turn))
        assert found.bound <= found.end < max(slot.end for slot in best_by_rules(jobs))


def job(**values):
    given = {"process": None, "department": PRESS.id, "customer": None, "priority": "normal", "urgency": 1}
    return Job(**{"id": uuid7(), "due_at": None, "minutes": Decimal(60), **given, **values})


def person(name, **values):
    return Person(
        **{
            "id": uuid7(),
            "name": name,
            "department": PRESS.id,
            "role": "operator",
            "active": True,
            "load": Decimal(0),
            **values,
        }
    )


def planned(jobs, people, *, penalty=120, declined=None):
    floor = Floor(places=(PRESS,), people=tuple(people), at=MONDAY, declined=declined or {})
    answer = plan(Snapshot(tuple(jobs), floor), Settings(penalty, 100, 5), seconds=0.2)
    return answer, {row.job.id: row for row in answer.rows}


class TestPlanning:
    """What a planner would expect of small plans."""

    def test_work_is_shared_by_minutes_and_not_by_tasks(self):
        jobs = [job(minutes=Decimal(m)) for m in (240, 60, 60, 60, 60)]
        answer, _ = planned(jobs, [person("Ana"), person("Omar")])
        assert sorted(answer.after.load.values()) == [240, 240]

    def test_published_work_moves_only_for_more_than_the_penalty(self):
        """Four hours of one person's work could wait for half as long with two."""
        ana, omar = person("Ana", load=Decimal(240)), person("Omar")
        jobs = [job(holder=ana.id) for _ in range(4)]
        for penalty, moved in ((0, 2), (10_000, 0)):
            _, rows = planned(jobs, [ana, omar], penalty=penalty)
            assert sum(row.person == omar.id for row in rows.values()) == moved

    def test_what_holders_already_have_is_not_counted_twice(self):
        """`load` holds the snapshot's tasks too; a room of two tasks has room for both."""
        ana = person("Ana", load=Decimal(120), room=Decimal(120))
        answer, rows = planned([job(holder=ana.id), job(holder=ana.id)], [ana])
        assert {row.person for row in rows.values()} == {ana.id}
        assert answer.after.load == {ana.id: 120}

    def test_whoever_has_no_room_is_named_as_the_reason(self):
        one, two = job(urgency=3), job()
        answer, rows = planned([one, two], [person("Ana", room=Decimal(60))])
        assert rows[one.id].person
        assert rows[two.id].person is None
        assert answer.refusals[two.id] == {"overloaded": 1}

    def test_who_holds_more_than_their_room_gives_some_away(self):
        """Somebody made room for less, or a task was forced on them: what fits stays, the rest goes to who has room."""
        ana, omar = person("Ana", load=Decimal(120), room=Decimal(60)), person("Omar", load=Decimal(600))
        _, rows = planned([job(holder=ana.id), job(holder=ana.id)], [ana, omar], penalty=10_000)
        assert sorted(row.person == ana.id for row in rows.values()) == [False, True]
        assert {row.person for row in rows.values()} == {ana.id, omar.id}

    def test_nobody_gets_more_than_they_have_time_for(self):
        """Two hours of a shift are left of the days planned for, whatever their room is."""
        two_hours = (Span(MONDAY, MONDAY + 2 * HOUR),)
        answer, rows = planned([job(minutes=Decimal(90)) for _ in range(2)], [person("Ana", shifts=two_hours)])
        assert sorted(row.person is None for row in rows.values()) == [False, True]
        assert answer.after.unassigned == 1

    def test_who_has_declined_is_not_asked_again(self):
        ana, one = person("Ana"), job()
        answer, rows = planned([one], [ana], declined={one.id: frozenset({ana.id})})
        assert rows[one.id].person is None
        assert answer.refusals[one.id] == {"declined": 1}

    def test_being_late_gives_nobody_more_than_their_room(self):
        """Two tasks are due within the hour; the one other person would do one at once, and has room for half of it."""
        ana, omar = person("Ana"), person("Omar", room=Decimal(30))
        jobs = [job(due_at=MONDAY + HOUR, urgency=3) for _ in range(2)]
        answer, rows = planned(jobs, [ana, omar])
        assert {row.person for row in rows.values()} == {ana.id}
        assert answer.after.late_tasks == 1

    def test_equal_people_in_another_order_get_the_same(self):
        people, jobs = [person("Ana") for _ in range(4)], [job(minutes=Decimal(m)) for m in (30, 45, 60, 60, 90, 120)]
        one, other = (planned(some_jobs, some) for some_jobs, some in ((jobs, people), (jobs[::-1], people[::-1])))
        assert one[0] == other[0]

    def test_a_certificate_has_to_last_until_the_work_is_done(self):
        """Valid today is not enough for what comes the day after tomorrow."""
        last = {"WELD": Certificate(5, MONDAY.date())}
        days = tuple(Span(MONDAY + d * 24 * HOUR, MONDAY + (d * 24 + 8) * HOUR) for d in range(5))
        jobs = [job(skill="WELD", minutes=Decimal(300)) for _ in range(2)]
        answer, rows = planned(jobs, [person("Ana", skills=last, shifts=days)])
        assert sorted(row.person is None for row in rows.values()) == [False, True]
        assert {"certificate_expired": 1} in answer.refusals.values()

    def test_work_goes_on_in_the_next_shift_after_an_absence(self):
        shifts = (Span(MONDAY, MONDAY + HOUR), Span(MONDAY + 24 * HOUR, MONDAY + 26 * HOUR))
        one = job(minutes=Decimal(90))
        _, rows = planned([one], [person("Ana", shifts=shifts)])
        assert rows[one.id].starts_at == MONDAY
        assert rows[one.id].ends_at == MONDAY + 24.5 * HOUR

    def test_an_urgent_task_comes_first_and_a_step_waits_for_the_one_before(self):
        order = uuid7()
        first, second = job(order=order, step=10), job(order=order, step=20, due_at=MONDAY + 2 * HOUR, urgency=3)
        answer, rows = planned([second, first, job(minutes=Decimal(400))], [person("Ana")])
        assert rows[first.id].ends_at == rows[second.id].starts_at
        assert answer.after.late_tasks == 0

    def test_the_next_best_are_named(self):
        ana, omar, ivan = person("Ana"), person("Omar", load=Decimal(60)), person("Ivan", load=Decimal(300))
        one = job()
        _, rows = planned([one], [omar, ana, ivan])
        assert rows[one.id].person == ana.id
        assert [who for who, _ in rows[one.id].others] == [omar.id, ivan.id]
        assert rows[one.id].parts == {"minutes": 60, "skill": 0, "late": 0, "moved": 0, "load": 60}

    def test_a_department_of_hundreds_is_used_evenly(self):
        """Not everybody is looked at for every task there, but everybody for some; whoever has one is among them."""
        people = [person(f"P{number:03}") for number in range(300)]
        jobs = [job(holder=people[-1].id), *(job() for _ in range(299))]
        answer, rows = planned(jobs, people)
        assert rows[jobs[0].id].person == people[-1].id
        assert set(answer.after.load.values()) == {60}

    def test_progress_is_told(self):
        told = []
        plan(Snapshot((), Floor(at=MONDAY)), Settings(0, 100, 5), seconds=1, tell=lambda *one: told.append(one))
        assert [phase for phase, _, _ in told] == ["pairing", "giving", "timing", "comparing"]


def test_no_web_process_loads_a_solver():
    """They take a third of a second and fifty megabytes each, and a solver inside a request would block it."""
    asked = "import django; django.setup(); import config.urls, sys; print('ortools' in sys.modules)"
    ran = subprocess.run(
        [sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    assert ran.stdout.split() == ["False"]
