"""What notifications does when something happens: it tells people, pages and endpoints, and waits for reactions."""

import functools

from notifications import hub
from notifications.actions import escalations, telling, webhook_calls
from tenants import doorbell
from tenants.models import Event


def announce(event: Event) -> None:
    """Tell every open page of the organization that something has a new version, once that is safe, and see to it
    that endpoints of other programs hear of it.

    One reaction for both: a delivery of its own for each event would cost every organization what few of them use.
    """
    webhook_calls.expect(event)
    frame = hub.Changed(
        subject=event.subject_type, id=event.subject_id, version=event.subject_version, position=event.position
    )
    doorbell.after_commit(functools.partial(hub.publish, event.organization_id, frame))


def escalate(event: Event) -> None:
    """Begin to wait for somebody to react, or end that: what is moved to another time does both."""
    escalations.stop(event)
    if event.kind in escalations.BEGINS:
        escalations.begin(event)


def tell(event: Event) -> None:
    """Tell everybody whom it is news to. Who that is and what they read stands in `notifications.kinds`."""
    telling.tell_of(event)
