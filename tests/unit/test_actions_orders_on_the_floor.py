"""An order on the floor: released, held, cancelled, completed, opened again, and how far it is."""

from decimal import Decimal

import pytest

from tenants import events
from tenants.errors import Invalid, NotAllowed
from tenants.models import Event
from tests.factories import ProcessFactory, ProductFactory, RoutingStepFactory, WorkOrderFactory
from tests.golden.events import TELLS
from tests.support.reasons import codes, named
from workorder.actions import orders, processes, tasks
from workorder.models import WorkOrder

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_north")]

QUERIES_OF_A_RELEASE = 20  # whatever the number of processes


def statuses(rows):
    return [row.status for row in rows]


class TestRelease:
    """Releasing turns what was agreed into work for people."""

    def test_release_makes_one_task_for_each_process(self, world):
        """Quantity, estimate, place and due date come from the order; nobody types them again."""
        order = WorkOrderFactory(organization=world.north, line__steps=[1, 2], line__quantity=25, at="approved")

        orders.release(order, by=world.pia)

        made = list(order.tasks.select_related("process").order_by("process__sequence"))
        assert [task.process.sequence for task in made] == [10, 20, 30]
        assert {(task.quantity, task.max_quantity, task.estimate_minutes, task.due_at) for task in made} == {
            (Decimal(25), Decimal(25), Decimal(60), order.due_at)
        }
        assert [task.assigned_department_id for task in made] == [task.process.department_id for task in made]
        assert {task.assigned_member_id for task in made} == {None}

    def test_release_makes_only_the_first_step_ready(self, world):
        """Folding waits for printing."""
        order = WorkOrderFactory(organization=world.north, line__steps=[2, 1], at="released")

        assert statuses(order.processes.all()) == ["ready", "ready", "waiting"]
        assert statuses(order.tasks.order_by("process__sequence")) == ["ready", "ready", "waiting"]

    def test_release_tells_of_each_task_in_a_fixed_number_of_statements(self, world, query_counter):
        """An order of a hundred processes is released as fast as one of two."""
        small, large = (
            WorkOrderFactory(organization=world.north, line__steps=[width, 1], at="approved") for width in (1, 12)
        )

        with query_counter(exact=QUERIES_OF_A_RELEASE):
            orders.release(small, by=world.pia)
        with query_counter(exact=QUERIES_OF_A_RELEASE):
            orders.release(large, by=world.pia)

        kinds = Event.objects.filter(subject_id__in=large.tasks.values("pk")).values_list("kind", flat=True)
        assert sorted(kinds) == ["task.created"] * 13 + ["task.made_ready"] * 12

    def test_release_takes_a_routing_that_came_after_the_order(self, world):
        """An approved order cannot be edited, so the catalogue is where a forgotten routing is mended."""
        product = ProductFactory(organization=world.north)
        order = WorkOrderFactory(organization=world.north, line__product=product, at="approved")
        with pytest.raises(NotAllowed) as refusal:
            orders.release(order, by=world.pia)
        process = ProcessFactory(organization=world.north)
        RoutingStepFactory(organization=world.north, product=product, process=process)

        released = orders.release(order, by=world.pia)

        assert codes(refusal) == ["no_processes"]
        assert statuses(released.tasks.all()) == ["ready"]
        assert released.estimate_minutes == Decimal(30)


