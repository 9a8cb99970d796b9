"""Whoever may decide about an order is told that it waits: at each level, by their role or as somebody's deputy."""

import pytest

from notifications.models import Notification
from tenants import relay
from tenants.context import tenant
from tests.factories import DeputyFactory, ViewerFactory, WorkOrderFactory
from workorder.actions import approval_policy, orders
from workorder.models import ApprovalDeadline

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(world):
    """`told(kind, of=event)`: first names of those who were told, after everything that happened was delivered."""
    with tenant(world.north):
        approval_policy.edit(by=world.ada, second_level_priority="low")

    def told(kind, of=""):
        relay.drain_here(world.north)
        with tenant(world.north):
            rows = Notification.objects.filter(kind=kind, event__kind__contains=of).select_related("recipient__user")
            return sorted(row.recipient.name for row in rows)

    return told


@pytest.fixture
def order(world, told):
    return WorkOrderFactory(organization=world.north, at="submitted", at__by=world.pia)


class TestAudience:
    """Those whose word counts now, and nobody else."""

    def test_a_deputy_is_told_beside_the_member(self, world, told, order):
        """A holiday must not cost an order a week."""
        DeputyFactory(organization=world.north, member=world.bea, deputy=world.omar)

        assert told("order_submitted") == ["Ada", "Bea", "Omar"]

    def test_a_deputy_of_the_submitter_alone_is_not_told(self, world, told, order):
        DeputyFactory(organization=world.north, member=world.pia, deputy=world.omar)

        assert told("order_submitted") == ["Ada", "Bea"]

    def test_a_deputy_who_only_looks_on_is_not_told(self, world, told, order):
        row = DeputyFactory(organization=world.north, member=world.bea, deputy=world.omar)
        with tenant(world.north):
            type(row).objects.filter(pk=row.pk).update(deputy=ViewerFactory(organization=world.north))

        assert told("order_submitted") == ["Ada", "Bea"]

    def test_the_second_level_is_told_when_the_first_is_given(self, world, told, order):
        """Only those who decide there; Bea has said yes already."""
        with tenant(world.north):
            orders.approve(order, by=world.bea, comment="Price agreed.")

        assert told("order_submitted", of="approval.given") == ["Ada"]
        with tenant(world.north):
            entry = Notification.objects.get(event__kind="approval.given")
        assert entry.title == f"{order.number} waits for approval"
        assert entry.content.endswith("now it needs level 2. They wrote: Price agreed.")

    def test_who_gave_the_first_level_is_not_asked_for_the_second(self, world, told, order):
        """Nor is whoever would only do it in their place."""
        DeputyFactory(organization=world.north, member=world.ada, deputy=world.omar)
        with tenant(world.north):
            orders.approve(order, by=world.ada)

        assert told("order_submitted", of="approval.given") == []


class TestOverdue:
    """What waits too long is said again, louder."""

    def run_deadline(self, world, order):
        with tenant(world.north):
            row = ApprovalDeadline.objects.get(approval__work_order=order)
        return relay.run("workorder.approvaldeadline", world.north, row.pk)

    def test_those_who_decide_are_told_again_when_it_is_due(self, world, frozen_clock, told, order):
        frozen_clock.shift(hours=24)

        ran = self.run_deadline(world, order)

        assert ran
        assert told("approval_overdue") == ["Ada", "Bea"]
        with tenant(world.north):
            entry = Notification.objects.filter(kind="approval_overdue").first()
        assert (entry.level, entry.url) == ("warning", f"/work-orders/{order.pk}/")

    def test_nobody_is_told_before(self, world, frozen_clock, told, order):
        frozen_clock.shift(hours=23, minutes=59)

        assert not self.run_deadline(world, order)
        assert told("approval_overdue") == []

    def test_nobody_is_told_twice(self, world, frozen_clock, told, order):
        frozen_clock.shift(hours=24)
        self.run_deadline(world, order)

        assert not self.run_deadline(world, order)
        assert told("approval_overdue") == ["Ada", "Bea"]

    def test_the_relay_finds_it_by_itself(self, world, frozen_clock, told, order):
        """Nobody scans orders: the deadline is a row that comes due like a delivery or a mail."""
        frozen_clock.shift(hours=24)

        relay.run_due(world.north)

        assert told("approval_overdue") == ["Ada", "Bea"]
