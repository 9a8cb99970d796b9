"""What an order takes and costs: batch by batch when it is released, and report by report afterwards."""

from decimal import Decimal

import pytest

from tenants import context, events
from tenants.errors import NotAllowed
from tests.factories import ProcessFactory, WorkOrderFactory
from tests.support.reasons import codes
from workorder.actions import orders, tasks
from workorder.models import Downtime, TaskReport, WorkOrder

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_north")]


def agreed(world, process, quantity):
    """An approved order of one process, added by hand."""
    order = orders.create(
        by=world.pia,
        customer=world.customer,
        title="Posters",
        due_at=context.now(),
        processes=[{"process": process, "quantity": quantity}],
    )
    return orders.approve(orders.submit(order, by=world.pia), by=world.ada)


class TestBatches:
    """What is made in batches is many tasks, so that several people can work on it."""

    def test_release_makes_a_task_for_every_batch(self, world):
        """The last one is what is left; every batch is set up once."""
        process = ProcessFactory(organization=world.north, name="Cut", batch_size=Decimal(40))

        order = orders.release(agreed(world, process, 100), by=world.pia)

        made = order.tasks.order_by("title")
        assert [task.title for task in made] == ["Cut (1/3)", "Cut (2/3)", "Cut (3/3)"]
        assert [task.quantity for task in made] == [40, 40, 20]
        assert [task.max_quantity for task in made] == [40, 40, 20]
        assert [task.estimate_minutes for task in made] == [90, 90, 50]
        assert {task.due_at for task in made} == {order.due_at}
        assert {task.status for task in made} == {"ready"}

    def test_the_estimate_counts_every_setup(self, world):
        process = ProcessFactory(organization=world.north, batch_size=Decimal(40))

        order = agreed(world, process, 100)

        assert order.estimate_minutes == Decimal(230)
        assert orders.release(order, by=world.pia).estimate_minutes == Decimal(230)

    def test_a_batch_size_of_today_counts_when_it_is_released(self, world):
        """The estimate follows, so that the tasks of a process are as long as the process."""
        process = ProcessFactory(organization=world.north, batch_size=Decimal(40))
        order = agreed(world, process, 100)
        type(process).objects.filter(pk=process.pk).update(batch_size=Decimal(50))

        order = orders.release(order, by=world.pia)

        of_tasks = sum(order.tasks.values_list("estimate_minutes", flat=True))
        assert of_tasks == order.processes.get().estimate_minutes == order.estimate_minutes == Decimal(220)

    @pytest.mark.parametrize(("quantity", "tasks"), [("40", 1), ("39.999", 1), ("40.001", 2), ("0.001", 1)])
    def test_no_batch_is_empty(self, world, quantity, tasks):
        process = ProcessFactory(organization=world.north, batch_size=Decimal(40))

        order = orders.release(agreed(world, process, Decimal(quantity)), by=world.pia)

        quantities = list(order.tasks.values_list("quantity", flat=True))
        assert (len(quantities), sum(quantities)) == (tasks, Decimal(quantity))

    def test_too_many_batches_are_refused_and_nothing_is_released(self, world):
        """Nobody looks through thousands of tasks: it is a slip in the catalogue."""
        process = ProcessFactory(organization=world.north, batch_size=Decimal(1))
        order = agreed(world, process, 201)

        with pytest.raises(NotAllowed) as refusal:
            orders.release(order, by=world.pia)

        assert codes(refusal) == ["too_many_batches"]
        assert not order.tasks.exists()
        assert WorkOrder.objects.get(pk=order.pk).status == "approved"

    def test_the_process_ends_with_its_last_batch(self, world):
        process = ProcessFactory(organization=world.north, batch_size=Decimal(60))
        order = orders.release(agreed(world, process, 100), by=world.pia)
        first, second = order.tasks.order_by("title")

        for task in (first, second):
            tasks.start(task, by=world.sina)
            tasks.report(task, by=world.sina, good=task.quantity)
            tasks.complete(task, by=world.sina)
            kept = WorkOrder.objects.get(pk=order.pk)
            assert (kept.progress, kept.status) == (
                (Decimal(60), "in_progress") if task is first else (Decimal(100), "completed")
            )


