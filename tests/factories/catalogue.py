"""Customers, and what can be made for them."""

from decimal import Decimal

import factory

from tests.factories.base import BaseFactory, same_organization
from tests.factories.members import DepartmentFactory
from workorder.models import Customer, Process, Product, RoutingStep


class CustomerFactory(BaseFactory):
    class Meta:
        model = Customer

    code = factory.Sequence(lambda n: f"C{n + 1:04d}")
    name = factory.Sequence(lambda n: f"Customer {n + 1}")
    email = factory.LazyAttribute(lambda customer: f"{customer.code.lower()}@customers.example")


class ProductFactory(BaseFactory):
    """A product without a routing: name its steps with RoutingStepFactory."""

    class Meta:
        model = Product

    code = factory.Sequence(lambda n: f"P{n + 1:04d}")
    name = factory.Sequence(lambda n: f"Product {n + 1}")
    unit = "pcs"


class ProcessFactory(BaseFactory):
    """Ten minutes to set up, two for each piece."""

    class Meta:
        model = Process

    code = factory.Sequence(lambda n: f"O{n + 1:04d}")
    name = factory.Sequence(lambda n: f"Process {n + 1}")
    department = factory.SubFactory(DepartmentFactory, organization=same_organization())
    setup_minutes = Decimal(10)
    minutes_per_unit = Decimal(2)


class RoutingStepFactory(BaseFactory):
    class Meta:
        model = RoutingStep

    product = factory.SubFactory(ProductFactory, organization=same_organization())
    process = factory.SubFactory(ProcessFactory, organization=same_organization())
    sequence = factory.Sequence(lambda n: (n + 1) * 10)
