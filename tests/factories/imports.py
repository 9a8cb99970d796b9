"""Files of orders: brought, looked through and written by the product's own steps."""

import io

import factory

from tenants.context import tenant
from tests.factories.base import BaseFactory, same_organization
from tests.factories.catalogue import CustomerFactory, ProductFactory
from tests.factories.members import PlannerFactory
from workorder.actions import imports
from workorder.models import ImportRow, ImportStep, OrderImport

WAY = {
    "checking": [],
    "checked": ["check"],
    "writing": ["check", "write"],
    "written": ["check", "write", "run"],
    "failed": ["check", "write", "spoil", "run"],
    "discarded": ["check", "discard"],
}


class OrderImportFactory(BaseFactory):
    """A file of two orders that could be written. `content` is another file; `at` is how far it has come."""

    class Meta:
        model = OrderImport

    member = factory.SubFactory(PlannerFactory, organization=same_organization())
    name = "orders.csv"

    @classmethod
    def _made(cls, model_class, *, organization, member, name, content=None):
        content = content if content is not None else two_orders(organization)
        return imports.upload(by=member, file=io.BytesIO(content), name=name)

    @factory.post_generation
    def at(order_import, create, state, by=None):
        """Walk the real steps, as the relay would run them."""
        by = by or order_import.member
        with tenant(order_import.organization_id):
            for word in WAY[state or "checking"]:
                SAID[word](order_import, by)
                order_import.refresh_from_db()


class ImportRowFactory(BaseFactory):
    class Meta:
        model = ImportRow

    order_import = factory.SubFactory(OrderImportFactory, organization=same_organization(), at="checked")

    @classmethod
    def _made(cls, model_class, *, organization, order_import):
        return order_import.rows.first()


class ImportStepFactory(BaseFactory):
    class Meta:
        model = ImportStep

    order_import = factory.SubFactory(OrderImportFactory, organization=same_organization())

    @classmethod
    def _made(cls, model_class, *, organization, order_import):
        return order_import.steps.get()


def two_orders(organization):
    customer, product = CustomerFactory(organization=organization), ProductFactory(organization=organization)
    rows = [f"{customer.code},Posters,2030-01-31,{product.code},10", f"{customer.code},Leaflets,,{product.code},2.5"]
    return "\n".join(["customer,title,due,product,quantity", *rows]).encode()


def _run(verb):
    return lambda order_import, by: imports.run(order_import.steps.get(verb=verb))


def _spoil(order_import, by):
    """Something it names is no longer used by the time it is written."""
    code = order_import.rows.first().values["product"]
    ProductFactory._meta.model.objects.filter(code=code).update(active=False)


SAID = {
    "check": _run("check"),
    "write": lambda order_import, by: imports.write(order_import, by=by),
    "spoil": _spoil,
    "run": _run("write"),
    "discard": lambda order_import, by: imports.discard(order_import, by=by),
}
