"""How a message leaves the house: one folder per kind, each with `send(message)`.

To add one, say `pager/`:

1. Copy `email/`. `send` gets a message whose notification, recipient and user are loaded. It runs outside any
   transaction and outside the organization's context, so it opens `with tenant(message.organization_id):` around what
   it reads or writes, and never around a conversation with another machine.
2. It raises `Permanent` for what can never succeed, `Suppressed` for what is not wanted any more, `NotYet` for a server
   that asks for time. Any other exception is tried again later under the same `message.key`, which goes along, so that
   the other side can tell a second copy.
3. Addresses that people typed are called through `outbound` alone.
4. Its name goes into `states.Transport`, its folder into `SENDERS`, what each kind says of it by default into
   `kinds/`, and what a member lacks for it (an address, a browser) into `queries.preferences`.

`live/` has no rows, since nobody is told later what a page did not show. `webhook/` goes to programs and not to
members: its rows are `WebhookCall`, its verbs in `actions/webhook_calls.py`.
"""

from collections.abc import Callable

from notifications.models import Message
from notifications.states import Transport
from notifications.transports import email, push

SENDERS: dict[str, Callable[[Message], None]] = {Transport.EMAIL: email.send, Transport.PUSH: push.send}
