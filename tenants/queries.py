"""Looking people up before an organization is known. Only the door asks these; each is limited by what was shown."""

import hashlib
import uuid

from tenants.context import door
from tenants.models import ApiToken, Member


def digest_of(secret: str) -> str:
    """What is kept of a random secret. It has 256 bits of its own, so a slow hash would add only cost."""
    return hashlib.sha256(secret.encode()).hexdigest()


def memberships_of(user_id: uuid.UUID) -> list[Member]:
    """A user's places in all organizations, the inactive ones too, each with its organization."""
    with door(user=str(user_id)):
        return list(
            Member.everywhere.filter(user_id=user_id)
            .select_related("organization", "user")
            .order_by("organization__slug")
        )


def token_with(secret: str) -> ApiToken | None:
    """The API token behind a secret, or None. Whether it is still valid is the caller's question."""
    digest = digest_of(secret)
    with door(token=digest):
        return ApiToken.everywhere.filter(digest=digest).first()
