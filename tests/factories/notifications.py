"""Entries of an inbox, and messages on their way out of the house, made as the product makes them."""

import factory

from notifications.actions import inbox, telling
from notifications.models import Cleared, Message, Notification
from notifications.queries import conservation
from notifications.states import Kind
from tenants import events
from tests.factories.base import BaseFactory, same_organization
from tests.factories.members import DepartmentFactory, OperatorFactory


class NotificationFactory(BaseFactory):
    """Somebody was told about something new. Without `event` a department was created for the occasion."""

    class Meta:
        model = Notification

    recipient = factory.SubFactory(OperatorFactory, organization=same_organization())
    kind = Kind.TASK_ASSIGNED
    title = factory.Sequence(lambda n: f"News {n + 1}")

    @classmethod
    def _made(cls, model_class, *, organization, recipient, event=None, is_read=False, **values):
        if event is None:
            event = events.record(DepartmentFactory(organization=organization), "department.created", by=None)
        notification = next(told for told in telling.tell(event, to=[recipient], **values))
        return inbox.read(notification, by=recipient) if is_read else notification


class MessageFactory(BaseFactory):
    """The mail that goes with a notification, not sent yet."""

    class Meta:
        model = Message

    notification = factory.SubFactory(NotificationFactory, organization=same_organization())

    @classmethod
    def _made(cls, model_class, *, organization, notification):
        return model_class.objects.get(notification=notification)


class ClearedFactory(BaseFactory):
    """A number that is kept of what is forgotten, under a name that adds to no figure."""

    class Meta:
        model = Cleared

    label = conservation.MESSAGES
    state = factory.Sequence(lambda n: f"s{n}")
    count = 1
