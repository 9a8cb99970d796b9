"""The floor as a machine for Hypothesis: up to three orders of north, everybody who works there, and what they say.

They say mostly what they may, sometimes anything at all, twice, or from an old page. After every step everything is
read back and held against `invariants`.
"""

import collections
import datetime
from decimal import Decimal

from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tenants import events
from tenants.context import tenant
from tenants.errors import Invalid, NotAllowed, Stale
from tenants.models import Event
from tests.golden.states import ENDED, GRIDS, INTERNAL
from tests.property import invariants
from workorder import access
from workorder.actions import orders, processes, tasks
from workorder.models import TaskReport, WorkOrder, WorkOrderProcess, WorkOrderTask

ACTIONS = {"workorder": orders, "process": processes, "task": tasks}
BESIDES = {"edit", "assign", "claim", "split", "merge"}  # who has it and how much of it: said below, or above
VERBS = {noun: sorted({verb for _, verb in GRIDS[noun]} - INTERNAL[noun] - BESIDES) for noun in ACTIONS}
MEMBERS = ("omar", "sina", "pia", "ada", "odd", "bea", "vera")
ROUTINGS = {"single": [1], "two steps": [1, 1], "side by side": [2, 1], "long": [1, 2, 1]}
MOST_ORDERS = 3
DUE = datetime.datetime(2031, 3, 1, 12, tzinfo=datetime.UTC)
# What may come next, as often as it stands here. One rule for all of it: Hypothesis leaves out some rules for a whole
# sequence, and then nobody would ever complete what was started.
HAPPENINGS = (
    *["task start", "task report"] * 4,
    *["task pause", "task resume", "task complete", "work_a_task_off", "say_what_is_allowed"] * 3,
    *["split_a_task", "take_a_report_back", "say_anything"] * 3,
    *["workorder resume", "say_it_again"] * 2,
    *["workorder hold", "workorder cancel", "process skip", "write_an_order", "put_an_order_on_the_floor"],
    *["task cancel", "merge_two_tasks", "give_a_task", "say_it_from_an_old_page"],
)


def words_of(row, verb, draw):
    """What is said along with a verb, as a member might."""
    match verb:
        case "reject":
            return {"comment": "Too dear."}
        case "hold" | "cancel" | "reopen" | "skip":
            return {"reason": "Out of paper."}
        case "reschedule":
            return {"due_at": DUE + datetime.timedelta(days=draw(st.integers(0, 3)))}
        case "prioritize":
            return {"priority": draw(st.sampled_from(["low", "normal", "urgent"]))}
        case "complete":
            return {"rest": draw(st.sampled_from(["", "new_task"]))}
        case "report":
            good = draw(st.integers(0, int(row.missing_quantity) + 1))  # one more than there is, now and then
            return {"good": good} | {name: draw(st.integers(0, 2)) for name in ("defect", "rework", "minutes")}
    return {}


# What there is, in an order that does not depend on ids: those are others when a sequence is tried again.
def processes_of(orders):
    found = WorkOrderProcess.objects.filter(work_order__in=orders).select_related("work_order")
    return list(found.order_by("work_order__number", "sequence"))


def tasks_of(orders):
    found = WorkOrderTask.objects.filter(work_order__in=orders).select_related("work_order", "process")
    return list(found.order_by("work_order__number", "process__sequence", "created_at", "title", "quantity"))


def reports_of(orders):
    found = TaskReport.objects.filter(task__work_order__in=orders).select_related("task__process")
    return list(found.order_by("created_at", "good", "defect"))


def say(said, noun, verb, act):
    """Say it as a request would: all of it or nothing. Answers what was done, None if it was refused."""
    before = Event.objects.count()
    try:
        with transaction.atomic():
            done = act()
    except (NotAllowed, Invalid, Stale) as refusal:
        assert Event.objects.count() == before
        said[noun, verb, type(refusal).__name__] += 1
        return None
    said[noun, verb, "done"] += Event.objects.count() > before
    return done


