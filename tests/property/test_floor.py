"""Any sequence of verbs by anybody leaves the floor whole: Hypothesis writes the sequences, the invariants judge.

It says mostly what a member may say, sometimes anything at all. After every step everything is read back and held
against a count of its own. A failure comes back as the shortest sequence of steps that leads to it.
"""

import collections
import datetime
import os
from decimal import Decimal
from unittest import mock

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tenants import transitions
from tenants.context import tenant
from tenants.errors import Invalid, NotAllowed, Stale
from tenants.models import Event
from tenants.transitions import change
from tests.factories import ProcessFactory, ProductFactory, RoutingStepFactory
from tests.golden.events import WRITTEN_BY
from tests.golden.states import ENDED, GRIDS, INITIAL, INTERNAL
from workorder import access
from workorder.actions import orders, processes, tasks
from workorder.actions.tasks import reports, work
from workorder.models import Downtime, TaskReport, WorkOrder, WorkOrderProcess, WorkOrderTask, steps_of

ACTIONS = {"workorder": orders, "process": processes, "task": tasks}
VERBS = {
    noun: sorted({verb for _, verb in GRIDS[noun]} - INTERNAL[noun] - {"edit"})
    for noun in ("workorder", "process", "task")
}
MEMBERS = ("vera", "omar", "sina", "pia", "ada", "odd", "bea")
ROUTINGS = {"single": [1], "two steps": [1, 1], "side by side": [2, 1], "long": [1, 2, 1]}
MOST_ORDERS = 3
ENOUGH = 100
OFTEN = {  # no sequence is worth much that never came so far
    ("workorder", "release"),
    ("workorder", "hold"),
    ("process", "skip"),
    ("task", "start"),
    ("task", "pause"),
    ("task", "report"),
    ("task", "split"),
    ("task", "complete"),
    ("report", "take_back"),
}
EXAMPLES = int(os.environ.get("PROPERTY_EXAMPLES", "0"))
DUE = datetime.datetime(2031, 3, 1, 12, tzinfo=datetime.UTC)
SETTINGS = settings(
    max_examples=EXAMPLES or 12,
    stateful_step_count=40,
    derandomize=not EXAMPLES,  # named by hand it looks for what nobody has seen; otherwise it is the same every time
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
SENTENCES = st.sampled_from(["Not now.", "Out of paper."])
PIECES = st.integers(0, 6)


def words_of(verb, draw):
    """What is said along with a verb, as a member might."""
    match verb:
        case "reject":
            return {"comment": draw(SENTENCES)}
        case "hold" | "cancel" | "reopen" | "skip":
            return {"reason": draw(SENTENCES)}
        case "reschedule":
            return {"due_at": DUE + datetime.timedelta(days=draw(st.integers(0, 3)))}
        case "prioritize":
            return {"priority": draw(st.sampled_from(["low", "normal", "urgent"]))}
        case "complete":
            return {"rest": draw(st.sampled_from(["", "new_task"]))}
        case "report":
            return {name: draw(PIECES) for name in ("good", "defect", "rework", "minutes")}
    return {}


class Floor(RuleBasedStateMachine):
    """Up to three orders of north, and everybody who works there."""

    world = products = None  # set for each run
    said = collections.Counter()

    @initialize(data=st.data(), routing=st.sampled_from(sorted(ROUTINGS)), quantity=st.integers(1, 9))
    def open_the_door(self, data, routing, quantity):
        """One order is on the floor already, or most sequences would end before anybody has worked."""
        self._undone = transaction.atomic()
        self._undone.__enter__()
        self._inside = tenant(self.world.north)
        self._inside.__enter__()
        self.people = [getattr(self.world, name) for name in MEMBERS]
        self.orders, self.ended, self.last = [], {}, None
        self._write(routing, quantity)
        self._put_on_the_floor(data.draw, WorkOrder.objects.get(pk=self.orders[0]))

    def teardown(self):
        self._inside.__exit__(None, None, None)
        transaction.set_rollback(True)
        self._undone.__exit__(None, None, None)

    # --- what is there, in an order that does not depend on ids ----------------------------------------------------
    def rows(self):
        found = list(WorkOrder.objects.filter(pk__in=self.orders).order_by("number"))
        found += (
            WorkOrderProcess.objects.filter(work_order__in=self.orders)
            .select_related("work_order")
            .order_by("work_order__number", "sequence")
        )
        return found + self.tasks()

    def tasks(self):
        found = WorkOrderTask.objects.filter(work_order__in=self.orders).select_related("work_order", "process")
        return list(found.order_by("work_order__number", "process__sequence", "created_at", "title", "quantity"))

    def say(self, noun, verb, act):
        """Say it as a request would: all of it or nothing. Answers what was done, None if it was refused."""
        before = Event.objects.count()
        try:
            with transaction.atomic():
                done = act()
        except (NotAllowed, Invalid, Stale) as refusal:
            assert Event.objects.count() == before
            self.said[noun, verb, type(refusal).__name__] += 1
            return None
        self.said[noun, verb, "done"] += 1
        return done

    def press(self, draw, member, row, verb, **more):
        words, act = words_of(verb, draw) | more, getattr(ACTIONS[row.NOUN], verb)
        if self.say(row.NOUN, verb, lambda: act(row, by=member, **words)) is not None:
            self.last = (member, row, verb, words)

    # --- what people do --------------------------------------------------------------------------------------------
    @precondition(lambda self: len(self.orders) < MOST_ORDERS)
    @rule(routing=st.sampled_from(sorted(ROUTINGS)), quantity=st.integers(1, 9))
    def write_an_order(self, routing, quantity):
        self._write(routing, quantity)

    def _write(self, routing, quantity):
        lines = [{"product": self.products[routing], "quantity": Decimal(quantity)}]
        order = orders.create(by=self.world.pia, customer=self.world.customer, title=routing, due_at=DUE, lines=lines)
        self.orders.append(order.pk)

    @precondition(lambda self: self.orders)
    @rule(data=st.data())
    def put_an_order_on_the_floor(self, data):
        orders_by_now = list(WorkOrder.objects.filter(pk__in=self.orders).order_by("number"))
        self._put_on_the_floor(data.draw, data.draw(st.sampled_from(orders_by_now)))

    def _put_on_the_floor(self, draw, order):
        for member, verb in ((self.world.pia, "submit"), (self.world.ada, "approve"), (self.world.pia, "release")):
            self.press(draw, member, order, verb)

    @precondition(lambda self: self.orders)
    @rule(data=st.data())
    def say_what_is_allowed(self, data):
        """First the verb, then of what, then who: otherwise the many tasks would have all the say, and the viewer."""
        draw, boss = data.draw, self.world.ada
        offered = [(verb, row) for row in self.rows() for verb in access.verbs(boss, row) if verb in VERBS[row.NOUN]]
        if offered:
            chosen = draw(st.sampled_from(sorted({verb for verb, _ in offered} - {"cancel"}) or ["cancel"]))
            row = draw(st.sampled_from([row for verb, row in offered if verb == chosen]))
            self.press(draw, draw(st.sampled_from([m for m in self.people if access.may(m, chosen, row)])), row, chosen)

    @precondition(lambda self: self.orders)
    @rule(data=st.data())
    def say_anything(self, data):
        """Also what nobody is offered: the verb has to know better."""
        row = data.draw(st.sampled_from(self.rows()))
        verb = data.draw(st.sampled_from(VERBS[row.NOUN]))
        self.press(data.draw, data.draw(st.sampled_from(self.people)), row, verb)

    @precondition(lambda self: self.orders)
    @rule(data=st.data())
    def work_a_task_off(self, data):
        """Start what may start, report on it and complete it."""
        if ready := [task for task in self.tasks() if task.status in ("ready", "in_progress")]:
            task = data.draw(st.sampled_from(ready))
            for verb, more in (
                ("start", {}),
                ("report", {"good": task.missing_quantity, "defect": 0}),
                ("complete", {}),
            ):
                self.press(data.draw, self.world.ada, task, verb, **more)

    @precondition(lambda self: self.orders)
    @rule(data=st.data())
    def give_a_task(self, data):
        if found := self.tasks():
            task, member = data.draw(st.sampled_from(found)), data.draw(st.sampled_from(self.people))
            self.say("task", "assign", lambda: tasks.assign(task, by=self.world.sina, member=member))

    @precondition(lambda self: self.orders)
    @rule(data=st.data(), quantity=PIECES)
    def split_a_task(self, data, quantity):
        if found := self.tasks():
            task = data.draw(st.sampled_from(found))
            self.say("task", "split", lambda: tasks.split(task, by=self.world.sina, parts=[{"quantity": quantity}]))

    @precondition(lambda self: self.orders)
    @rule(data=st.data())
    def merge_two_tasks(self, data):
        found = self.tasks()
        if parts := [task for task in found if task.split_from_id]:
            part, task = data.draw(st.sampled_from(parts)), data.draw(st.sampled_from(found))
            self.say("task", "merge", lambda: tasks.merge(task, by=self.world.sina, parts=[part]))

    @precondition(lambda self: self.orders)
    @rule(data=st.data())
    def take_a_report_back(self, data):
        found = TaskReport.objects.filter(task__work_order__in=self.orders).select_related("task__process")
        if found := list(found.order_by("created_at", "good", "defect")):
            report = data.draw(st.sampled_from(found))
            self.say("report", "take_back", lambda: tasks.take_back(report, by=report.member))

    @precondition(lambda self: self.last)
    @rule()
    def say_it_again(self):
        """The answer was lost, so the same is said once more: a verb that moves does not move twice."""
        member, row, verb, words = self.last
        moves = row.MOVES.moves.get(verb)
        fresh = type(row).objects.get(pk=row.pk)
        act = getattr(ACTIONS[row.NOUN], verb)
        if moves and fresh.status in moves.targets - moves.sources:
            self.say(row.NOUN, verb, lambda: act(row, by=member, **words))
            assert type(row).objects.get(pk=row.pk).version == fresh.version

    @precondition(lambda self: self.last)
    @rule(data=st.data())
    def say_it_from_an_old_page(self, data):
        """Whoever names a version that has passed is told, whatever they want."""
        member, row, verb, words = self.last
        fresh = type(row).objects.get(pk=row.pk)
        act = getattr(ACTIONS[row.NOUN], verb)
        assert self.say(row.NOUN, verb, lambda: act(row, by=member, seen=fresh.version + 1, **words)) is None

    # --- what holds after every step -------------------------------------------------------------------------------
    @invariant()
    def the_floor_is_whole(self):
        rows = self.rows() if self.orders else []
        by_noun = {noun: [row for row in rows if noun == row.NOUN] for noun in VERBS}
        reported = collections.defaultdict(list)
        for report in TaskReport.objects.filter(task__work_order__in=self.orders):
            reported[report.task_id].append(report)
        _reports_add_up(by_noun["task"], reported)
        _turns_are_kept(by_noun)
        _statuses_agree(by_noun)
        _progress_is_a_recount(by_noun, reported)
        _histories_replay(rows)
        self._ended_for_good(rows)

    def _ended_for_good(self, rows):
        for row in rows:
            assert self.ended.get(row.pk, row.status) == row.status
            if row.status in ENDED[row.NOUN]:
                self.ended[row.pk] = row.status


def _reports_add_up(found, reported):
    """Sums are those of the rows, and never more than the task may hold."""
    for task in found:
        rows = reported[task.pk]
        assert task.completed_quantity == sum(row.good for row in rows)
        assert task.defect_quantity == sum(row.defect for row in rows)
        assert task.rework_quantity == sum(row.rework for row in rows)
        assert task.actual_minutes == sum(row.minutes for row in rows)
        assert 0 <= task.completed_quantity + task.defect_quantity == task.reported_quantity <= task.max_quantity


def _turns_are_kept(found):
    """Nothing of a step has begun before every process of the earlier ones has ended."""
    for order in found["workorder"]:
        may_begin = True
        for step in steps_of(process for process in found["process"] if process.work_order_id == order.pk):
            here = {process.pk for process in step}
            begun = [task for task in found["task"] if task.process_id in here and task.started_at]
            assert may_begin or not begun
            assert may_begin or all(process.status in ("waiting", "skipped", "cancelled") for process in step)
            may_begin = may_begin and all(process.status in ENDED["process"] for process in step)


def _statuses_agree(found):
    """A process is what its tasks are, an order what its processes are, and a downtime lasts while its task rests."""
    standing = set(Downtime.objects.filter(ended_at=None).values_list("task_id", flat=True))
    assert standing & {task.pk for task in found["task"]} == {t.pk for t in found["task"] if t.status == "paused"}
    for process in found["process"]:
        own = [task for task in found["task"] if task.process_id == process.pk]
        ended = process.status in ENDED["process"]
        assert not own or ended == all(task.status in ENDED["task"] for task in own)
        assert sum(task.quantity for task in own if task.status != "cancelled") <= process.quantity
    for order in found["workorder"]:
        own = [process for process in found["process"] if process.work_order_id == order.pk]
        done = all(process.status in ENDED["process"] for process in own)
        assert order.status not in ("released", "in_progress") or not done
        assert order.status not in ("completed", "closed", "cancelled") or done


def _progress_is_a_recount(found, reported):
    """Counted from the reports: what was skipped or given up weighs nothing, what is completed weighs all."""
    for order in found["workorder"]:
        own = [process for process in found["process"] if process.work_order_id == order.pk]
        weighed = [process for process in own if process.status not in ("skipped", "cancelled")]
        made = Decimal(0)
        for process in weighed:
            rows = [row for task in found["task"] if task.process_id == process.pk for row in reported[task.pk]]
            pieces = sum((row.good + row.defect for row in rows), Decimal(0))
            made += process.quantity if process.status == "completed" else min(pieces, process.quantity)
        whole = sum((process.quantity for process in weighed), Decimal(0))
        nothing_left = Decimal(100 if order.status in ("completed", "closed") else 0)
        expected = (100 * made / whole).quantize(Decimal("0.01")) if whole else nothing_left
        assert order.status == "cancelled" or order.progress == expected


def _histories_replay(rows):
    """One event for each version, none left out; and whoever reads the events alone arrives at the status."""
    told = collections.defaultdict(list)
    for event in Event.objects.filter(subject_id__in=[row.pk for row in rows]).order_by("subject_version"):
        told[event.subject_id].append(event)
    for row in rows:
        history = [event for event in told[row.pk] if event.subject_type == row.NOUN]
        first = 1 if row.NOUN != "process" else 2  # a process is told of with its order, and by itself once it moves
        assert [event.subject_version for event in history] == list(range(first, row.version + 1))
        assert replayed(row.NOUN, [event.kind for event in history]) == row.status


def replayed(noun, kinds):
    """The status the golden table gives after these events."""
    verbs = {kind: verb for (of, verb), kind in WRITTEN_BY.items() if of == noun}
    status, held_from = INITIAL[noun], ""
    for kind in kinds:
        verb = verbs.get(kind)
        cell = GRIDS[noun].get((status, verb), "+")
        assert cell not in ("-", "="), f"{kind} in {status}"
        if verb == "resume" and noun == "workorder":
            status, held_from = held_from, ""
        elif cell != "+":
            held_from = status if verb == "hold" else held_from
            status = cell
    return status


@pytest.fixture
def products(world):
    """A product for each routing; the last process of each is made in batches of four."""
    found = {}
    for name, widths in ROUTINGS.items():
        product = found[name] = ProductFactory(organization=world.north)
        places = [place for width in widths for place in range(width)]
        for sequence, place in enumerate(places, start=1):
            is_last = sequence == len(places)
            process = ProcessFactory(
                organization=world.north, department=world.assembly, batch_size=Decimal(4) if is_last else None
            )
            RoutingStepFactory(
                organization=world.north,
                product=product,
                process=process,
                sequence=sequence * 10,
                parallel_with_previous=place > 0,
            )
    return found


def summed_wrongly(task, kind, data, *, by):
    change(task, kind, by=by, completed_quantity=data["good"], reported_quantity=data["good"])


def written_silently(obj, kind, *, by, data=None, **changes):
    type(obj).objects.filter(pk=obj.pk).update(version=obj.version + 1, **changes)


def led_anywhere(obj, verb):
    return []


GUARDS = {
    "progress is written with each report": (orders, "roll_up", lambda order: None),
    "sums are counted from the rows": (reports, "_recount", summed_wrongly),
    "a change has its event": (reports, "change", written_silently),
    "a verb leads where the table says": (transitions, "wrong_state", led_anywhere),
    "a rest ends its downtime": (work, "end_downtime", lambda task: Decimal(0)),
}


@pytest.mark.slow
@pytest.mark.timeout(240)
class TestFloor:
    """Orders, processes and tasks, by everybody, in any sequence."""

    @pytest.fixture(autouse=True)
    def floor(self, world, products):
        Floor.world, Floor.products, Floor.said = world, products, collections.Counter()

    def test_any_sequence_of_verbs_leaves_the_floor_whole(self, record_property):
        run_state_machine_as_test(Floor, settings=SETTINGS)

        done = {(noun, verb): count for (noun, verb, how), count in Floor.said.items() if how == "done"}
        refused = sum(count for (_, _, how), count in Floor.said.items() if how != "done")
        told = f"{len(done)} verbs done {sum(done.values())} times, {refused} refusals"
        record_property("figures", f"any sequence of verbs: {told}")
        assert done.keys() >= OFTEN
        assert sum(done.values()) > ENOUGH
        assert refused > ENOUGH

    @pytest.mark.parametrize("guard", GUARDS)
    def test_control_without_a_guard_a_sequence_is_found(self, guard):
        """An invariant that never fails may be one that never looks."""
        owner, name, broken = GUARDS[guard]

        with mock.patch.object(owner, name, broken), pytest.raises((AssertionError, IntegrityError)):
            run_state_machine_as_test(Floor, settings=settings(SETTINGS, phases=[Phase.generate]))
