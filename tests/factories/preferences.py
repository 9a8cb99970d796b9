"""What people want to be told, and when."""

import datetime

import factory

from notifications.actions import follows, preferences
from notifications.models import (
    DefaultPreference,
    Digest,
    Follow,
    NotificationSchedule,
    Occasion,
    Preference,
    PushSubscription,
)
from notifications.states import Kind, Transport, Wanted
from tenants import events
from tests.factories.base import BaseFactory, same_organization
from tests.factories.members import DepartmentFactory, OperatorFactory
from tests.factories.notifications import NotificationFactory
from tests.factories.orders import WorkOrderFactory

MORNING = datetime.datetime(2031, 3, 3, 7, tzinfo=datetime.UTC)


class PreferenceFactory(BaseFactory):
    """Mails about tasks are not wanted."""

    class Meta:
        model = Preference

    member = factory.SubFactory(OperatorFactory, organization=same_organization())
    kind = Kind.TASK_ASSIGNED
    transport = Transport.EMAIL
    wanted = Wanted.OFF

    @classmethod
    def _made(cls, model_class, *, organization, member, **cell):
        preferences.choose([cell], by=member)
        return model_class.objects.get(member=member, kind=cell["kind"], transport=cell["transport"])


class DefaultPreferenceFactory(BaseFactory):
    class Meta:
        model = DefaultPreference

    kind = factory.Iterator(Kind.values)
    transport = Transport.EMAIL
    wanted = Wanted.OFF

    @classmethod
    def _made(cls, model_class, *, organization, **cell):
        preferences.choose_default([cell], by=None)
        return model_class.objects.get(kind=cell["kind"], transport=cell["transport"])


class NotificationScheduleFactory(BaseFactory):
    """Quiet from ten at night to six in the morning."""

    class Meta:
        model = NotificationSchedule

    member = factory.SubFactory(OperatorFactory, organization=same_organization())
    quiet_from = datetime.time(22)
    quiet_until = datetime.time(6)

    @classmethod
    def _made(cls, model_class, *, organization, member, **facts):
        return preferences.edit_schedule(by=member, **facts)


class FollowFactory(BaseFactory):
    """Somebody follows an order."""

    class Meta:
        model = Follow

    member = factory.SubFactory(OperatorFactory, organization=same_organization())

    @classmethod
    def _made(cls, model_class, *, organization, member, subject=None, muted=False):
        subject = subject or WorkOrderFactory(organization=organization)
        return (follows.mute if muted else follows.follow)(subject, by=member)


class PushSubscriptionFactory(BaseFactory):
    class Meta:
        model = PushSubscription

    member = factory.SubFactory(OperatorFactory, organization=same_organization())
    endpoint = factory.Sequence(lambda n: f"https://push.example.com/{n}")
    p256dh = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
    auth = "BTBZMqHH6r4Tts7J_aSIgg"


class DigestFactory(BaseFactory):
    """A digest that will come in the morning."""

    class Meta:
        model = Digest

    member = factory.SubFactory(OperatorFactory, organization=same_organization())
    due_at = MORNING
    run_after = factory.SelfAttribute("due_at")
    first_due_at = factory.SelfAttribute("due_at")
    key = factory.Sequence(lambda n: f"digest.{n}@workfloor.local")


class OccasionFactory(BaseFactory):
    """A second event of an entry."""

    class Meta:
        model = Occasion

    notification = factory.SubFactory(NotificationFactory, organization=same_organization())

    @classmethod
    def _made(cls, model_class, *, organization, notification):
        event = events.record(DepartmentFactory(organization=organization), "department.created", by=None)
        return model_class.objects.create(notification=notification, event=event, recipient=notification.recipient)
