"""What the clock asked for, and what was given another life."""

import datetime

import factory

from tenants.ids import uuid7
from tenants.models import Replay, ScheduledRun
from tests.factories.base import BaseFactory


class ScheduledRunFactory(BaseFactory):
    class Meta:
        model = ScheduledRun

    schedule = "retention"
    due_at = factory.Sequence(
        lambda n: datetime.datetime(2031, 3, 3, 2, tzinfo=datetime.UTC) + datetime.timedelta(days=n)
    )
    run_after = factory.SelfAttribute("due_at")
    first_due_at = factory.SelfAttribute("due_at")


class ReplayFactory(BaseFactory):
    class Meta:
        model = Replay

    label = "tenants.delivery"
    row_id = factory.LazyFunction(uuid7)
