"""Badges: a code somebody carries and the time clock reads. It is shown once; only its digest is kept."""

import base64
import secrets

from django.db import transaction

from dispatch import problems
from dispatch.models import Badge
from tenants import context, events
from tenants.errors import NotAllowed, Problem, refuse_input
from tenants.models import Member
from tenants.queries import digest_of
from tenants.transitions import change

RANDOM_BYTES = 20


@transaction.atomic
def issue(member: Member, *, by: Member | None) -> tuple[Badge, str]:
    """Make a badge and answer `(badge, code)`. The one before it is revoked: nobody has two."""
    member = Member.objects.lock(member)
    refuse_input(problems.of_being_here(member))
    for older in Badge.objects.filter(member=member, revoked_at=None):
        change(older, "badge.revoked", by=by, data={"member": member.pk}, revoked_at=context.now())
    code = new_code()
    badge = Badge.objects.create(member=member, digest=digest_of(code))
    events.record(badge, "badge.issued", by=by, member=member.pk)
    return badge, code


@transaction.atomic
def revoke(badge: Badge, *, by: Member | None, seen: int | None = None) -> Badge:
    """End a badge at once and for good."""
    Member.objects.lock(badge.member_id)
    badge = Badge.objects.lock(badge, seen=seen)
    if badge.revoked_at is None:
        change(badge, "badge.revoked", by=by, data={"member": badge.member_id}, revoked_at=context.now())
        return badge
    last = events.newest(badge)
    if last is None or last.actor_id != (by.pk if by else None):
        raise NotAllowed([Problem("already_revoked", "It has been revoked already.")])
    return badge


def new_code() -> str:
    """Capital letters and digits only: every scanner types them alike, and a QR code of them is small."""
    return f"WF{base64.b32encode(secrets.token_bytes(RANDOM_BYTES)).decode()}"
