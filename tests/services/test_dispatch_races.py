"""Many who give, take and exchange work in the same moment: every task has one holder, and nobody more than fits.

As in test_races every guarantee has a control: with its guard taken out it must be seen to break. The crowd of the
first test plays a few rounds here; `make race-dispatch` lets it play two hundred.
"""

import collections
import functools
import os
import random
import threading
import time
from unittest import mock

import pytest

from dispatch import problems as reasons
from dispatch import queries
from dispatch.actions import assignments
from dispatch.actions.assignments import offering
from dispatch.models import Assignment
from tenants.actions import members
from tenants.context import tenant
from tenants.errors import NotAllowed
from tenants.models import Member
from tests.factories import (
    CapacityFactory,
    DepartmentFactory,
    OperatorFactory,
    OrganizationFactory,
    SupervisorFactory,
    WorkOrderFactory,
)
from tests.support import wait
from tests.support.racing import Meeting, no_constraint, no_lock, no_version, race, rounds
from workorder.actions import tasks
from workorder.actions.tasks import work
from workorder.models import WorkOrder, WorkOrderTask

pytestmark = pytest.mark.django_db(transaction=True)
ONE_OPEN = ("dispatch_assignment", "assignment_one_open_per_task")
ROUNDS = int(os.environ.get("RACE_ROUNDS", "10"))
MINUTES = 30  # what each task here is estimated at
PLENTY = 100_000


@pytest.fixture
def figures(record_property):
    """Says what came of a crowd in the report."""

    def figures(what, counts):
        said = f"{what}: " + ", ".join(f"{name} {count}" for name, count in sorted(counts.items()))
        record_property("figures", said)
        return counts

    return figures


@pytest.fixture
def north():
    return OrganizationFactory(slug="north")


@pytest.fixture
def floor(north):
    """`floor(operators, tasks)`: people of one department, a supervisor, and ready tasks of an order."""

    def floor(operators, count, *, open_minutes=PLENTY, apart=False):
        department = DepartmentFactory(organization=north)
        people = [OperatorFactory(organization=north, department=department) for _ in range(operators)]
        for member in people:
            CapacityFactory(organization=north, member=member, open_minutes=open_minutes)
        boss = SupervisorFactory(organization=north, department=department)
        steps = [[1]] * count if apart else [[count]]
        with tenant(north):
            made = [
                WorkOrderFactory(organization=north, line__steps=step, line__department=department, at="released")
                for step in steps
            ]
            found = WorkOrderTask.objects.filter(work_order__in=made).select_related("work_order", "process")
            return people, boss, list(found.order_by("pk"))

    return floor


def within(organization, function, *args, **kwargs):
    """A call that stands inside the organization, as a request does."""

    def call():
        with tenant(organization):
            return function(*args, **kwargs)

    return call


def kind_of(answer):
    """What came of a call in one word: what it was refused for, or `done`."""
    if isinstance(answer, NotAllowed):
        return answer.problems[0].code
    return type(answer).__name__ if isinstance(answer, Exception) else "done"


def open_by_task(north):
    """How many open assignments each task has that has any."""
    with tenant(north):
        return collections.Counter(Assignment.objects.open().values_list("task_id", flat=True))


def unheld(those):
    """Members as they are, held by nobody."""
    return list(Member.objects.select_related("user", "organization").filter(pk__in=[member.pk for member in those]))


class Crowd:
    """Sixty-four who want one task: claimers, supervisors who give it, the engine, and some who give it on."""

    CLAIM, ASSIGN, OFFER, REASSIGN = 28, 20, 8, 8
    SIZE = CLAIM + ASSIGN + OFFER + REASSIGN

    def __init__(self, north, people, contested):
        self.north, self.people, self.contested = north, people, contested
        self.bosses = [
            SupervisorFactory(organization=north, department=people[0].department)
            for _ in range(self.ASSIGN + self.REASSIGN)
        ]

    def players(self):
        """Each a function of the round. Everybody speaks for themselves, so that nothing is a retry."""
        acts = [functools.partial(self.claim, by=member) for member in self.people[: self.CLAIM]]
        acts += [functools.partial(self.assign, by=boss) for boss in self.bosses[: self.ASSIGN]]
        acts += [self.offer] * self.OFFER
        acts += [functools.partial(self.reassign, by=boss) for boss in self.bosses[self.ASSIGN :]]
        return [self._player(act, random.Random(seed)) for seed, act in enumerate(acts)]

    def _player(self, act, chance):
        def play(number):
            act(self.contested[number], member=chance.choice(self.people))
            return act.func.__name__ if isinstance(act, functools.partial) else act.__name__

        return play

    def claim(self, task, *, member, by):
        with tenant(self.north):
            return assignments.claim(task, by=by)

    def assign(self, task, *, member, by):
        with tenant(self.north):
            return assignments.assign(task, by=by, member=member)

    def offer(self, task, *, member):
        """If it is taken the engine has nothing to do, which is no refusal."""
        with tenant(self.north):
            return assignments.offer_best(task)

    def reassign(self, task, *, member, by):
        """Waits until somebody has it, and gives it to another."""

        def standing():
            with tenant(self.north):
                return Assignment.objects.of_task(task).select_related("task").open().first()

        found = wait.until(standing, within=10, every=0.002, why="somebody has the task")
        with tenant(self.north):
            return assignments.reassign(found, by=by, member=member)

    def winners(self, number, answers):
        """Who got the task of a round from its queue: claims and gifts that were answered, and the engine's choice."""
        with tenant(self.north):
            chosen = Assignment.objects.of_task(self.contested[number]).exclude(input_hash="").count()
        return sum(answer in ("claim", "assign") for answer in answers) + chosen


