"""What people tell the planners."""

import factory

from tests.factories.base import BaseFactory, same_organization
from tests.factories.catalogue import CustomerFactory
from tests.factories.members import DepartmentFactory, OperatorFactory
from tests.support import walk
from workorder.actions import tickets
from workorder.models import Ticket


class TicketFactory(BaseFactory):
    """A new ticket for a customer, in a department; `member` takes care of it from triage on."""

    class Meta:
        model = Ticket

    title = factory.Sequence(lambda n: f"Bearing {n + 1} is hot")
    description = "It can be smelt from the door."
    customer = factory.SubFactory(CustomerFactory, organization=same_organization())
    department = factory.SubFactory(DepartmentFactory, organization=same_organization())
    reported_by = factory.SubFactory(OperatorFactory, organization=same_organization())

    @classmethod
    def _made(cls, model_class, *, organization, reported_by, **values):
        return tickets.open(by=reported_by, **values)

    @factory.post_generation
    def at(ticket, create, state, by=None):
        if state:
            walk.walk(ticket, to=state, by=by)

    @factory.post_generation
    def member(ticket, create, member):
        """Who takes care of it: they are given it by an edit, as a supervisor would."""
        if member:
            with walk.tenant(ticket.organization_id):
                ticket.refresh_from_db()
                tickets.edit(ticket, by=None, assigned_member=member)
                ticket.refresh_from_db()
