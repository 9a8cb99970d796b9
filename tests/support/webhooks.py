"""Walking an event to the endpoints that are to hear of it, one step at a time."""

from notifications.models import WebhookCall
from notifications.queries.webhooks import ANNOUNCER
from tenants import context, relay
from tenants.context import tenant
from tenants.models import Delivery
from tenants.states import DeliveryState
from tests.factories import WorkOrderFactory
from workorder.actions import orders

LABEL = "notifications.webhookcall"


def submit(world):
    with tenant(world.north):
        order = WorkOrderFactory(organization=world.north, at="draft")
        return orders.submit(order, by=world.pia)


def announce(world):
    """Number what happened in north and announce it. Nobody else reacts: whom it is about is not asked here."""
    while relay.relay(world.north):
        pass
    with tenant(world.north):
        due = Delivery.objects.filter(state=DeliveryState.PENDING, subscriber=ANNOUNCER).order_by("event__position")
        ids = list(due.values_list("pk", flat=True))
    for pk in ids:
        relay.run(relay.DELIVERY, world.north, pk)


def deliver(world):
    """Let every call that follows from what happened be made."""
    announce(world)
    for call in calls(world):
        relay.run(LABEL, world.north, call.pk)


def calls(world):
    with tenant(world.north):
        return list(WebhookCall.objects.order_by("pk"))


def again(world, call):
    """Run a call as the relay would when its time has come; answers the row as it is then."""
    with tenant(world.north):
        WebhookCall.objects.filter(pk=call.pk).update(run_after=context.now())
    relay.run(LABEL, world.north, call.pk)
    with tenant(world.north):
        return WebhookCall.objects.get(pk=call.pk)