class Floor(RuleBasedStateMachine):
    """`world` and `products`, one for each routing, are set for each run; `said` counts what came of each verb."""

    world = products = None
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

    @rule(data=st.data())
    def something_happens(self, data):
        what, _, verb = data.draw(st.sampled_from(HAPPENINGS)).partition(" ")
        if verb:
            self.say_to_any(data.draw, [row for row in self.rows() if what == row.NOUN], verb)
        else:
            getattr(self, what)(data.draw)

    @invariant()
    def the_floor_is_whole(self):
        rows, reported = self.rows(), collections.defaultdict(list)
        found = {noun: [row for row in rows if noun == row.NOUN] for noun in VERBS}
        for report in reports_of(self.orders):
            reported[report.task_id].append(report)
        invariants.reports_add_up(found["task"], reported)
        invariants.turns_are_kept(found)
        invariants.statuses_agree(found)
        invariants.progress_is_a_recount(found, reported)
        invariants.histories_replay(rows)
        self._ended_is_ended(rows)

    def _ended_is_ended(self, rows):
        for row in rows:
            assert self.ended.get(row.pk, row.status) == row.status
            if row.status in ENDED[row.NOUN]:
                self.ended[row.pk] = row.status

    def rows(self):
        return [*self.written(), *processes_of(self.orders), *self.tasks()]

    def written(self):
        return list(WorkOrder.objects.filter(pk__in=self.orders).order_by("number"))

    def tasks(self):
        return tasks_of(self.orders)

    # --- saying something ------------------------------------------------------------------------------------------
    def say(self, noun, verb, act):
        return say(self.said, noun, verb, act)

    def press(self, draw, member, row, verb, **more):
        words, act = words_of(row, verb, draw) | more, getattr(ACTIONS[row.NOUN], verb)
        if self.say(row.NOUN, verb, lambda: act(row, by=member, **words)) is not None:
            self.last = (member, row, verb, words)

    # --- what happens ----------------------------------------------------------------------------------------------
    def write_an_order(self, draw):
        if len(self.orders) < MOST_ORDERS:
            self._write(draw(st.sampled_from(sorted(ROUTINGS))), draw(st.integers(1, 9)))

    def _write(self, routing, quantity):
        lines = [{"product": self.products[routing], "quantity": Decimal(quantity)}]
        order = orders.create(by=self.world.pia, customer=self.world.customer, title=routing, due_at=DUE, lines=lines)
        self.orders.append(order.pk)

    def put_an_order_on_the_floor(self, draw):
        if drafts := [order for order in self.written() if order.status == "draft"]:
            self._put_on_the_floor(draw, draw(st.sampled_from(drafts)))

    def _put_on_the_floor(self, draw, order):
        for member, verb in ((self.world.pia, "submit"), (self.world.ada, "approve"), (self.world.pia, "release")):
            self.press(draw, member, order, verb)

    def say_to_any(self, draw, rows, verb):
        """Say it of one of those that allow it, by somebody who may."""
        if rows := [row for row in rows if verb in access.verbs(self.world.ada, row)]:
            row = draw(st.sampled_from(rows))
            self.press(draw, draw(st.sampled_from([m for m in self.people if access.may(m, verb, row)])), row, verb)

    def say_what_is_allowed(self, draw):
        """First the verb, then of what: otherwise the many tasks would have all the say."""
        rows = self.rows()
        allowed = {verb for row in rows for verb in access.verbs(self.world.ada, row) if verb in VERBS[row.NOUN]}
        if allowed := sorted(allowed - {"cancel"}):
            verb = draw(st.sampled_from(allowed))
            self.say_to_any(draw, [row for row in rows if verb in VERBS[row.NOUN]], verb)

    def say_anything(self, draw):
        """Also what nobody is offered: the verb has to know better."""
        row = draw(st.sampled_from([row for row in self.rows() if row.NOUN != "process" or row.status != "waiting"]))
        verb = draw(st.sampled_from([verb for verb in VERBS[row.NOUN] if verb != "cancel"]))
        self.press(draw, draw(st.sampled_from(self.people)), row, verb)

    def work_a_task_off(self, draw):
        """Start what may start, report on it and complete it."""
        if ready := [task for task in self.tasks() if task.status in ("ready", "in_progress")]:
            task = draw(st.sampled_from(ready))
            words = {"start": {}, "report": {"good": task.missing_quantity, "defect": 0}, "complete": {"rest": ""}}
            for verb in [verb for verb in words if (task.status, verb) != ("in_progress", "start")]:
                self.press(draw, self.world.ada, task, verb, **words[verb])

    def give_a_task(self, draw):
        if found := self.tasks():
            task, member = draw(st.sampled_from(found)), draw(st.sampled_from(self.people))
            self.say("task", "assign", lambda: tasks.assign(task, by=self.world.sina, member=member))

    def split_a_task(self, draw):
        if found := self.tasks():
            task, parts = draw(st.sampled_from(found)), [{"quantity": draw(st.integers(0, 4))}]
            self.say("task", "split", lambda: tasks.split(task, by=self.world.sina, parts=parts))

    def merge_two_tasks(self, draw):
        found = self.tasks()
        if parts := [task for task in found if task.split_from_id]:
            part, task = draw(st.sampled_from(parts)), draw(st.sampled_from(found))
            self.say("task", "merge", lambda: tasks.merge(task, by=self.world.sina, parts=[part]))

    def take_a_report_back(self, draw):
        found = [report for report in reports_of(self.orders) if report.task.is_open and not report.reverses_id]
        if found:
            report = draw(st.sampled_from(found))
            self.say("report", "take_back", lambda: tasks.take_back(report, by=report.member))

    def say_it_again(self, draw):
        """The answer was lost, so the same is said once more: a verb that moves does not move twice."""
        member, row, verb, words = self.last
        fresh, moves = type(row).objects.get(pk=row.pk), row.MOVES.moves.get(verb)
        if moves and fresh.status in moves.targets - moves.sources:
            self.say(row.NOUN, verb, lambda: getattr(ACTIONS[row.NOUN], verb)(row, by=member, **words))
            assert type(row).objects.get(pk=row.pk).version == fresh.version

    def say_it_from_an_old_page(self, draw):
        """Whoever names a version that has passed moves nothing, and is told unless they said it themselves."""
        member, row, verb, words = self.last
        fresh, act = type(row).objects.get(pk=row.pk), getattr(ACTIONS[row.NOUN], verb)
        said = self.say(row.NOUN, verb, lambda: act(row, by=member, seen=fresh.version - 1, **words))
        assert said is None or (said.version, events.newest(fresh).actor_id) == (fresh.version, member.pk)
