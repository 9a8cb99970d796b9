"""The address with which a mail lets somebody turn its like off without signing in (RFC 8058).

It names the member and the kind, and is signed: nobody can turn off another's mail, nor another kind.
"""

import uuid
from dataclasses import dataclass

from django.conf import settings
from django.core import signing
from django.urls import reverse

from notifications.models import Digest, Notification
from notifications.states import Kind

SALT = "notifications.unsubscribe"
DIGEST = "digest"  # stands where a kind does: everything that comes in the digest


@dataclass(frozen=True)
class Wish:
    organization_id: uuid.UUID
    member_id: uuid.UUID
    kind: str


def url_of(notification: Notification) -> str:
    """Where mails of this kind are turned off for the recipient."""
    return _url(notification.organization_id, notification.recipient_id, notification.kind)


def url_of_digest(digest: Digest) -> str:
    """Where everything that comes in the digest is turned off."""
    return _url(digest.organization_id, digest.member_id, DIGEST)


def read(token: str) -> Wish | None:
    """What a token wishes for, None if we did not write it."""
    try:
        organization_id, member_id, kind = signing.Signer(salt=SALT).unsign_object(token)
        wish = Wish(uuid.UUID(organization_id), uuid.UUID(member_id), kind)
    except (signing.BadSignature, ValueError, TypeError, AttributeError):
        return None
    return wish if wish.kind in (*Kind.values, DIGEST) else None


def _url(organization_id: uuid.UUID, member_id: uuid.UUID, kind: str) -> str:
    token = signing.Signer(salt=SALT).sign_object([str(organization_id), str(member_id), str(kind)])
    return f"{settings.SITE_URL.rstrip('/')}{reverse('notifications:unsubscribe', args=[token])}"
