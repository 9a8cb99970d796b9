"""QuerySet methods read as sentences; these say whether the sentences are true."""

import datetime

import pytest

from tenants import context
from tests.factories import CustomerFactory, WorkOrderFactory, WorkOrderTaskFactory
from workorder.models import Customer, WorkOrder, WorkOrderProcess, WorkOrderTask

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_north")]


class TestOrders:
    @pytest.mark.parametrize(
        ("sentence", "states"),
        [
            ("open", {"draft", "submitted", "approved", "rejected", "released", "in_progress", "on_hold"}),
            ("on_the_floor", {"released", "in_progress", "on_hold"}),
            ("waiting_for_approval", {"submitted"}),
        ],
    )
    def test_orders_by_what_they_wait_for(self, world, sentence, states):
        """Figures on the dashboard are counts of these."""
        found = getattr(WorkOrder.objects, sentence)()

        assert set(found.values_list("status", flat=True)) == states

    def test_late_is_open_and_due_before_now(self, world):
        """A late order that was delivered is history, not lateness."""
        moment = context.now()
        past = moment - datetime.timedelta(hours=1)
        late = WorkOrderFactory(organization=world.north, due_at=past)
        WorkOrderFactory(organization=world.north, due_at=past, at="completed")
        WorkOrderFactory(organization=world.north, due_at=None)

        assert list(WorkOrder.objects.late(moment)) == [late]
        assert late.is_late(moment)

    def test_most_urgent_first_goes_by_rank_then_by_due_date(self, world):
        """Urgent before high, sooner before later, and without a date last."""
        customer = CustomerFactory(organization=world.north)
        soon = context.now()
        wanted = [
            ("urgent", soon),
            ("high", soon),
            ("high", soon + datetime.timedelta(days=1)),
            ("high", None),
            ("low", soon),
        ]
        for priority, due_at in reversed(wanted):
            WorkOrderFactory(organization=world.north, customer=customer, priority=priority, due_at=due_at)

        found = WorkOrder.objects.of_customer(customer).with_customer().most_urgent_first()

        assert [(order.priority, order.due_at) for order in found] == wanted

    def test_customers_no_longer_in_use_are_not_offered(self, world):
        """Old orders keep them."""
        gone = CustomerFactory(organization=world.north, active=False)

        assert gone not in Customer.objects.active()
        assert str(gone) == gone.name


class TestFloor:
    def test_tasks_and_processes_of_a_department(self, world):
        """What Assembly sees is what is done in Assembly."""
        mine = WorkOrderTaskFactory(organization=world.north, department=world.welding)
        WorkOrderTaskFactory(organization=world.north, department=world.assembly)

        assert list(WorkOrderTask.objects.in_department(world.welding)) == [mine]
        assert list(WorkOrderProcess.objects.in_department(world.welding)) == [mine.process]

    def test_tasks_due_before_a_moment(self, world):
        """A task is due when its order is."""
        due = context.now() - datetime.timedelta(days=1)
        order = WorkOrderFactory(organization=world.north, due_at=due, at="released")

        assert list(WorkOrderTask.objects.open().due_before(context.now())) == [order.tasks.get()]
