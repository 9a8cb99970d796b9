"""What a browser may name as its address and keys."""

from notifications.models import PushSubscription
from tenants.errors import Problem
from tenants.models import Member
from tenants.problems import longest

MOST = 20  # browsers of one member


def of_adding(member: Member, *, endpoint: str, is_available: bool) -> list[Problem]:
    if not is_available:
        return [Problem("unavailable", "Browser push is not set up here. An admin of the server can do that.")]
    others = PushSubscription.objects.filter(member=member).exclude(endpoint=endpoint)
    if others.count() >= MOST:
        return [Problem("too_many", f"You have {MOST} browsers already: take one away first.")]
    return []


def of_browser(**texts: str) -> list[Problem]:
    """Texts that fit their columns."""
    return [
        Problem("invalid", f"At most {longest(PushSubscription, name)} characters.", name)
        for name, text in texts.items()
        if "\x00" in text or len(text) > longest(PushSubscription, name)
    ]


def of_address(why_not: str) -> list[Problem]:
    return [Problem("not_public", why_not, "endpoint")] if why_not else []


def of_keys(are_keys: bool) -> list[Problem]:
    return [] if are_keys else [Problem("invalid", "These are not the keys of a browser.", "p256dh")]
