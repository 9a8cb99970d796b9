"""A notification of the browser's own, also while no page of ours is open: title, address and id, nothing else.

Offered where the deployment has a key of its own (`manage.py push_keys`) and `cryptography` is installed, as it is in
the full edition (requirements/push.in).
"""

import json

from django.conf import settings

from notifications.models import Message, PushSubscription
from notifications.transports import outbound
from tenants import context
from tenants.context import tenant
from tenants.errors import Permanent, Suppressed
from tenants.transitions import change

try:
    from notifications.transports.push import encryption
except ImportError:  # an edition without it offers no browser push
    encryption = None  # type: ignore[assignment]

TTL_SECONDS = 24 * 3600  # a browser that is not switched on for a day finds the rest in the inbox
GONE = frozenset({404, 410})
NO_BROWSER = "no browser to push to"


class Failed(Exception):
    """No push service took it; it is tried again."""


def is_available() -> bool:
    return bool(encryption and settings.VAPID_PRIVATE_KEY and settings.VAPID_SUBJECT)


def public_key() -> str:
    """What a browser is told when it subscribes; empty where push is not available."""
    return encryption.public_key(settings.VAPID_PRIVATE_KEY) if is_available() else ""


def are_keys(p256dh: str, auth: str) -> bool:
    return encryption.are_keys(p256dh, auth)


def send(message: Message) -> None:
    """Push to each browser of the recipient; a browser that is gone is forgotten.

    One that took it is enough: a second try would show it there twice. Raises `Failed` if none did, `Suppressed` if
    there is none.
    """
    if not is_available():
        raise Permanent("Browser push is not set up here.")
    with tenant(message.organization_id):
        mine = list(PushSubscription.objects.filter(member=message.notification.recipient_id))
    answers = {subscription: _pushed(subscription, message) for subscription in mine}
    taken = [subscription.pk for subscription, answer in answers.items() if answer == ""]
    gone = [subscription for subscription, answer in answers.items() if answer is None]
    with tenant(message.organization_id):
        PushSubscription.objects.filter(pk__in=taken).update(last_used_at=context.now())
        for subscription in gone:
            _forget(subscription)
    if taken:
        return
    if refusals := [answer for answer in answers.values() if answer]:
        raise Failed(" ".join(sorted(set(refusals))))
    raise Suppressed(NO_BROWSER)


def _pushed(subscription: PushSubscription, message: Message) -> str | None:
    """Empty if it was taken, None if the browser is gone, else why it was not taken."""
    told = message.notification
    plain = json.dumps({"title": told.title, "url": told.url, "id": str(told.pk)}).encode()
    headers = {
        "Authorization": encryption.authorization(
            subscription.endpoint, private_key=settings.VAPID_PRIVATE_KEY, subject=settings.VAPID_SUBJECT
        ),
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(TTL_SECONDS),
        "Urgency": "high" if message.is_urgent else "normal",
        "Topic": told.pk.hex,  # said again before it was shown, it replaces the first
    }
    body = encryption.encrypt(plain, p256dh=subscription.p256dh, auth=subscription.auth)
    try:
        answer = outbound.post(subscription.endpoint, body, headers)
    except (outbound.NoAnswer, outbound.Refused) as refusal:
        return str(refusal)
    if answer.status in GONE:
        return None
    return "" if 200 <= answer.status < 300 else f"The push service answered {answer.status}."


def _forget(subscription: PushSubscription) -> None:
    current = PushSubscription.objects.filter(pk=subscription.pk).first()
    if current is not None:
        change(current, "push_subscription.expired", by=None, data={"member": current.member_id})
        current.delete()
