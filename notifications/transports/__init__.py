"""How a message leaves the house: one folder per kind, each with `send(message)`.

To add one: copy `email/`, add its name to `states.Transport` and its folder to `SENDERS`. `send` gets a message whose
notification, recipient and user are loaded, runs outside any transaction and inside the organization's context, and
raises `Permanent` for what can never succeed; any other exception is tried again later under the same key.
"""

from collections.abc import Callable

from notifications.models import Message
from notifications.states import Transport
from notifications.transports import email

SENDERS: dict[str, Callable[[Message], None]] = {Transport.EMAIL: email.send}
