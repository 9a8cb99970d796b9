"""Sending what was written down, if it is still to be sent."""

from notifications import kinds
from notifications.models import Message, Notification
from notifications.queries.preferences import may_go_now
from notifications.transports import SENDERS
from tenants.context import tenant
from tenants.errors import NotYet, Permanent, Suppressed


def send(message: Message) -> None:
    """Send one claimed message over its transport, outside any transaction: a slow server holds no lock.

    Everything is asked again first: a task may have been given to somebody else since. Raises what the transport
    raises, `Suppressed` if it is no longer to be sent, `NotYet` if it has to wait.
    """
    with tenant(message.organization_id):
        message, refusal = _looked_at_again(message)
    if refusal:
        raise refusal
    if message.transport not in SENDERS:
        raise Permanent(f"There is no transport {message.transport}.")
    SENDERS[message.transport](message)


def _looked_at_again(message: Message) -> tuple[Message, Suppressed | NotYet | None]:
    """The message as it is by now, closed to whatever happens later; and why it does not go."""
    Notification.objects.filter(pk=message.notification_id, open_key__isnull=False).update(open_key=None)
    asked = Message.objects.select_related("notification__recipient__user", "notification__organization")
    message = asked.get(pk=message.pk)
    try:
        may_go_now(message)
    except (Suppressed, NotYet) as refusal:
        return message, refusal
    why = kinds.no_longer(message.notification)
    return message, Suppressed(why) if why else None
