"""A catalogue for rows to name, and a hand that brings files."""

import io

import pytest

from tenants.context import tenant
from tests.factories import CustomerFactory, ProcessFactory, ProductFactory, RoutingStepFactory
from workorder.actions import imports
from workorder.models import OrderImport


@pytest.fixture
def shop(world):
    """What the rows name: ACME, a routed product POST, a process PACK, and things that are no longer used."""
    with tenant(world.north):
        CustomerFactory(organization=world.north, code="ACME", name="Acme Ltd")
        CustomerFactory(organization=world.north, code="GONE", active=False)
        CustomerFactory(organization=world.north, code="LAST")
        product = ProductFactory(organization=world.north, code="POST", name="Poster", unit="pcs")
        ProductFactory(organization=world.north, code="OLD", active=False)
        for place, code in enumerate(("CUT", "FOLD"), start=1):
            process = ProcessFactory(
                organization=world.north, department=world.assembly, code=code, minutes_per_unit=2, hourly_rate=30
            )
            RoutingStepFactory(organization=world.north, product=product, process=process, sequence=place * 10)
        ProcessFactory(organization=world.north, department=world.assembly, code="PACK")
        CustomerFactory(organization=world.south, code="SOUTH")
    return world


@pytest.fixture
def bring(shop):
    """`bring("ACME,Posters,…", heading=…)` -> the import, looked through."""

    def bring(*rows, heading="customer,title,product,quantity", check=True):
        content = "\n".join([heading, *rows]).encode()
        made = imports.upload(by=shop.pia, file=io.BytesIO(content), name="orders.csv")
        if check:
            imports.run(made.steps.get())
        return OrderImport.objects.get(pk=made.pk)

    return bring


@pytest.fixture
def run():
    """`run(order_import, "write")`: the step as the relay would run it."""

    def run(order_import, verb):
        imports.run(order_import.steps.get(verb=verb))
        order_import.refresh_from_db()
        return order_import

    return run
