"""What happens if nobody reacts: made by the verbs people would say, and by what the floor says itself."""

import factory

from notifications.actions import business_calendars, escalation_policies, escalations
from notifications.kinds.watched import watched
from notifications.models import BusinessCalendar, Escalation, EscalationPolicy, EscalationStep, Holiday, Promise
from notifications.states import Audience, Trigger
from tenants.context import tenant
from tenants.models import Event
from tests.factories.base import BaseFactory, same_organization
from tests.factories.tickets import TicketFactory
from tests.support.walk import somebody


class BusinessCalendarFactory(BaseFactory):
    """Monday to Friday, eight to five."""

    class Meta:
        model = BusinessCalendar

    name = factory.Sequence(lambda n: f"Calendar {n + 1}")

    @classmethod
    def _made(cls, model_class, *, organization, **facts):
        return business_calendars.create(by=None, **facts)


class HolidayFactory(BaseFactory):
    """A day off, in a calendar of its own if none is named."""

    class Meta:
        model = Holiday

    calendar = factory.SubFactory(BusinessCalendarFactory, organization=same_organization())
    date = factory.Faker("date_between", start_date="+1d", end_date="+300d")
    name = "Works outing"

    @classmethod
    def _made(cls, model_class, *, organization, calendar, date, name):
        days = dict(calendar.holidays.values_list("date", "name")) | {date: name}
        business_calendars.edit(calendar, by=None, holidays=days)
        return calendar.holidays.get(date=date)


class EscalationPolicyFactory(BaseFactory):
    """After half an hour the planners. `steps` may leave out what is as in that one."""

    class Meta:
        model = EscalationPolicy

    name = factory.Sequence(lambda n: f"Policy {n + 1}")
    trigger = Trigger.TICKET_OPEN
    steps = ({},)

    @classmethod
    def _made(cls, model_class, *, organization, steps, **facts):
        usual = {"wait_minutes": 30, "audience": Audience.PLANNERS, "member": None, "transports": []}
        return escalation_policies.create(by=None, steps=[usual | step for step in steps], **facts)


class EscalationStepFactory(BaseFactory):
    """The one step of a policy of its own."""

    class Meta:
        model = EscalationStep

    policy = factory.SubFactory(EscalationPolicyFactory, organization=same_organization())

    @classmethod
    def _made(cls, model_class, *, organization, policy):
        return policy.steps.get()


class EscalationFactory(BaseFactory):
    """A policy at work on a new ticket, whoever else would have taken care of it."""

    class Meta:
        model = Escalation

    policy = factory.SubFactory(EscalationPolicyFactory, organization=same_organization())
    subject = factory.SubFactory(TicketFactory, organization=same_organization())

    @classmethod
    def _made(cls, model_class, *, organization, policy, subject):
        event = Event.objects.about(subject).order_by("subject_version").first()
        return escalations.promise(policy, event, watched(policy.trigger, [subject.pk])[subject.pk])

    @factory.post_generation
    def at(escalation, create, state, by=None):
        with tenant(escalation.organization_id):
            if state == "acknowledged":
                escalations.acknowledge(escalation, by=by or somebody(escalation.organization_id))
            elif state == "ended":
                escalations.end(escalation, by=by, because="resolved")
            escalation.refresh_from_db()


class PromiseFactory(BaseFactory):
    """The first step of an escalation, which came with it."""

    class Meta:
        model = Promise

    escalation = factory.SubFactory(EscalationFactory, organization=same_organization())

    @classmethod
    def _made(cls, model_class, *, organization, escalation):
        return escalation.promised.order_by("sequence").first()