class TestHold:
    """Stopped on purpose: nothing goes on, nothing is lost."""

    @pytest.mark.parametrize("state", ["released", "in_progress"])
    def test_resume_returns_to_where_the_hold_came_from(self, world, state):
        """An order nobody had begun is not in progress because it was once on hold."""
        held = orders.hold(world.orders[state], by=world.pia, reason="Waiting for paper.")
        assert (held.status, held.held_from) == ("on_hold", state)

        resumed = orders.resume(held, by=world.pia)

        assert (resumed.status, resumed.held_from) == (state, "")

    def test_hold_without_a_reason_is_refused(self, world):
        """Whoever finds the machine standing still will ask."""
        with pytest.raises(Invalid) as refusal:
            orders.hold(world.orders["released"], by=world.pia, reason="")

        assert named(refusal) == [("reason", "required")]

    def test_resume_said_twice_is_one_event(self, world):
        """The answer was lost, the order goes on once."""
        order = orders.resume(world.orders["on_hold"], by=world.pia)

        assert orders.resume(order, by=world.pia).version == order.version

    def test_a_held_order_opens_no_step(self, world):
        """A task offered to somebody while its order is stopped would be an invitation to wait."""
        order = WorkOrderFactory(organization=world.north, line__steps=[1, 1], at="on_hold")
        first, second = order.processes.all()

        processes.skip(first, by=world.pia, reason="Comes printed.")

        assert statuses(order.processes.all()) == ["skipped", "waiting"]
        orders.resume(order, by=world.pia)
        assert statuses(order.processes.all()) == ["skipped", "ready"]

    def test_resume_finishes_an_order_whose_last_process_was_skipped_meanwhile(self, world):
        """Otherwise it would be in progress for ever, with nothing left to do."""
        order = world.orders["on_hold"]
        processes.skip(order.processes.get(), by=world.pia, reason="The customer does it.")

        resumed = orders.resume(order, by=world.pia)

        assert (resumed.status, resumed.progress) == ("completed", Decimal(100))


class TestCancel:
    """An order is cancelled, never deleted, and nobody goes on working for it."""

    def test_cancel_stops_every_process_and_task_that_has_not_ended(self, world):
        """What is done stays done; the rest stops, each with its own event and the reason."""
        order = WorkOrderFactory(organization=world.north, line__steps=[1, 1, 1], at="released")
        done = order.tasks.get(status="ready")
        tasks.start(done, by=world.sina)
        tasks.report(done, by=world.sina, good=10)
        tasks.complete(done, by=world.sina)

        orders.cancel(order, by=world.pia, reason="The theatre has closed.")

        assert statuses(order.processes.all()) == ["completed", "cancelled", "cancelled"]
        assert statuses(order.tasks.order_by("process__sequence")) == ["completed", "cancelled", "cancelled"]
        stopped = [*order.processes.values_list("pk", flat=True), *order.tasks.values_list("pk", flat=True)]
        told = Event.objects.filter(subject_id__in=stopped, kind__in=["process.cancelled", "task.cancelled"])
        assert [event.data for event in told] == [{"reason": "The theatre has closed."}] * 4

    def test_cancel_of_a_held_order_forgets_where_it_was_held(self, world):
        """There is no way back, so nothing points there."""
        cancelled = orders.cancel(world.orders["on_hold"], by=world.pia, reason="No paper.")

        assert (cancelled.status, cancelled.held_from) == ("cancelled", "")

    def test_cancel_without_a_reason_is_refused(self, world):
        """It is the one thing everybody will ask about it."""
        with pytest.raises(Invalid) as refusal:
            orders.cancel(world.orders["draft"], by=world.pia, reason=" ")

        assert named(refusal) == [("reason", "required")]


