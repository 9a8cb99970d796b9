"""Making and ending the secrets of programs."""

import datetime
import secrets
import uuid

import jwt
from django.conf import settings
from django.db import transaction

from tenants import context, events, problems
from tenants.errors import NotAllowed, Problem, refuse_input
from tenants.ids import uuid7
from tenants.models import ApiToken, Member, RefreshToken, User
from tenants.queries import digest_of
from tenants.transitions import change

AUDIENCE = "workfloor"
ALGORITHM = "HS256"


class BadToken(Exception):
    """The token is forged, malformed, expired, used before or revoked; callers are not told which."""


@transaction.atomic
def make_api_token(
    *,
    member: Member,
    name: str,
    by: Member | None,
    scopes: list[str] | None = None,
    expires_at: datetime.datetime | None = None,
) -> tuple[ApiToken, str]:
    """Make a token and answer `(token, secret)`. The secret is not kept: it is seen this once."""
    refuse_input(problems.of_given_token(name=name, expires_at=expires_at))
    name = name.strip()
    secret = f"wf_{secrets.token_urlsafe(32)}"
    token = ApiToken.objects.create(
        member=member,
        name=name,
        prefix=secret[:9],
        digest=digest_of(secret),
        scopes=scopes or [],
        expires_at=expires_at,
    )
    events.record(token, "token.made", by=by, name=name, member=member.pk)
    return token, secret


@transaction.atomic
def revoke_api_token(token: ApiToken, *, by: Member | None, seen: int | None = None) -> ApiToken:
    """End a token at once and for good."""
    token = ApiToken.objects.lock(token, seen=seen)
    if token.revoked_at is None:
        change(token, "token.revoked", by=by, revoked_at=context.now())
        return token
    last = events.newest(token)
    if last is None or last.actor_id != (by.pk if by else None):
        raise NotAllowed([Problem("already_revoked", "It has been revoked already.")])
    return token


def revoke_all_of(member: Member, *, by: Member | None) -> None:
    """End every token of somebody who was sent away; letting them in again brings none back."""
    for token in ApiToken.objects.filter(member=member, revoked_at=None).order_by("pk"):
        revoke_api_token(token, by=by)


def pair_for(user: User, *, family: uuid.UUID | None = None) -> dict[str, str]:
    """A short access token and the next refresh token of `family` (a new family after a sign-in)."""
    moment = context.now()
    secret = secrets.token_urlsafe(32)
    RefreshToken.objects.create(
        user=user,
        family=family or uuid7(),
        digest=digest_of(secret),
        expires_at=moment + settings.REFRESH_TOKEN_LIFE,
    )
    claims = {
        "sub": str(user.pk),
        "aud": AUDIENCE,
        "iat": moment,
        "exp": moment + settings.ACCESS_TOKEN_LIFE,
        "jti": str(uuid7()),
        "key": password_mark(user),
    }
    return {"access": jwt.encode(claims, settings.SECRET_KEY, algorithm=ALGORITHM), "refresh": secret}


def password_mark(user: User) -> str:
    """Changes with the password, so that a new password ends every access token."""
    return user.get_session_auth_hash()[:16]


def user_of(access: str) -> User:
    """Whom an access token names. Raises `BadToken`."""
    try:
        claims = jwt.decode(
            access,
            settings.SECRET_KEY,
            algorithms=[ALGORITHM],
            audience=AUDIENCE,
            options={"require": ["sub", "exp", "iat", "jti"]},
        )
        user = User.objects.get(pk=uuid.UUID(claims["sub"]), is_active=True)
    except (jwt.InvalidTokenError, User.DoesNotExist, ValueError, TypeError, AttributeError) as error:
        raise BadToken from error
    if claims.get("key") != password_mark(user):
        raise BadToken
    return user


def end_of(access: str) -> datetime.datetime:
    """When an access token ends that `user_of` has understood."""
    claims = jwt.decode(access, options={"verify_signature": False})
    return datetime.datetime.fromtimestamp(claims["exp"], tz=datetime.UTC)


def refresh(secret: str) -> dict[str, str]:
    """Trade a refresh token for the next pair. One used before ends its whole family: somebody else has a copy."""
    with transaction.atomic():
        token = RefreshToken.objects.select_for_update().filter(digest=digest_of(secret)).first()
        if token is None:
            raise BadToken
        if token.used_at is None and token.expires_at > context.now() and token.user.is_active:
            token.used_at = context.now()
            token.save(update_fields=["used_at"])
            return pair_for(token.user, family=token.family)
        RefreshToken.objects.filter(family=token.family).delete()
    raise BadToken


def revoke(secret: str) -> None:
    """End the family a refresh token belongs to; an unknown one is not worth telling apart."""
    families = RefreshToken.objects.filter(digest=digest_of(secret)).values("family")
    RefreshToken.objects.filter(family__in=list(families.values_list("family", flat=True))).delete()
