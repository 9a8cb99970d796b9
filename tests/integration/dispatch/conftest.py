"""One-task orders on the floor of north, brought there by the real verbs."""

import datetime
import itertools

import pytest

from dispatch.actions import assignments, plans
from dispatch.models import Assignment, Plan, PlanStep
from tenants import context, relay
from tenants.context import tenant
from tests.factories import CustomerFactory, OperatorFactory, ProcessFactory
from workorder.actions import orders


@pytest.fixture
def in_north(world):
    """The whole test is said in north."""
    with tenant(world.north):
        yield


@pytest.fixture
def released(world):
    """`released(minutes=60, department="assembly", priority=…)`: a ready task nobody has been offered yet.

    Nothing has been relayed when it returns, so a test can watch what dispatch does about it.
    """
    numbers = itertools.count(1)

    def released(*, department="assembly", minutes=60, process=None, **values):
        process = process or ProcessFactory(
            organization=world.north,
            department=getattr(world, department),
            setup_minutes=minutes,
            minutes_per_unit=0,
        )
        return on_the_floor(world, [process], title=f"Job {next(numbers)}", **values)[0]

    return released


@pytest.fixture
def ines(world):
    """A second operator in Assembly."""
    return OperatorFactory(organization=world.north, department=world.assembly, user__name="Ines")


@pytest.fixture
def given(world, released):
    """`given(member, minutes=60, …)`: a released task in a member's hands, as its open assignment."""

    def given(member, **values):
        task = released(department="welding" if member == world.odd else "assembly", **values)
        assignments.assign(task, by=world.ada, member=member)
        return Assignment.objects.of_task(task).get()

    return given


@pytest.fixture
def waiting(world):
    """A task of Assembly behind another one of the same order that has not been done."""
    steps = [ProcessFactory(organization=world.north, department=world.assembly) for _ in range(2)]
    return on_the_floor(world, steps, title="Two steps")[1]


@pytest.fixture
def north(world):
    with tenant(world.north):
        yield world.north


@pytest.fixture
def lea(world):
    """A second operator of Assembly."""
    return OperatorFactory(organization=world.north, department=world.assembly, user__name="Lea")


@pytest.fixture
def computed(world):
    """`computed()` -> a plan of north that a worker has computed."""

    def computed(*, by=None, **values):
        with tenant(world.north):
            plan = plans.create(by=by or world.pia, name=values.pop("name", "Monday"), **values)
            step = PlanStep.objects.get(plan=plan)
        relay.run("dispatch.planstep", world.north, step.pk)
        with tenant(world.north):
            return Plan.objects.get(pk=plan.pk)

    return computed


def on_the_floor(world, processes, *, title, priority="normal", customer=None, due_in=7):
    """Release an order of these processes; answers its tasks in the order of its steps."""
    customer = customer or CustomerFactory(organization=world.north)
    with tenant(world.north):
        order = orders.create(
            by=world.pia,
            customer=customer,
            title=title,
            priority=priority,
            due_at=context.now() + datetime.timedelta(days=due_in),
            processes=[{"process": process, "quantity": 1} for process in processes],
        )
        orders.submit(order, by=world.pia)
        orders.approve(order, by=world.ada)
        orders.release(order, by=world.pia)
        return list(order.tasks.order_by("process__sequence"))
