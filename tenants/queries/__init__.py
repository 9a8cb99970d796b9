"""Looking people up before an organization is known. Only the door asks these; each is limited by what was shown."""

import datetime
import hashlib
import secrets
import uuid
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, NamedTuple

from django.conf import settings
from django.db import models
from django.utils.module_loading import import_string

from tenants import context
from tenants.context import door
from tenants.models import ApiToken, Member, Organization, User
from tenants.models.prepared import Prepared
from tenants.states import OrganizationStatus

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


@dataclass(frozen=True)
class Pass:
    """What somebody came in with: enough to ask later, for many of them at once, whether it still holds."""

    organization_id: uuid.UUID
    member_id: uuid.UUID
    session: str = ""
    token_id: uuid.UUID | None = None
    ends_at: datetime.datetime | None = None


class Hold(NamedTuple):
    """How a pass stands. What else let its owner in is in `mark`: when that differs, only the door can judge."""

    is_signed_in: bool
    is_welcome: bool
    mark: tuple[str, ...]


def hold_of(member: Member, session_data: str) -> Hold:
    """How somebody stands whom the door has just let in."""
    return Hold(True, True, (member.role, member.user.password, session_data))


def session_data_of(keys: Collection[str]) -> dict[str, str]:
    """Sessions that have not ended, as they are stored: dict[session key -> text]."""
    store = import_string(f"{settings.SESSION_ENGINE}.SessionStore").get_model_class()
    alive = store.objects.filter(session_key__in=keys, expire_date__gt=context.now())
    return dict(alive.values_list("session_key", "session_data"))


def holds(passes: Collection[Pass]) -> dict[Pass, Hold]:
    """How the passes of the current organization stand, in three statements at most, however many they are."""
    sessions = session_data_of(keys) if (keys := {p.session for p in passes if p.session}) else {}
    columns = ("active", "role", "user__is_active", "user__password", "organization__status")
    rows = Member.objects.filter(pk__in={p.member_id for p in passes}).values_list("pk", *columns)
    people = {pk: values for pk, *values in rows}
    named = {p.token_id for p in passes if p.token_id}
    tokens = {token.pk for token in ApiToken.objects.filter(pk__in=named) if token.is_valid} if named else set()
    moment = context.now()

    def hold(given: Pass) -> Hold:
        active, role, user_is_active, password, status = people.get(given.member_id, (False, "", False, "", ""))
        if given.token_id:
            is_signed_in = given.token_id in tokens
        else:
            is_signed_in = (
                given.session in sessions if given.session else bool(given.ends_at and given.ends_at > moment)
            )
        is_welcome = active and status != OrganizationStatus.SUSPENDED
        mark = (role, password, sessions.get(given.session, ""))
        return Hold(is_signed_in and user_is_active, is_welcome, mark)

    return {given: hold(given) for given in passes}
