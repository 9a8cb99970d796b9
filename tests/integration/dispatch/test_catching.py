"""What a rule catches is said twice, of one job by the engine and of a table by a query: both say the same."""

import itertools
import uuid
from decimal import Decimal
from random import Random

import pytest

from dispatch.engine import Rule
from dispatch.queries import jobs_of, queued
from dispatch.queries.catching import caught_by
from tenants.context import tenant
from tests.factories import CustomerFactory, WorkOrderFactory
from workorder.actions import tags
from workorder.models import Tag

pytestmark = pytest.mark.django_db


@pytest.fixture
def tasks(world, released):
    """Some with a product, a tag, another department, customer, priority or quantity, some without."""
    customer = CustomerFactory(organization=world.north)
    for priority, quantity in itertools.product(["normal", "urgent"], [3, 8]):
        order = WorkOrderFactory(
            organization=world.north,
            customer=customer,
            line__product=world.product,
            line__quantity=quantity,
            priority=priority,
            at="released",
            at__by=world.pia,
        )
        if quantity == 8:
            with tenant(world.north):
                tags.set_tags(order, by=world.pia, names=["Rush"])
    released(priority="urgent")
    released(department="welding")
    with tenant(world.north):
        return list(queued())


def a_rule(random, jobs):
    """Conditions taken from the jobs, so that some match."""

    def of(name):
        return random.choice([None, None, *(getattr(job, name) for job in jobs)])

    return Rule(
        id=uuid.UUID(int=random.getrandbits(128)),
        name="R",
        rank=random.randint(1, 9),
        strategy="least_loaded",
        if_process=of("process"),
        if_department=of("department"),
        if_customer=of("customer"),
        if_priority=of("priority") or "",
        if_product=of("product"),
        if_tag=random.choice([None, None, *Tag.objects.values_list("pk", flat=True)]),
        if_quantity_from=random.choice([None, None, Decimal(3), Decimal(4)]),
        if_quantity_to=random.choice([None, None, Decimal(3), Decimal(8)]),
    )


class TestCatching:
    def test_the_query_catches_what_the_engine_catches(self, world, tasks):
        random, some = Random(4), 0
        with tenant(world.north):
            jobs = jobs_of(tasks)
            for _ in range(150):
                rule, other = a_rule(random, jobs), a_rule(random, jobs)
                by_query = {task.pk for task in caught_by(rule, [other])} & {job.id for job in jobs}
                first = other.comes_before(rule)
                wanted = {job.id for job in jobs if rule.catches(job) and not (first and other.catches(job))}
                assert by_query == wanted
                some += bool(by_query)
        assert some > 20
