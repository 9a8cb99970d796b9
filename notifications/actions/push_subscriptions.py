"""Browsers that a member asked to be pushed to."""

from django.db import transaction

from notifications.models import PushSubscription
from notifications.problems import push_subscriptions as problems
from notifications.transports import outbound, push
from tenants import events
from tenants.errors import refuse, refuse_input
from tenants.models import Member
from tenants.transitions import change


@transaction.atomic
def add(*, by: Member, endpoint: str, p256dh: str, auth: str, browser: str = "") -> PushSubscription:
    """Push to a browser from now on; said again, it has the keys of the last time.

    A browser belongs to whoever said so last: on a shared terminal nobody reads what is another's. Raises `NotAllowed`
    where push is not set up, or for too many browsers.
    """
    member = Member.objects.lock(by)
    refuse(problems.of_adding(member, endpoint=endpoint, is_available=push.is_available()))
    keys = {"p256dh": p256dh, "auth": auth}
    refuse_input(
        problems.of_browser(endpoint=endpoint, **keys, browser=browser)
        or problems.of_address(outbound.why_not(endpoint))
        or problems.of_keys(push.are_keys(p256dh, auth))
    )
    for other in PushSubscription.objects.filter(endpoint=endpoint).exclude(member=member):
        remove(other, by=by)
    row = PushSubscription.objects.filter(member=member, endpoint=endpoint).first()
    if row is None:
        row = PushSubscription.objects.create(member=member, endpoint=endpoint, **keys, browser=browser)
        events.record(row, "push_subscription.added", by=by, member=member.pk)
    elif (row.p256dh, row.auth) != (p256dh, auth):
        change(row, "push_subscription.renewed", by=by, data={"member": member.pk}, **keys)
    return row


@transaction.atomic
def remove(row: PushSubscription, *, by: Member, seen: int | None = None) -> None:
    """Push to that browser no more."""
    row = PushSubscription.objects.lock(row, seen=seen)
    change(row, "push_subscription.removed", by=by, data={"member": row.member_id})
    row.delete()
