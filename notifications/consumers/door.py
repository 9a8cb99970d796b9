"""Who may open the socket, from what its handshake shows."""

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user
from django.http import parse_cookie
from django.http.request import split_domain_port, validate_host
from django.utils.module_loading import import_string

from tenants.access import SESSION_KEY, Caller, answer_door
from tenants.actions import tokens
from tenants.queries import Pass, session_data_of

NOT_SIGNED_IN, NO_LONGER_ALLOWED = 4401, 4403


@dataclass(frozen=True)
class Shown:
    """What a socket shows of its caller, read from the handshake."""

    host: str
    origin: str
    authorization: str
    organization: str
    session: str

    @classmethod
    def by(cls, scope: dict[str, Any]) -> "Shown":
        headers: dict[str, str] = {}
        for raw_name, raw_value in scope["headers"]:
            name, value = raw_name.decode("latin1").lower(), raw_value.decode("latin1")
            # Said twice is said in one line (RFC 9110 5.3): two hosts or origins are then no host or origin of ours.
            headers[name] = f"{headers[name]}, {value}" if name in headers else value
        return cls(
            host=headers.get("host", ""),
            origin=headers.get("origin", ""),
            authorization=headers.get("authorization", ""),
            organization=headers.get("x-organization", ""),
            session=parse_cookie(headers.get("cookie", "")).get(settings.SESSION_COOKIE_NAME, ""),
        )

    @property
    def may_knock(self) -> bool:
        """Whether the host is ours and, for a cookie, the page is too: browsers send cookies along for any page."""
        if not validate_host(split_domain_port(self.host)[0], settings.ALLOWED_HOSTS):
            return False
        schemes = ("https",) if settings.HTTPS else ("http", "https")
        ours = {f"{scheme}://{self.host.lower()}" for scheme in schemes}
        return bool(self.authorization) or self.origin.lower() in ours


@dataclass(frozen=True)
class Standing:
    """What the database says about a caller: a close code if they may not listen, else who they are."""

    code: int | None
    caller: Caller
    session_data: str = ""

    @property
    def who(self) -> tuple[Any, ...]:
        member = self.caller.member
        return (member.pk, member.role) if member else ()


def standing_of(shown: Shown) -> Standing:
    """Ask the same door as pages and API do; asked again while the socket is open, it notices a sign-out."""
    # Read before the door is asked: what changes meanwhile differs at the next look.
    session_data = session_data_of([shown.session]).get(shown.session, "") if shown.session else ""
    session = import_string(f"{settings.SESSION_ENGINE}.SessionStore")(shown.session or None)
    caller = answer_door(
        host=shown.host,
        authorization=shown.authorization,
        named=shown.organization,
        session_choice=session.get(SESSION_KEY, ""),
        user=get_user(SimpleNamespace(session=session)),
        method="GET",
    )
    if caller.member is None:
        is_known = caller.user is not None and not (caller.turned and caller.turned.status == 401)
        return Standing(NO_LONGER_ALLOWED if is_known else NOT_SIGNED_IN, caller)
    return Standing(None, caller, "" if shown.authorization else session_data)


def pass_of(shown: Shown, caller: Caller) -> Pass:
    """What to ask about while the socket is open, for all sockets of an organization at once."""
    is_bearer = bool(shown.authorization) and caller.token is None
    return Pass(
        organization_id=caller.member.organization_id,
        member_id=caller.member.pk,
        session="" if shown.authorization else shown.session,
        token_id=caller.token.pk if caller.token else None,
        ends_at=tokens.end_of(shown.authorization.partition(" ")[2].strip()) if is_bearer else None,
    )
