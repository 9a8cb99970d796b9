"""Sending what the inbox wrote down."""

from notifications.models import Message
from notifications.transports import SENDERS
from tenants.context import tenant
from tenants.errors import Permanent


def send(message: Message) -> None:
    """Send one claimed message over its transport, outside any transaction: a slow server holds no lock.

    Whoever left between the event and the sending is not written to. Raises what the transport raises.
    """
    with tenant(message.organization_id, atomic=False):
        loaded = Message.objects.select_related("notification__recipient__user", "notification__organization")
        message = loaded.get(pk=message.pk)
    recipient = message.notification.recipient
    if not (recipient.active and recipient.user.is_active):
        raise Permanent("The recipient is no longer a member.")
    if message.transport not in SENDERS:
        raise Permanent(f"There is no transport {message.transport}.")
    SENDERS[message.transport](message)
