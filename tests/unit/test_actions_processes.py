"""A process takes its turn by what happens to its tasks; only skipping one is somebody's decision."""

import pytest

from tenants import events
from tenants.errors import Invalid, NotAllowed, Stale
from tenants.ids import uuid7
from tests.factories import WorkOrderFactory, WorkOrderProcessFactory
from tests.support.reasons import codes, named
from workorder.actions import processes, tasks
from workorder.models import WorkOrder, WorkOrderProcess, steps_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_north")]


def on_floor(world, *steps):
    """A released order with so many parallel processes in each step."""
    return WorkOrderFactory(organization=world.north, line__steps=steps, line__department=world.assembly, at="released")


def statuses(order):
    return list(order.processes.values_list("status", flat=True))


def do(order, world):
    """Do the next ready task of an order, all of it."""
    task = order.tasks.ready().order_by("process__sequence").first()
    tasks.start(task, by=world.sina)
    tasks.report(task, by=world.sina, good=task.quantity)
    return tasks.complete(task, by=world.sina)


class TestSteps:
    """A process and those after it marked parallel are one step."""

    def test_steps_follow_the_marks_in_sequence(self):
        """The first has nobody before it to be beside, whatever its mark says."""
        marks = [True, False, True, True, False]
        rows = [WorkOrderProcess(sequence=n, parallel_with_previous=mark) for n, mark in enumerate(marks)]

        steps = steps_of(reversed(rows))

        assert [[row.sequence for row in step] for step in steps] == [[0], [1, 2, 3], [4]]

    def test_each_process_knows_the_number_of_its_step(self, world):
        """People say "step two", not "sequence thirty"."""
        order = on_floor(world, 1, 2, 1)

        assert [process.step for process in order.processes.all()] == [1, 2, 2, 3]


class TestTurns:
    """A step is opened when every process before it has ended, whichever way."""

    def test_a_step_opens_when_the_last_process_before_it_ends(self, world):
        """One of two parallel processes is not enough."""
        order = on_floor(world, 2, 1)

        do(order, world)
        assert statuses(order) == ["completed", "ready", "waiting"]
        do(order, world)

        assert statuses(order) == ["completed", "completed", "ready"]
        assert order.tasks.ready().get().process == order.processes.last()

    def test_the_last_process_completes_the_order(self, world):
        """Nobody has to remember to tick it off; whoever ended the work ended the order."""
        order = on_floor(world, 1, 1)

        do(order, world)
        do(order, world)

        kept = WorkOrder.objects.get(pk=order.pk)
        finished = events.newest(kept)
        assert (kept.status, kept.progress) == ("completed", 100)
        assert (finished.kind, finished.actor) == ("workorder.completed", world.sina)

    def test_a_process_of_cancelled_tasks_is_cancelled(self, world):
        """Nothing was made, so nothing was completed."""
        order = on_floor(world, 1, 1)

        tasks.cancel(order.tasks.ready().get(), by=world.sina, reason="Wrong paper.")

        assert statuses(order) == ["cancelled", "ready"]

    def test_a_process_ends_with_the_last_of_its_tasks(self, world):
        """Cut into batches, it is begun once and not done before the last batch is."""
        order = on_floor(world, 1)
        batch = order.tasks.get()
        batch.pk = uuid7()
        batch.save(force_insert=True)

        do(order, world)
        assert statuses(order) == ["in_progress"]
        do(order, world)

        assert statuses(order) == ["completed"]


class TestSkip:
    """A process that is not needed after all."""

    def test_skip_cancels_its_task_and_opens_the_next_step(self, world):
        """Whoever had the task is relieved of it, and the next need not wait for nothing."""
        order = on_floor(world, 1, 1)
        first = order.processes.first()

        skipped = processes.skip(first, by=world.sina, reason=" Comes printed. ")

        assert (skipped.status, skipped.skip_reason, skipped.version) == (
            "skipped",
            "Comes printed.",
            first.version + 1,
        )
        assert [task.status for task in order.tasks.order_by("process__sequence")] == ["cancelled", "ready"]
        assert events.newest(skipped).data == {"reason": "Comes printed."}

    def test_skip_of_a_later_process_leaves_the_turn_where_it_is(self, world):
        """Not needing step two does not open step three."""
        order = on_floor(world, 1, 1, 1)

        processes.skip(order.processes.all()[1], by=world.pia, reason="Not needed.")

        assert statuses(order) == ["ready", "skipped", "waiting"]

    def test_skip_of_everything_completes_the_order(self, world):
        """It is through the floor without having been on it."""
        order = on_floor(world, 1)

        processes.skip(order.processes.get(), by=world.pia, reason="The customer does it.")

        kept = WorkOrder.objects.get(pk=order.pk)
        assert (kept.status, kept.progress) == ("completed", 100)

    def test_skip_before_the_order_is_released_is_refused(self, world):
        """A draft is edited; what was agreed is not thinned out behind the approver's back."""
        process = world.orders["approved"].processes.get()

        with pytest.raises(NotAllowed) as refusal:
            processes.skip(process, by=world.pia, reason="Not needed.")

        assert codes(refusal) == ["order_not_on_floor"]

    def test_skip_without_a_reason_is_refused(self, world):
        """Somebody will ask why a box came unfolded."""
        with pytest.raises(Invalid) as refusal:
            processes.skip(on_floor(world, 1).processes.get(), by=world.pia, reason="")

        assert named(refusal) == [("reason", "required")]

    def test_skip_of_what_somebody_has_seen_otherwise_is_stale(self, world):
        """The button was drawn for another version."""
        process = WorkOrderProcessFactory(organization=world.north)

        with pytest.raises(Stale):
            processes.skip(process, by=world.pia, reason="Not needed.", seen=process.version - 1)