class TestCosts:
    """Money follows from minutes: what it should cost, and what it has cost so far."""

    def test_the_estimate_costs_what_an_hour_costs(self, world):
        """Ten minutes to set up and two for each of forty: an hour and a half at 60."""
        process = ProcessFactory(organization=world.north, hourly_rate=Decimal("60.00"))

        order = agreed(world, process, 40)

        assert (order.estimate_minutes, order.estimate_cost) == (Decimal(90), Decimal("90.00"))

    def test_an_hour_costs_what_it_cost_when_the_order_was_written(self, world):
        """What was agreed to stays what it was when the price list changes."""
        process = ProcessFactory(organization=world.north, hourly_rate=Decimal("60.00"))
        order = agreed(world, process, 40)
        type(process).objects.filter(pk=process.pk).update(hourly_rate=Decimal("90.00"))

        order = orders.release(order, by=world.pia)

        assert (order.estimate_cost, order.processes.get().hourly_rate) == (Decimal("90.00"), Decimal("60.00"))

    def test_minutes_and_costs_add_up_with_every_report(self, world):
        """To the cent, over processes of different rates; and no version is raised by it."""
        dear = ProcessFactory(organization=world.north, hourly_rate=Decimal("61.00"))
        cheap = ProcessFactory(organization=world.north, hourly_rate=Decimal("7.50"))
        order = orders.create(
            by=world.pia,
            customer=world.customer,
            title="Posters",
            due_at=context.now(),
            processes=[
                {"process": dear, "quantity": 10},
                {"process": cheap, "quantity": 10, "parallel_with_previous": True},
            ],
        )
        order = orders.release(orders.approve(orders.submit(order, by=world.pia), by=world.ada), by=world.pia)
        first, second = order.tasks.order_by("process__sequence")
        for task in (first, second):
            tasks.start(task, by=world.sina)
        version = WorkOrder.objects.get(pk=order.pk).version

        tasks.report(first, by=world.sina, good=1, minutes=Decimal("7.25"))
        tasks.report(second, by=world.sina, good=1, minutes=Decimal(10))
        tasks.report(first, by=world.sina, good=1, minutes=Decimal("0.10"))

        kept = WorkOrder.objects.get(pk=order.pk)
        assert kept.actual_minutes == Decimal("17.35")
        assert kept.actual_cost == ((Decimal("7.35") * 61 + 10 * Decimal("7.5")) / 60).quantize(Decimal("0.01"))
        assert kept.version == version

    def test_what_was_spent_on_a_cancelled_order_was_spent(self, world):
        process = ProcessFactory(organization=world.north, hourly_rate=Decimal("60.00"))
        order = orders.release(agreed(world, process, 10), by=world.pia)
        task = order.tasks.get()
        tasks.start(task, by=world.sina)
        tasks.report(task, by=world.sina, good=1, minutes=30)

        orders.cancel(order, by=world.pia, reason="The theatre has closed.")

        kept = WorkOrder.objects.get(pk=order.pk)
        assert (kept.actual_minutes, kept.actual_cost) == (Decimal(30), Decimal("30.00"))
        spent = sum(TaskReport.objects.filter(task__work_order=order).values_list("minutes", flat=True))
        assert spent == kept.actual_minutes

    def test_rework_is_estimated_and_paid_too(self, world):
        process = ProcessFactory(organization=world.north, hourly_rate=Decimal("60.00"))
        order = orders.release(agreed(world, process, 40), by=world.pia)
        task = order.tasks.get()
        tasks.start(task, by=world.sina)
        tasks.report(task, by=world.sina, good=40)
        tasks.complete(task, by=world.sina)

        order = orders.reopen(order, by=world.ada, reason="Wet.", quantity=Decimal(10))

        assert (order.estimate_minutes, order.estimate_cost) == (Decimal(120), Decimal("120.00"))


class TestWhatACancellationStops:
    """Whoever cancels learns what they have stopped."""

    def test_the_event_counts_and_names_what_was_running(self, world):
        order = WorkOrderFactory(organization=world.north, line__steps=[2, 1], at="released")
        running = order.tasks.filter(status="ready").first()
        tasks.start(running, by=world.sina)

        order = orders.cancel(order, by=world.pia, reason="The theatre has closed.")

        assert events.newest(order).data == {
            "reason": "The theatre has closed.",
            "stopped": {"processes": 3, "tasks": 3, "running": [running.title]},
        }

    def test_a_draft_stops_nothing(self, world):
        order = WorkOrderFactory(organization=world.north, line=False)

        order = orders.cancel(order, by=world.pia, reason="Written twice.")

        assert events.newest(order).data["stopped"] == {"processes": 0, "tasks": 0, "running": []}

    def test_a_standstill_ends_with_the_order(self, world):
        """Otherwise the machine would stand still in the figures for ever."""
        order = WorkOrderFactory(organization=world.north, at="released")
        task = order.tasks.get()
        tasks.start(task, by=world.sina)
        tasks.pause(task, by=world.sina, reason="No paper.")
        if not Downtime.objects.filter(task=task).exists():
            Downtime.objects.create(task=task, member=world.sina, started_at=context.now())

        orders.cancel(order, by=world.pia, reason="The theatre has closed.")

        row = Downtime.objects.get(task=task)
        assert row.ended_at is not None
        assert row.ended_at >= row.started_at
