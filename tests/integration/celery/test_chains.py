"""Work with steps is rows: finishing one makes the next due, and a crash between two of them only costs time."""

from unittest import mock

import pytest

from notifications.models import Notification
from tenants import relay
from tenants.context import tenant
from tenants.models import Delivery, Event
from tests.factories import OrderImportFactory, WorkOrderFactory
from workorder.actions import imports, tasks
from workorder.models import ImportStep, WorkOrder

pytestmark = pytest.mark.django_db


@pytest.fixture
def last_task(world):
    """All of an order that Pia submitted, but for saying that it is complete."""
    line = {"line__product": world.product, "line__quantity": 5}
    order = WorkOrderFactory(organization=world.north, customer=world.customer, at="released", at__by=world.pia, **line)
    with tenant(world.north):
        task = order.tasks.get()
        tasks.start(task, by=world.ada)
        return tasks.report(WorkOrder.objects.get(pk=order.pk).tasks.get(), by=world.ada, good=5).task


def complete(world, task):
    with tenant(world.north):
        tasks.complete(task, by=world.ada)
        return WorkOrder.objects.get(pk=task.work_order_id)


def told_of_it(world, order):
    with tenant(world.north):
        about = Notification.objects.filter(kind="order_completed", subject_id=order.pk)
        return [entry.recipient_id for entry in about]


class TestChains:
    """One word at the machine: the order is completed with it, and who asked for the order hears of it once."""

    def test_the_first_steps_are_one_change(self, world, last_task):
        """Task, process and order end together or not at all; nobody has been told yet."""
        order = complete(world, last_task)

        assert (order.status, told_of_it(world, order)) == ("completed", [])

    def test_step_by_step_it_reaches_who_asked(self, world, celery_burst, last_task):
        celery_burst.until_quiet()
        order = complete(world, last_task)

        celery_burst.relay()
        before = told_of_it(world, order)
        steps = [step for _ in range(100) if (step := celery_burst.step(world.north))]

        assert before == []
        assert steps.count("notifications.subscribers.tell") == 1
        assert told_of_it(world, order) == [order.submitted_by_id]

    def test_a_crash_after_any_step_only_delays_it(self, world, celery_burst, last_task):
        """Each reaction dies once after its effect and before it is done: the effect goes with it, and comes again."""
        celery_burst.until_quiet()
        order = complete(world, last_task)
        celery_burst.relay()
        crashed, really = set(), relay._done

        def die_once(row):
            if row.pk in crashed or not isinstance(row, Delivery):
                return really(row)
            crashed.add(row.pk)
            raise ConnectionError("the worker's line broke")

        with mock.patch.object(relay, "_done", die_once):
            with tenant(world.north):
                rows = list(Delivery.objects.filter(state="pending").values_list("pk", flat=True))
            for pk in rows:
                relay.run(relay.DELIVERY, world.north, pk)
            after_the_crashes = told_of_it(world, order)
            with tenant(world.north):
                Delivery.objects.filter(pk__in=rows).update(run_after=order.created_at)
            for pk in rows:
                relay.run(relay.DELIVERY, world.north, pk)

        assert crashed == set(rows)
        assert after_the_crashes == []
        assert told_of_it(world, order) == [order.submitted_by_id]

    def test_the_end_of_one_step_makes_the_next_due(self, world):
        """An import is checked, and written only when somebody has looked at what was found."""
        made = OrderImportFactory(organization=world.north, member=world.pia)
        with tenant(world.north):
            check = made.steps.get()
        relay.run("workorder.importstep", world.north, check.pk)
        with tenant(world.north):
            before = list(made.steps.values_list("verb", "state"))
            imports.write(type(made).objects.get(pk=made.pk), by=world.pia)
            step = ImportStep.objects.get(order_import=made, verb="write")

        relay.run("workorder.importstep", world.north, step.pk)

        with tenant(world.north):
            made.refresh_from_db()
            kinds = set(Event.objects.about(made).values_list("kind", flat=True))
        assert before == [("check", "done")]
        assert made.status == "written"
        assert {"import.confirmed", "import.written"} <= kinds
