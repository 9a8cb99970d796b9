"""Other programs that are told of events."""

import datetime

import factory

from notifications.actions import webhooks
from notifications.models import Webhook, WebhookAttempt, WebhookCall
from tenants import events
from tests.factories.base import BaseFactory, same_organization
from tests.factories.members import DepartmentFactory


class WebhookFactory(BaseFactory):
    class Meta:
        model = Webhook

    name = factory.Sequence(lambda n: f"Endpoint {n + 1}")
    url = "https://hooks.example.com/workfloor"

    @classmethod
    def _made(cls, model_class, *, organization, **values):
        return webhooks.create(by=None, **values)[0]


class WebhookCallFactory(BaseFactory):
    """A department was created, and an endpoint is to hear of it: in 2031, unless told otherwise."""

    class Meta:
        model = WebhookCall

    run_after = datetime.datetime(2031, 3, 3, 8, tzinfo=datetime.UTC)

    webhook = factory.SubFactory(WebhookFactory, organization=same_organization())

    @classmethod
    def _made(cls, model_class, *, organization, webhook, event=None, **values):
        event = event or events.record(DepartmentFactory(organization=organization), "department.created", by=None)
        return model_class.objects.create(webhook=webhook, event=event, **values)


class WebhookAttemptFactory(BaseFactory):
    class Meta:
        model = WebhookAttempt

    call = factory.SubFactory(WebhookCallFactory, organization=same_organization())
    http_status = 200
    milliseconds = 12
