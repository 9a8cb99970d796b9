"""Looking people up before an organization is known. Only the door asks these; each is limited by what was shown."""

import hashlib
import secrets
import uuid
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from django.db import models

from tenants.context import door
from tenants.models import ApiToken, Member, Organization, User
from tenants.models.prepared import Prepared

Part = tuple[str, type[models.Model]]

MEMBER: list[Part] = [("", Member), ("user__", User), ("organization__", Organization)]
TOKEN: list[Part] = [("", ApiToken), *((f"member__{path}", model) for path, model in MEMBER)]


def _columns(parts: Sequence[Part]) -> Iterator[str]:
    return (f"{path}{field.attname}" for path, model in parts for field in model._meta.concrete_fields)


def _objects(parts: Sequence[Part], row: Sequence[Any]) -> list[Any]:
    """What `_columns` asked for, as objects again."""
    values, found = iter(row), []
    for _, model in parts:
        names = [field.attname for field in model._meta.concrete_fields]
        found.append(model.from_db("default", names, list(islice(values, len(names)))))
    return found


_memberships = Prepared(
    lambda user_id: (
        Member.everywhere.filter(user_id=user_id).order_by("organization__slug").values_list(*_columns(MEMBER))
    ),
    uuid.uuid4(),
)
_tokens = Prepared(
    lambda digest: ApiToken.everywhere.filter(digest=digest).order_by().values_list(*_columns(TOKEN)),
    secrets.token_hex(),
)


def digest_of(secret: str) -> str:
    """What is kept of a random secret. It has 256 bits of its own, so a slow hash would add only cost."""
    return hashlib.sha256(secret.encode()).hexdigest()


def memberships_of(user_id: uuid.UUID) -> list[Member]:
    """A user's places in all organizations, the inactive ones too, each with its user and its organization."""
    with door(user=str(user_id)):
        rows = _memberships(user_id)
    return [_member(*_objects(MEMBER, row)) for row in rows]


def token_with(secret: str) -> ApiToken | None:
    """The API token behind a secret with its member, or None. Whether it is still valid is the caller's question."""
    digest = digest_of(secret)
    with door(token=digest):
        rows = _tokens(digest)
    if not rows:
        return None
    token, *member = _objects(TOKEN, rows[0])
    token.member = _member(*member)
    return token


def _member(member: Member, user: User, organization: Organization) -> Member:
    member.user, member.organization = user, organization
    return member