class TestOneTask:
    """Sixty-four at once on one task, round after round: one gets it, and whoever does not is told who has it."""

    REASONS = {"already_assigned", "already_withdrawn", "already_theirs"}

    def play(self, north, floor, count):
        people, _, contested = floor(Crowd.CLAIM, count)
        crowd = Crowd(north, people, contested)
        found = rounds(crowd.players(), count)
        counts = collections.Counter(kind_of(answer) for answers in found for answer in answers)
        winners = [crowd.winners(number, answers) for number, answers in enumerate(found)]
        holders = open_by_task(north)
        return counts, winners, [holders[task.pk] for task in contested]

    @pytest.mark.timeout(60 + 4 * ROUNDS)
    def test_one_winner_each_round(self, north, floor, figures):
        began = time.monotonic()
        counts, winners, holders = self.play(north, floor, ROUNDS)

        seconds = round(time.monotonic() - began)
        refused = sum(counts[reason] for reason in self.REASONS)
        figures(f"{Crowd.SIZE} on one task, {ROUNDS} rounds, {seconds} s", counts | {"refused": refused})
        assert winners == [1] * ROUNDS
        assert holders == [1] * ROUNDS
        assert set(counts) <= {"done", *self.REASONS}  # no deadlock, no lock that timed out, no error of the database

    def test_control_without_guards_several_win(self, north, floor, figures, database_urls):
        """The race is real: nothing but the guards stands between sixty-four people and one task."""
        unlucky = Meeting(Crowd.CLAIM, patience=0.3)
        with (
            no_lock(),
            no_version(),
            no_constraint(database_urls.owner, *ONE_OPEN),
            mock.patch.object(offering, "locked_members", unheld),
            mock.patch.object(reasons, "of_claiming", unlucky.after(reasons.of_claiming)),
        ):
            counts, winners, holders = self.play(north, floor, 2)

        figures(f"control: {Crowd.SIZE} on one task without guards, 2 rounds", counts | {"winners": sum(winners)})
        assert min(holders) > 1

    @pytest.mark.parametrize("door", ["claim", "assign"])
    def test_over_http_everybody_else_gets_409_with_the_reason(self, north, floor, api_client, figures, door):
        """What the crowd above meets inside is what people see: no 5xx, and a sentence that names who has it."""
        people, boss, [task] = floor(32, 1)
        clients = [
            api_client.as_(
                member if door == "claim" else SupervisorFactory(organization=north, department=boss.department)
            )
            for member in people
        ]
        clients[0].get("me/")  # the schema that answers are held against is made once

        answers = race(
            *(
                lambda client=client, member=member: client.post(
                    f"tasks/{task.pk}/{door}/", {} if door == "claim" else {"member": str(member.pk)}
                )
                for client, member in zip(clients, people, strict=True)
            )
        )

        counts = collections.Counter(str(getattr(answer, "status_code", answer)) for answer in answers)
        figures(f"32 {door} one task over HTTP", counts)
        assert counts == {"200": 1, "409": 31}
        assert {tuple(answer.codes) for answer in answers if answer.status_code == 409} == {("already_assigned",)}


class TestRoom:
    """What fits one member is counted under their lock: sixteen at once never fill a plate for eight."""

    CROWD, FIT = 16, 8

    def give(self, north, floor):
        [member], boss, many = floor(1, self.CROWD, open_minutes=self.FIT * MINUTES, apart=True)
        answers = race(*(within(north, assignments.assign, task, by=boss, member=member) for task in many))
        return collections.Counter(kind_of(answer) for answer in answers)

    def test_never_more_than_there_is_room_for(self, north, floor, figures):
        counts = figures("16 give to one with room for 8", self.give(north, floor))

        assert counts == {"done": self.FIT, "overloaded": self.CROWD - self.FIT}

    def test_control_without_the_members_lock_all_of_them_fit(self, north, floor, figures):
        """Each finds the plate empty, which it was."""
        met = Meeting(self.CROWD).after(queries.judge)
        with mock.patch.object(offering, "locked_members", unheld), mock.patch.object(queries, "judge", met):
            counts = figures("control: 16 give to one whom nobody holds", self.give(north, floor))

        assert counts["done"] > self.FIT

    def test_engine_fills_no_plate_over_the_brim(self, north, floor, figures):
        """Two people with room for four each: of sixteen tasks that become ready together eight find somebody."""
        _, _, many = floor(2, self.CROWD, open_minutes=4 * MINUTES, apart=True)

        answers = race(*(within(north, assignments.offer_best, task) for task in many))

        counts = collections.Counter("queued" if answer is None else kind_of(answer) for answer in answers)
        figures("16 offers for two with room for 4 each", counts)
        assert counts == {"done": 8, "queued": 8}
        with tenant(north):
            held = collections.Counter(Assignment.objects.open().values_list("member_id", flat=True))
        assert sorted(held.values()) == [4, 4]