class TestReopen:
    """What came back from the customer gets one more process, beside the history of the first time."""

    def test_reopen_adds_a_rework_process_whose_turn_it_is(self, world):
        """The last process again, all of it, since no defect was reported."""
        order = world.orders["completed"]
        first = order.processes.get()

        reopened = orders.reopen(order, by=world.ada, reason="Two boxes were wet.")

        rework = reopened.processes.get(is_rework=True)
        assert (reopened.status, reopened.completed_at, reopened.progress) == ("in_progress", None, Decimal(50))
        assert (rework.process_id, rework.quantity, rework.status) == (first.process_id, first.quantity, "ready")
        assert statuses(rework.tasks.all()) == ["ready"]
        assert events.newest(reopened).data == {"reason": "Two boxes were wet.", "process": str(rework.pk)}

    def test_reopen_does_again_what_was_reported_as_defect(self, world):
        """Three of ten were bad, so three are made again."""
        order = WorkOrderFactory(organization=world.north, line__steps=[1], at="released")
        task = order.tasks.get()
        tasks.start(task, by=world.sina)
        tasks.report(task, by=world.sina, good=7, defect=3)
        tasks.complete(task, by=world.sina)

        orders.reopen(order, by=world.ada, reason="Do the bad ones again.")

        assert order.processes.get(is_rework=True).quantity == Decimal(3)

    def test_reopen_said_twice_adds_one_process(self, world):
        """A retry must not double the rework."""
        order = orders.reopen(world.orders["completed"], by=world.ada, reason="Two boxes were wet.")

        again = orders.reopen(order, by=world.ada, reason="Two boxes were wet.")

        assert (again.version, again.processes.filter(is_rework=True).count()) == (order.version, 1)

    def test_reopen_may_name_another_process_and_quantity(self, world):
        """What is wrong with a parcel may be the welding."""
        welding = ProcessFactory(organization=world.north, department=world.welding)

        reopened = orders.reopen(
            world.orders["completed"], by=world.ada, reason="Cracks.", process=welding, quantity=Decimal(4)
        )

        rework = reopened.processes.get(is_rework=True)
        assert (rework.process, rework.department, rework.quantity) == (welding, world.welding, Decimal(4))
        assert rework.tasks.get().assigned_department == world.welding

    def test_reopen_refuses_a_quantity_that_cannot_be_meant(self, world):
        """All that is wrong, at once."""
        with pytest.raises(Invalid) as refusal:
            orders.reopen(world.orders["completed"], by=world.ada, reason="", quantity=Decimal(0))

        assert named(refusal) == [("reason", "required"), ("quantity", "too_small")]

    def test_an_order_reopened_is_completed_again_by_its_rework(self, world):
        """The way ends where it ended before."""
        order = orders.reopen(world.orders["completed"], by=world.ada, reason="Two boxes were wet.")
        task = order.tasks.get(status="ready")
        tasks.start(task, by=world.sina)
        tasks.report(task, by=world.sina, good=10)

        tasks.complete(task, by=world.sina)

        kept = WorkOrder.objects.get(pk=order.pk)
        assert (kept.status, kept.progress) == ("completed", Decimal(100))


class TestProgress:
    """How much is done, by quantity, from the reports alone."""

    def test_progress_weighs_processes_by_their_quantity(self, world):
        """Half of the first of two equal processes is a quarter of the order."""
        order = WorkOrderFactory(organization=world.north, line__steps=[1, 1], at="in_progress")
        version = order.version

        tasks.report(order.tasks.get(status="in_progress"), by=world.sina, good=4, defect=1)

        kept = WorkOrder.objects.get(pk=order.pk)
        assert (kept.progress, kept.version) == (Decimal(25), version)

    def test_progress_leaves_out_what_is_skipped(self, world):
        """A process nobody needs is no work left to do."""
        order = WorkOrderFactory(organization=world.north, line__steps=[1, 1], at="in_progress")
        tasks.report(order.tasks.get(status="in_progress"), by=world.sina, good=5)

        processes.skip(order.processes.get(status="waiting"), by=world.pia, reason="Comes folded.")

        assert WorkOrder.objects.get(pk=order.pk).progress == Decimal(50)


class TestEvents:
    """What the history of an order can tell."""

    @pytest.mark.parametrize("state", ["approved", "rejected", "on_hold", "cancelled", "closed"])
    def test_events_tell_what_the_golden_list_says(self, world, state):
        """Mails, pages and webhooks read these keys."""
        told = {event.kind: set(event.data) for event in Event.objects.about(world.orders[state])}

        assert len(told) > 1
        assert told == {kind: TELLS.get(kind, set()) for kind in told}
