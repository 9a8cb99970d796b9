"""One event to one endpoint: a signed POST in the form of Standard Webhooks (standardwebhooks.com).

The signature is HMAC-SHA256 over `id.timestamp.body`, so that neither can be changed nor an old request be sent again
later. While a secret is being changed both sign, and a receiver takes either. docs/webhooks.md is for receivers.
"""

import base64
import hashlib
import hmac
import json
import secrets
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

from notifications.models import Webhook, WebhookCall
from notifications.transports import outbound
from tenants import context
from tenants.models import Event

PREFIX = "whsec_"
SECRET_BYTES = 32
SIGNATURE = "webhook-signature"


def new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def send(call: WebhookCall, *, url: str) -> tuple[outbound.Answer, dict[str, str]]:
    """Sign and post one call whose webhook, event and actor are loaded; `url` is where people look at its subject.

    Answers what came back and the headers that went along. Raises what `outbound.post` raises.
    """
    body = json.dumps(body_of(call.event, url=url), cls=DjangoJSONEncoder, separators=(",", ":")).encode()
    headers = headers_of(call, body)
    return outbound.post(call.webhook.url, body, headers), headers


def body_of(event: Event, *, url: str) -> dict[str, Any]:
    """What is said of an event; the same at every try."""
    actor = event.actor
    return {
        "id": event.pk,
        "kind": event.kind,
        "occurred_at": event.occurred_at,
        "organization": event.organization_id,
        "position": event.position,
        "subject": {"type": event.subject_type, "id": event.subject_id, "version": event.subject_version},
        "actor": {"id": actor.pk, "name": actor.name} if actor else None,
        "data": event.data,
        "url": url,
    }


def headers_of(call: WebhookCall, body: bytes) -> dict[str, str]:
    """The id is the call's and stays the same at every try: who sees it again has had it."""
    timestamp = str(int(context.now().timestamp()))
    signed = [signature(secret, str(call.pk), timestamp, body) for secret in _valid_secrets(call.webhook)]
    return {
        "Content-Type": "application/json",
        "webhook-id": str(call.pk),
        "webhook-timestamp": timestamp,
        SIGNATURE: " ".join(signed),
    }


def signature(secret: str, call_id: str, timestamp: str, body: bytes) -> str:
    """`v1,` and the HMAC-SHA256 over id.timestamp.body in base64."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = hmac.new(key, f"{call_id}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(signed).decode()}"


def _valid_secrets(webhook: Webhook) -> list[str]:
    is_changing = webhook.previous_secret and webhook.previous_until and webhook.previous_until > context.now()
    return [webhook.secret, webhook.previous_secret] if is_changing else [webhook.secret]
