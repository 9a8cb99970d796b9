"""Another date, another priority: said of an open order, told to everybody, and nothing else changed."""

import datetime

import pytest

from tenants import context, events
from tenants.errors import Invalid, NotAllowed, Stale
from tests.factories import WorkOrderFactory
from tests.golden.events import TELLS
from tests.support.reasons import codes, named
from workorder.actions import approval_policy, orders, tasks
from workorder.models import WorkOrder

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_north")]

ENDED = ["completed", "closed", "cancelled"]


@pytest.fixture
def later():
    return context.now() + datetime.timedelta(days=30)


class TestReschedule:
    """The customer waits longer, or has to."""

    def test_reschedule_tells_from_when_to_when_and_why(self, world, later):
        order = world.orders["approved"]
        before = order.due_at

        order = orders.reschedule(order, by=world.pia, due_at=later, reason=" The theatre moved. ")

        event = events.newest(order)
        assert WorkOrder.objects.get(pk=order.pk).due_at == later
        assert (event.kind, event.subject_version) == ("workorder.rescheduled", order.version)
        assert set(event.data) == TELLS["workorder.rescheduled"]
        assert event.data["reason"] == "The theatre moved."
        assert [datetime.datetime.fromisoformat(event.data[key]).date() for key in ("from", "to")] == [
            before.date(),
            later.date(),
        ]

    def test_open_tasks_follow_where_they_had_the_date_of_the_order(self, world, later):
        """A task somebody has planned otherwise keeps its own, and what is done keeps its history."""
        order = WorkOrderFactory(organization=world.north, line__steps=[3], at="released")
        done, own, following = order.tasks.order_by("process__sequence")
        tasks.cancel(done, by=world.pia, reason="Not needed.")
        sooner = order.due_at - datetime.timedelta(days=1)
        order.tasks.filter(pk=own.pk).update(due_at=sooner)
        old = order.due_at

        orders.reschedule(order, by=world.pia, due_at=later)

        dates = dict(order.tasks.values_list("pk", "due_at"))
        assert dates == {done.pk: old, own.pk: sooner, following.pk: later}

    def test_the_same_date_again_is_no_change(self, world):
        order = world.orders["released"]

        assert orders.reschedule(order, by=world.pia, due_at=order.due_at).version == order.version

    @pytest.mark.parametrize("state", ENDED)
    def test_nobody_waits_for_what_has_ended(self, world, state, later):
        with pytest.raises(NotAllowed) as refusal:
            orders.reschedule(world.orders[state], by=world.pia, due_at=later)

        assert codes(refusal) == ["order_ended"]

    @pytest.mark.parametrize(("due_at", "code"), [(None, "required"), (datetime.datetime(2031, 1, 1), "invalid")])  # noqa: DTZ001
    def test_a_date_that_is_none_is_refused(self, world, due_at, code):
        """Without one, or without its time zone, it says nothing."""
        with pytest.raises(Invalid) as refusal:
            orders.reschedule(world.orders["released"], by=world.pia, due_at=due_at)

        assert named(refusal) == [("due_at", code)]

    def test_who_saw_an_older_version_is_told_so(self, world, later):
        order = world.orders["released"]
        orders.prioritize(order, by=world.ada, priority="high")

        with pytest.raises(Stale):
            orders.reschedule(order, by=world.pia, due_at=later, seen=order.version)


class TestPrioritize:
    """What matters more is done first."""

    def test_prioritize_tells_from_what_to_what_and_why(self, world):
        order = orders.prioritize(world.orders["on_hold"], by=world.pia, priority="urgent", reason="Opening night.")

        event = events.newest(order)
        assert WorkOrder.objects.get(pk=order.pk).priority == "urgent"
        assert (event.kind, event.data) == (
            "workorder.reprioritized",
            {"from": "normal", "to": "urgent", "reason": "Opening night."},
        )

    def test_the_same_priority_again_is_no_change(self, world):
        order = world.orders["released"]

        assert orders.prioritize(order, by=world.pia, priority="normal").version == order.version

    @pytest.mark.parametrize("state", ENDED)
    def test_nobody_waits_for_what_has_ended(self, world, state):
        with pytest.raises(NotAllowed) as refusal:
            orders.prioritize(world.orders[state], by=world.pia, priority="urgent")

        assert codes(refusal) == ["order_ended"]

    def test_a_priority_that_does_not_exist_is_refused(self, world):
        with pytest.raises(Invalid) as refusal:
            orders.prioritize(world.orders["released"], by=world.pia, priority="yesterday", reason="x" * 501)

        assert named(refusal) == [("priority", "invalid_choice"), ("reason", "max_length")]

    def test_an_order_that_waits_for_approval_may_need_one_level_more(self, world):
        """Who agrees to something urgent should know that it is urgent."""
        approval_policy.edit(by=world.ada, second_level_priority="urgent")
        order = WorkOrderFactory(organization=world.north, priority="normal", at="submitted", at__by=world.pia)

        order = orders.prioritize(order, by=world.pia, priority="urgent")

        assert (order.approval_levels, order.approval_level) == (2, 1)
        assert orders.approve(order, by=world.bea).status == "submitted"

    def test_it_never_needs_one_level_less(self, world):
        """Or somebody would make an order unimportant until it is approved."""
        approval_policy.edit(by=world.ada, second_level_priority="urgent")
        order = WorkOrderFactory(organization=world.north, priority="urgent", at="submitted", at__by=world.pia)

        assert orders.prioritize(order, by=world.pia, priority="low").approval_levels == 2

    def test_a_priority_given_later_asks_nobody_again(self, world):
        approval_policy.edit(by=world.ada, second_level_priority="urgent")

        order = orders.prioritize(world.orders["approved"], by=world.pia, priority="urgent")

        assert (order.status, order.approval_levels) == ("approved", 1)
