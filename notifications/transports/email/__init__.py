"""One mail per message: plain text with an HTML alternative, under the message's key as its Message-ID.

All mails about one thing name the same root, which is never sent itself, so that mail programs show them as one
thread. Each can be turned off with one click (RFC 8058), and says that no person wrote it (RFC 3834).
"""

import smtplib

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation

from notifications.models import Message, Notification
from notifications.states import KEY_DOMAIN
from notifications.transports.email import unsubscribe
from tenants.errors import Permanent

FOR_EVER = 500  # SMTP answers from here on will not be different tomorrow (RFC 5321 4.2.1)


def send(message: Message) -> None:
    """Hand the mail to the mail server. Raises `Permanent` if the address is refused for good, or there is none."""
    recipient = message.notification.recipient
    address = recipient.user.email
    if not address:
        raise Permanent("The recipient has no e-mail address.")
    with translation.override(recipient.language or message.notification.organization.language):
        mail = _mail(message, address)
    hand_over(mail, address)


def hand_over(mail: EmailMultiAlternatives, address: str) -> None:
    """Give one mail to the mail server. Raises `Permanent` if it refuses the address, or the mail, for good."""
    try:
        mail.send()
    except smtplib.SMTPRecipientsRefused as refusal:
        codes = [code for code, _ in refusal.recipients.values()]
        if codes and min(codes) >= FOR_EVER:
            said = "; ".join(_decoded(words) for _, words in refusal.recipients.values())
            raise Permanent(f"The mail server refuses {address}: {said}") from refusal
        raise
    except smtplib.SMTPDataError as refusal:
        if refusal.smtp_code >= FOR_EVER:
            said = _decoded(refusal.smtp_error)
            raise Permanent(f"The mail server refuses the mail ({refusal.smtp_code}): {said}") from refusal
        raise


def _decoded(words: bytes | str) -> str:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return " ".join(text.replace("\x00", "").split())[:200]


def _mail(message: Message, address: str) -> EmailMultiAlternatives:
    told = message.notification
    site = settings.SITE_URL.rstrip("/")
    turn_off = unsubscribe.url_of(told)
    values = {
        "notification": told,
        "recipient": told.recipient,
        "organization": told.organization,
        "link": f"{site}{told.url}" if told.url else "",
        "site": site,
        "turn_off": turn_off,
        "language": translation.get_language(),
    }
    mail = EmailMultiAlternatives(
        subject=" ".join(f"[{told.organization.name}] {told.title}".split()),  # a line break would be a second header
        body=render_to_string("notifications/email/notification.txt", values),
        to=[address],
        headers={
            "Message-ID": f"<{message.key}>",
            "Auto-Submitted": "auto-generated",
            "List-Unsubscribe": f"<{turn_off}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            **_thread(told),
        },
    )
    mail.attach_alternative(render_to_string("notifications/email/notification.html", values), "text/html")
    return mail


def _thread(told: Notification) -> dict[str, str]:
    """The headers that put mails about one thing under one another (RFC 5322 3.6.4)."""
    if not told.subject_id:
        return {}
    root = f"<{told.subject_type}.{told.subject_id}@{KEY_DOMAIN}>"
    return {"In-Reply-To": root, "References": root}
