"""Work orders, in any state the product could have brought them to, and their parts."""

import datetime
from decimal import Decimal

import factory
from factory.fuzzy import FuzzyChoice

from tenants import context, events
from tenants.context import tenant
from tests.factories.base import BaseFactory, same_organization
from tests.factories.catalogue import CustomerFactory, ProcessFactory, ProductFactory, RoutingStepFactory
from tests.factories.members import DepartmentFactory
from tests.support import walk
from workorder.actions import contents, numbers
from workorder.models import Approval, ApprovalDeadline, NumberSeries, WorkOrder, WorkOrderProduct
from workorder.states import Priority


class NumberSeriesFactory(BaseFactory):
    class Meta:
        model = NumberSeries
        django_get_or_create = ["year"]

    year = factory.Sequence(lambda n: 2000 + n)


class WorkOrderFactory(BaseFactory):
    """A draft with one product line and a due date: it can be submitted as it is, and walks wherever `at` says.

    `line__steps=[1, 2]` gives the product a routing of two steps, the second of two parallel processes; `line=False`
    leaves the order empty. `at__by` is whoever says the last verb on the way.
    """

    class Meta:
        model = WorkOrder

    number = None  # the next one; a number named here moves the organization's counter past it
    customer = factory.SubFactory(CustomerFactory, organization=same_organization())
    title = factory.LazyAttribute(lambda order: f"Work for {order.customer.name}")
    priority = FuzzyChoice(Priority.values)
    due_at = factory.LazyFunction(lambda: context.now() + datetime.timedelta(days=7))

    @classmethod
    def _made(cls, model_class, *, organization, number, **values):
        if number:
            _move_counter_past(number)
        order = model_class.objects.create(organization=organization, number=number or numbers.take_next(), **values)
        events.record(order, "workorder.created", by=None, number=order.number, title=order.title)
        return order

    @factory.post_generation
    def line(order, create, wanted, product=None, quantity=Decimal(10), steps=(1,), department=None):
        if wanted is False:
            return
        product = product or _product_with(steps, order.organization, department)
        with tenant(order.organization):
            lines = [{"product": product, "quantity": Decimal(quantity)}]
            planned = contents.plan(lines)
            contents.write(order, lines, planned)
            order.estimate_minutes = contents.minutes_of(planned)
            WorkOrder.objects.filter(pk=order.pk).update(estimate_minutes=order.estimate_minutes)

    @factory.post_generation
    def at(order, create, state, by=None):
        """Walk the real verbs: no order exists in a test that the product could not have made."""
        if state:
            walk.walk(order, to=state, by=by)


class WorkOrderProductFactory(BaseFactory):
    """One more line of a draft."""

    class Meta:
        model = WorkOrderProduct

    work_order = factory.SubFactory(WorkOrderFactory, organization=same_organization(), line=False)
    product = factory.SubFactory(ProductFactory, organization=same_organization())
    position = factory.Sequence(lambda n: n + 1)
    quantity = Decimal(10)
    unit = factory.SelfAttribute("product.unit")


class ApprovalFactory(BaseFactory):
    """An approval somebody is asked for: it comes with an order that has been submitted."""

    class Meta:
        model = Approval

    work_order = factory.SubFactory(WorkOrderFactory, organization=same_organization(), at="submitted")

    @classmethod
    def _made(cls, model_class, *, organization, work_order):
        return model_class.objects.pending().of_round(work_order).get()


class ApprovalDeadlineFactory(BaseFactory):
    """When an approval somebody is asked for becomes overdue: it comes with the question."""

    class Meta:
        model = ApprovalDeadline

    approval = factory.SubFactory(ApprovalFactory, organization=same_organization())

    @classmethod
    def _made(cls, model_class, *, organization, approval):
        return model_class.objects.get(approval=approval)


def _product_with(steps, organization, department):
    """A product whose routing has as many steps as `steps` has numbers, each of so many parallel processes."""
    product = ProductFactory(organization=organization)
    department = department or DepartmentFactory(organization=organization)
    places = [place for width in steps for place in range(width)]
    for sequence, place in enumerate(places, start=1):
        process = ProcessFactory(organization=organization, department=department)
        RoutingStepFactory(
            organization=organization,
            product=product,
            process=process,
            sequence=sequence * contents.GAP,
            parallel_with_previous=place > 0,
        )
    return product


def _move_counter_past(number):
    """An order made later by the product must not be given the number of this one."""
    _, year, place = number.split("-")
    series, _ = NumberSeries.objects.get_or_create(year=int(year))
    NumberSeries.objects.filter(pk=series.pk, last__lt=int(place)).update(last=int(place))
