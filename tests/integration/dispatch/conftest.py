"""One-task orders on the floor of north, brought there by the real verbs."""

import datetime
import itertools

import pytest

from tenants import context
from tenants.context import tenant
from tests.factories import CustomerFactory, ProcessFactory
from workorder.actions import orders


@pytest.fixture
def released(world):
    """`released(minutes=60, department="assembly", priority=…)`: a ready task nobody has been offered yet.

    Nothing has been relayed when it returns, so a test can watch what dispatch does about it.
    """
    numbers = itertools.count(1)

    def released(*, department="assembly", minutes=60, priority="normal", customer=None, process=None, due_in=7):
        process = process or ProcessFactory(
            organization=world.north,
            department=getattr(world, department),
            setup_minutes=minutes,
            minutes_per_unit=0,
        )
        customer = customer or CustomerFactory(organization=world.north)
        with tenant(world.north):
            order = orders.create(
                by=world.pia,
                customer=customer,
                title=f"Job {next(numbers)}",
                priority=priority,
                due_at=context.now() + datetime.timedelta(days=due_in),
                processes=[{"process": process, "quantity": 1}],
            )
            orders.submit(order, by=world.pia)
            orders.approve(order, by=world.ada)
            orders.release(order, by=world.pia)
            return order.tasks.get()

    return released
