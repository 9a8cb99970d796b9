"""One mail for many entries, grouped by what they are about."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import ngettext

from notifications.engine.quiet import Quiet
from notifications.models import Digest, Notification
from notifications.transports import email
from notifications.transports.email import unsubscribe
from tenants.errors import Permanent

MOST = 200  # entries to list: a mail of thousands is read by nobody, and refused by some servers
Names = Mapping[str, Mapping[uuid.UUID, str]]


def send(digest: Digest, entries: Sequence[Notification], *, names: Names, quiet: Quiet) -> None:
    """Hand one mail with all `entries` to the mail server, under the digest's key as its Message-ID.

    `names` are of what they are about, `quiet` has the member's time zone. Raises `Permanent` if there is no address,
    or the server refuses it for good.
    """
    member = entries[0].recipient
    address = member.user.email
    if not address:
        raise Permanent("The recipient has no e-mail address.")
    language = member.language or member.organization.language
    with translation.override(language), timezone.override(quiet.zone):
        mail = _mail(digest, entries, names, address)
    email.hand_over(mail, address)


def _mail(digest: Digest, entries: Sequence[Notification], names: Names, address: str) -> EmailMultiAlternatives:
    member = entries[0].recipient
    site = settings.SITE_URL.rstrip("/")
    turn_off = unsubscribe.url_of_digest(digest)
    values = {
        "recipient": member,
        "organization": member.organization,
        "count": len(entries),
        "left_out": max(len(entries) - MOST, 0),
        "groups": grouped(entries[:MOST], names),
        "site": site,
        "turn_off": turn_off,
        "language": translation.get_language(),
    }
    said = ngettext("%(count)d notification", "%(count)d notifications", len(entries)) % {"count": len(entries)}
    mail = EmailMultiAlternatives(
        subject=" ".join(f"[{member.organization.name}] {said}".split()),
        body=render_to_string("notifications/email/digest.txt", values),
        to=[address],
        headers={
            "Message-ID": f"<{digest.key}>",
            "Auto-Submitted": "auto-generated",
            "List-Unsubscribe": f"<{turn_off}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
    )
    mail.attach_alternative(render_to_string("notifications/email/digest.html", values), "text/html")
    return mail


def grouped(entries: Sequence[Notification], names: Names) -> list[dict[str, Any]]:
    """Entries by the thing they are about, things in the order of their first entry; those about nothing alone."""
    groups: dict[Any, list[Notification]] = {}
    for entry in entries:
        groups.setdefault(entry.subject_id or entry.pk, []).append(entry)
    return [
        {"name": names.get(first.subject_type, {}).get(first.subject_id, "") if first.subject_id else "", "entries": of}
        for of in groups.values()
        for first in of[:1]
    ]