class TestStart:
    """One member, two tasks, both started in the same moment: they have two hands for one."""

    @pytest.fixture
    def starts(self, north, floor):
        [member], boss, pair = floor(1, 2, apart=True)
        with tenant(north):
            for task in pair:
                assignments.assign(task, by=boss, member=member)

        def starts():
            with mock.patch.object(work, "_of_full_hands", Meeting(2).after(work._of_full_hands)):
                answers = race(*(within(north, tasks.start, task, by=member) for task in pair))
            with tenant(north):
                running = WorkOrderTask.objects.running().count()
            return sorted(kind_of(answer) for answer in answers), running

        return starts

    def test_one_of_them_begins(self, starts):
        assert starts() == (["done", "too_many_running"], 1)

    def test_control_without_the_members_lock_both_do(self, starts):
        with no_lock():
            assert starts() == (["done", "done"], 2)


class TestSwap:
    """Three exchange in a ring: A with B, B with C, C with A. Whoever comes later finds it gone, and nobody waits in a
    ring."""

    TIMES = 5

    @pytest.fixture
    def ring(self, north, floor, figures):
        people, boss, many = floor(3, 3 * self.TIMES, apart=True)
        bosses = [SupervisorFactory(organization=north, department=boss.department) for _ in range(3)]
        trios = [many[start : start + 3] for start in range(0, len(many), 3)]
        with tenant(north):
            for trio in trios:
                for task, member in zip(trio, people, strict=True):
                    assignments.assign(task, by=boss, member=member)
            mine = {row.task_id: row for row in Assignment.objects.select_related("task", "member__user")}

        def player(place):
            def play(number):
                trio = [mine[task.pk] for task in trios[number]]
                with tenant(north):
                    return assignments.swap(trio[place], trio[(place + 1) % 3], by=bosses[place])

            return play

        def ring(what):
            found = rounds([player(place) for place in range(3)], self.TIMES)
            counts = collections.Counter(kind_of(answer) for answers in found for answer in answers)
            return figures(what, counts), [open_by_task(north)[task.pk] for trio in trios for task in trio]

        return ring

    def test_one_exchange_and_no_deadlock(self, ring):
        counts, holders = ring("3 exchange in a ring, 5 times")

        assert counts == {"done": self.TIMES, "already_withdrawn": 2 * self.TIMES}
        assert holders == [1] * (3 * self.TIMES)

    def test_control_without_the_order_of_locks_they_wait_for_each_other(self, ring):
        """Each holds what it names first: the database has to break the ring."""
        met = Meeting(3).after(lambda order: WorkOrder.objects.lock(order))

        def in_the_order_said(those):
            met(those[0].work_order_id)
            return {task.pk: tasks.lock(task) for task in those}

        with mock.patch.object(offering, "hold_tasks", in_the_order_said):
            counts, _ = ring("control: 3 exchange in a ring, locked as named")

        assert counts["OperationalError"] > 0


class TestReoffer:
    """Somebody is sent away while they claim a task: it does not stay with who is gone."""

    @pytest.fixture
    def leaves(self, north, floor):
        """Omar has been found fit for what he claims; before it is written down, he is sent away if nothing hinders."""
        [omar], _, [task] = floor(1, 1)
        ask = queries.judge
        judged, gone = threading.Event(), threading.Event()

        def judge(*args, **kwargs):
            found = ask(*args, **kwargs)
            judged.set()
            gone.wait(1)
            return found

        def go():
            judged.wait(5)
            with tenant(north):
                sent_away = members.edit(omar, by=None, active=False)
            with tenant(north):
                assignments.reoffer(sent_away, by=None, because="Omar is no longer active.")
            gone.set()

        def leaves():
            with mock.patch.object(queries, "judge", judge):
                answers = race(within(north, assignments.claim, task, by=omar), go)
            return [kind_of(answer) for answer in answers], sum(open_by_task(north).values())

        return leaves

    def test_what_they_took_is_taken_back(self, leaves):
        assert leaves() == (["done", "done"], 0)

    def test_control_without_the_members_lock_it_stays(self, leaves):
        """When it was taken back it was not there yet."""
        with mock.patch.object(offering, "locked_members", unheld):
            assert leaves() == (["done", "done"], 1)
