"""Lets what is waiting happen, by the test's hand: one step, or until nobody has anything left to do."""

import os
from contextlib import contextmanager
from unittest import mock

from celery import current_app
from kombu import pools

from tenants import doorbell, relay
from tenants.context import tenant
from tenants.models import Delivery, Organization
from tenants.states import DeliveryState

ROUNDS = 50


class Burst:
    """Between an act and its consequences stands a relay that no thread runs in a test: this is its crank."""

    def relay(self):
        """Number what happened and write its deliveries, running none; answers how many events were relayed."""
        return sum(relay.relay(organization) for organization in self._organizations())

    def step(self, organization):
        """Run the oldest waiting delivery of an organization; answers its subscriber, or None if there is none."""
        with tenant(organization):
            row = Delivery.objects.filter(state=DeliveryState.PENDING).order_by("event__position", "subscriber").first()
        if row is None or not relay.run(relay.DELIVERY, organization, row.pk):
            return None
        return row.subscriber

    def until_quiet(self):
        """Relay and run everything that is due, in every organization, until nothing is; answers how much it was."""
        total = 0
        for _ in range(ROUNDS):
            touched = sum(relay.drain(organization) for organization in self._organizations())
            if not touched:
                return total
            total += touched
        raise AssertionError(f"Still not quiet after {ROUNDS} rounds: a reaction causes itself.")

    def waiting(self, organization):
        """Subscribers of the deliveries that have not run, in order."""
        with tenant(organization):
            rows = Delivery.objects.filter(state=DeliveryState.PENDING).order_by("event__position", "subscriber")
            return list(rows.values_list("subscriber", flat=True))

    @staticmethod
    def _organizations():
        return list(Organization.objects.order_by("slug"))


@contextmanager
def lent_broker(url):
    """Let this process' doorbells ring over a real broker for a while."""
    with mock.patch.dict(os.environ, CELERY_BROKER_URL=url):  # Celery's own override; its settings cannot be reread
        _connect_anew()
        yield
    _connect_anew()


def _connect_anew():
    pools.reset()
    current_app._pool = current_app.amqp._producer_pool = None
    doorbell.breaker = doorbell.Breaker()
