"""What happens if nobody reacts."""

import datetime

import factory

from notifications.models import BusinessCalendar, Escalation, EscalationPolicy, EscalationStep, Holiday, Promise
from notifications.states import Audience, Trigger
from tenants import events
from tests.factories.base import BaseFactory, same_organization
from tests.factories.members import DepartmentFactory

MONDAY = datetime.datetime(2031, 3, 3, 8, tzinfo=datetime.UTC)


class BusinessCalendarFactory(BaseFactory):
    """Monday to Friday, eight to five."""

    class Meta:
        model = BusinessCalendar

    name = factory.Sequence(lambda n: f"Calendar {n + 1}")
    opens = datetime.time(8)
    closes = datetime.time(17)


class HolidayFactory(BaseFactory):
    class Meta:
        model = Holiday

    calendar = factory.SubFactory(BusinessCalendarFactory, organization=same_organization())
    date = factory.Sequence(lambda n: datetime.date(2031, 1, 1) + datetime.timedelta(days=n))


class EscalationPolicyFactory(BaseFactory):
    """A policy without steps."""

    class Meta:
        model = EscalationPolicy

    name = factory.Sequence(lambda n: f"Policy {n + 1}")
    trigger = Trigger.TICKET_OPEN


class EscalationStepFactory(BaseFactory):
    """After half an hour the planners."""

    class Meta:
        model = EscalationStep

    policy = factory.SubFactory(EscalationPolicyFactory, organization=same_organization())
    sequence = factory.Sequence(lambda n: n + 1)
    wait_minutes = 30
    audience = Audience.PLANNERS


class EscalationFactory(BaseFactory):
    """A policy at work, with nothing promised."""

    class Meta:
        model = Escalation

    policy = factory.SubFactory(EscalationPolicyFactory, organization=same_organization())
    trigger = Trigger.TICKET_OPEN
    started_at = MONDAY

    @classmethod
    def _made(cls, model_class, *, organization, **values):
        department = DepartmentFactory(organization=organization)
        event = events.record(department, "department.created", by=None)
        about = {"subject_type": "department", "subject_id": department.pk, "event": event}
        return model_class.objects.create(**about | values)


class PromiseFactory(BaseFactory):
    class Meta:
        model = Promise

    escalation = factory.SubFactory(EscalationFactory, organization=same_organization())
    sequence = 1
    due_at = MONDAY
    run_after = factory.SelfAttribute("due_at")
    first_due_at = factory.SelfAttribute("due_at")
