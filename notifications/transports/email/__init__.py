"""One mail per message: plain text with an HTML alternative, under the message's key as its Message-ID."""

import smtplib

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from notifications.models import Message
from tenants.errors import Permanent

FOR_EVER = 500  # SMTP answers from here on will not be different tomorrow (RFC 5321 4.2.1)


def send(message: Message) -> None:
    """Hand the mail to the mail server. Raises `Permanent` if the address is refused for good, or there is none."""
    address = message.notification.recipient.user.email
    if not address:
        raise Permanent("The recipient has no e-mail address.")
    try:
        _mail(message, address).send()
    except smtplib.SMTPRecipientsRefused as refusal:
        codes = [code for code, _ in refusal.recipients.values()]
        if codes and min(codes) >= FOR_EVER:
            raise Permanent(f"The mail server refuses {address}.") from refusal
        raise


def _mail(message: Message, address: str) -> EmailMultiAlternatives:
    told = message.notification
    values = {
        "notification": told,
        "recipient": told.recipient,
        "organization": told.organization,
        "link": f"{settings.SITE_URL.rstrip('/')}{told.url}" if told.url else "",
    }
    mail = EmailMultiAlternatives(
        subject=" ".join(f"[{told.organization.name}] {told.title}".split()),  # a line break would be a second header
        body=render_to_string("notifications/email/notification.txt", values),
        to=[address],
        headers={"Message-ID": f"<{message.key}>", "Auto-Submitted": "auto-generated"},
    )
    mail.attach_alternative(render_to_string("notifications/email/notification.html", values), "text/html")
    return mail
